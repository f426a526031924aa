"""Read the texts in which people tell what their board is, so that a pasted one is a snapshot of it.

What jetson_stats prints (``jetson_release``, ``jtop --error-log``, the form of its issues), ``jetsonInfo.py``, and the
first line of ``/etc/nv_tegra_release``.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

from jetdoctor import probe
from jetdoctor.types import Fact

_L4T = r"(\d\d\.\d+(?:\.\d+)?)"
#: The forms in which the release of the board stands there; without one a text is no snapshot.
_RELEASE = (
    r"\[L4T %s\]" % _L4T,
    r"^\W*L4T:?\W+%s\b" % _L4T,
    r"# ?R(\d\d) \(release\), REVISION: (\d+\.\d+)",
)
#: Key -> pattern of its value, in any of these texts; of several groups the first that is there counts.
PATTERNS = {
    "jetpack_packages": r"Jetpack:?\s+(\d+\.\d+(?:\.\d+)?)",
    "board_model": r"^\W*Model: *([^\n]*?)(?: - Jetpack[^\n]*)?$|^\s*-? ?((?:NVIDIA|Jetson)\b[^\n]*)$"
    r"|devicetree/base/model\n([^\n]+)",
    "power_mode": r"NV Power Mode(?:\[\d+\])?:\s*(?:MODE_)?(\S+)",
    "power_mode_id": r"NV Power Mode(?:\[(\d+)\]:|:.*Type: (\d+))",
    "cuda_version": r"CUDA:? +(\d+\.\d+[\d.]*)",
    "cudnn": r"cuDNN:\s*(\d+\.\d+[\d.]*)",
    "tensorrt": r"TensorRT:\s*(\d+\.\d+\.\d+[\d.]*)",
    "opencv": r"OpenCV:\s*(\d+\.\d+[\d.]*)",
    "opencv_cuda": r"OpenCV:.*?CUDA:?\s*(YES|NO)",
    "vpi": r"VPI:[^\d\n]*(?:libnvvpi\d+\s+)?(\d+\.\d+[\d.]*)",
    "kernel": r"(?:Release|Kernel Version):\s*(\d+\.\d+\.\d+\S*)",
    "python": r"Python:\s*(3\.\d+[\d.]*)",
    "module_name": r"Module: *((?:NVIDIA )?(?:Jetson|IGX|Clara)[^\n]*)",
    "soc": r"(?:S[oO]C: *|nvidia,)(tegra\d{3})(?!\w)",
}
#: Lines with board ids of the module, the most reliable first.
_IDS = tuple(
    start + r"[^\n]*"
    for start in (r"699-level", r"P-Number:", r"Board(?:ID|i|\(s\))s?:", r"nvidia,boardids\n", r"nvidia,p\d{4}")
)
#: What the text leaves open; `unknown` alone would look as if somebody had looked on the board.
_OPEN = ("tensorrt", "cuda", "cudnn", "python", "numpy", "ram_mb")
_ABSENT = re.compile(r"(CUDA|cuDNN|TensorRT)(?::? (?:not installed|none)\b)", re.I)


def looks_like(text: str) -> bool:
    """Whether a text is one of these: a person's, not a document, with the L4T release of a board."""
    return not text.lstrip().startswith("{") and any(re.search(form, _plain(text), re.M) for form in _RELEASE)


def read_jetson_release(text: str, source: str) -> Dict[str, Fact]:
    """Facts by key from the text. What it does not say is not there."""
    plain = _plain(text)
    found: Dict[str, Any] = {}
    for key, pattern in PATTERNS.items():
        match = re.search(pattern, plain, re.MULTILINE | (re.IGNORECASE if key == "opencv_cuda" else 0))
        said = next((group for group in match.groups() if group), None) if match else None
        if said:
            found[key] = said.strip()
    release = next((match for match in (re.search(form, plain, re.M) for form in _RELEASE) if match), None)
    if release:
        found["l4t"] = ".".join(release.groups())
        found["container"] = False  # jetson_stats runs as a service of the host
    if "opencv_cuda" in found:
        found["opencv_cuda"] = found["opencv_cuda"].upper() == "YES"
    if "power_mode_id" in found:
        found["power_mode_id"] = int(found["power_mode_id"])
    if "cuda_version" in found:
        found["cuda"] = ".".join(found["cuda_version"].split(".")[:2])
    found["part_numbers"] = [[number, source] for number in _numbers(plain)] or None
    found["not_installed"] = sorted({name.lower() for name in _ABSENT.findall(plain)} - set(found)) or None
    told = {key: Fact(value, source) for key, value in found.items() if value is not None}
    return {**{key: Fact(None, None, "%s does not say" % source) for key in _OPEN}, **told}


def _plain(text: str) -> str:
    """Without colors, carriage returns and the marks of a form that was filled in (``**MISSING**``)."""
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]|\r|\*\*", "", text)


def _numbers(plain: str) -> List[str]:
    found: List[str] = []
    for line in _IDS:
        for match in re.finditer(line, plain):
            said = re.sub(r"\b(\d{4}):(\d{4})\b", r"\1-\2", match.group(0))
            found += probe.part_numbers(said)
    return found
