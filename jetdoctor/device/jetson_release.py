"""Read the text that ``jetson_release`` prints, so that a pasted one is a snapshot of a board."""

from __future__ import annotations

import re
from typing import Any, Dict

from jetdoctor.types import Fact

#: Key -> pattern of its value. Both layouts: "* CUDA: 10.2.300" (1.x to 3.x) and "- CUDA: 11.4.315" (4.x).
PATTERNS = {
    "l4t": r"\[L4T (\d+\.\d+(?:\.\d+)?)\]",
    "jetpack_packages": r"Jetpack (\d+\.\d+(?:\.\d+)?)",
    "board_model": r"^(?:Model:|\s*-)\s*((?:NVIDIA|Jetson)\b.*?)(?: - Jetpack.*)?$",
    "power_mode": r"NV Power Mode(?:\[\d+\])?:\s*(?:MODE_)?(\S+)",
    "power_mode_id": r"NV Power Mode(?:\[(\d+)\]:|:.*Type: (\d+))",
    "cuda_version": r"CUDA:\s*(\d+\.\d+[\d.]*)",
    "cudnn": r"cuDNN:\s*(\d+\.\d+[\d.]*)",
    "tensorrt": r"TensorRT:\s*(\d+\.\d+\.\d+[\d.]*)",
    "opencv": r"OpenCV:\s*(\d+\.\d+[\d.]*)",
    "opencv_cuda": r"OpenCV:.*?CUDA:?\s*(YES|NO)",
    "vpi": r"VPI:[^\d\n]*(?:libnvvpi\d+\s+)?(\d+\.\d+[\d.]*)",
    "kernel": r"Release:\s*(\d+\.\d+\.\d+\S*)",
    "part": r"P-Number:\s*(p\d{4}-\d{4})",
    "python": r"Python:\s*(3\.\d+[\d.]*)",
}


def looks_like(text: str) -> bool:
    """Whether a text is one that ``jetson_release`` printed."""
    return bool(re.search(r"Jetpack\b.*\[L4T ", text))


def read_jetson_release(text: str, source: str) -> Dict[str, Fact]:
    """Facts by key from the text. What it does not say is not there."""
    plain = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", text)
    found: Dict[str, Any] = {}
    for key, pattern in PATTERNS.items():
        match = re.search(pattern, plain, re.MULTILINE | (re.IGNORECASE if key == "opencv_cuda" else 0))
        if match:
            found[key] = next(group for group in match.groups() if group is not None)
    if "opencv_cuda" in found:
        found["opencv_cuda"] = found["opencv_cuda"].upper() == "YES"
    if "power_mode_id" in found:
        found["power_mode_id"] = int(found["power_mode_id"])
    if "cuda_version" in found:
        found["cuda"] = ".".join(found["cuda_version"].split(".")[:2])
    if "part" in found:
        found["part_numbers"] = [[found.pop("part"), source]]
    if looks_like(plain):
        found["container"] = False  # jetson_stats runs as a service of the host
    return {key: Fact(value, source) for key, value in found.items()}
