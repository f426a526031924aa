"""Engine files: written with a sidecar, checked by it, never deserialized in this process.

An engine runs only on the TensorRT and the GPU it was built for. The file's first 28 bytes tell the release
(trtexec --getPlanVersionOnly reads the same: samples/common/sampleEngines.cpp of TensorRT 10.3, line 1377);
the sidecar ``ENGINE.json`` tells the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
from typing import Any, Dict, List, Optional

from jetdoctor import foreign
from jetdoctor.types import Evidence, Finding, Fix, JetdoctorError, Target, UsageError, parse_version

SUFFIXES = (".engine", ".plan", ".trt")
RULE = "JD613"

_SIDECAR_LIMIT = 1 << 20  # bytes; what is written here has some hundreds

_MAGIC = b"ftrt"  # 0x74727466, little endian
_OLD_MAGIC = b"ptrt"  # seen before; where it keeps the release is not published


def is_engine(path: str) -> bool:
    """Whether a path is called as an engine is."""
    return path.lower().endswith(SUFFIXES)


def sidecar(path: str) -> str:
    """Path of the file that describes an engine."""
    return path + ".json"


def digest(path: str) -> str:
    """sha256 of a file, in hex."""
    total = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def keep(fresh: str, path: str, job: Any, tensorrt: str) -> None:
    """Move an engine to ``path`` whole or not at all, with its sidecar beside it."""
    from jetdoctor import __version__
    from jetdoctor.verify.profiles import to_json

    target = job.target
    about = {
        "engine_sha256": digest(fresh),
        "model": os.path.basename(job.model),
        "model_sha256": digest(job.model),
        "tensorrt": tensorrt,
        "module": target.module.id if target and target.module else None,
        "compute_capability": target.compute_capability if target else None,
        "precision": job.precision,
        "profiles": to_json(job.profiles),
        "jetdoctor": __version__,
    }
    partial = path + ".partial"
    try:
        shutil.copyfile(fresh, partial)
        with open(sidecar(path) + ".partial", "w", encoding="utf-8") as stream:
            json.dump(about, stream, indent=1)
        os.replace(sidecar(path) + ".partial", sidecar(path))
        os.replace(partial, path)
    except OSError as error:
        for left in (partial, sidecar(path) + ".partial"):
            if os.path.exists(left):
                os.remove(left)
        raise JetdoctorError(
            "the engine cannot be kept at %s: %s" % (path, error.strerror or error)
        ) from None


def check(path: str, target: Optional[Target] = None, model: Optional[str] = None) -> List[Finding]:
    """What is wrong with an engine file for a target: header first, then its sidecar.

    Raises ``UsageError`` when it cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            head, size = stream.read(28), os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise UsageError("%s cannot be read: %s" % (path, (error.strerror or str(error)).lower())) from None
    if not size:
        return [_finding("the engine file is empty: the build was interrupted", "Build it again")]
    found = _of_header(head, target, path)
    about = read_sidecar(path)
    if about is None:
        name = os.path.basename(sidecar(path))
        text = "no sidecar %s: the GPU, precision and model it was built for are not known" % name
        how = "Build it with jetdoctor verify MODEL --save-engine FILE, which writes one"
        return found + [_finding(text, how, "warning")]
    known = {finding.message for finding in found}
    return found + [one for one in _against(path, about, target, model) if one.message not in known]


def fits(path: str, target: Target) -> bool:
    """Whether header and sidecar together say that the engine was built for this TensorRT and this GPU.

    False is no refusal: a file that does not tell may fit all the same, and ``check`` says what speaks against it.
    """
    about = read_sidecar(path) or {}
    try:
        with open(path, "rb") as stream:
            built = release_of(stream.read(28)) or about.get("tensorrt")
    except OSError:
        return False
    same = bool(built and target.tensorrt) and parse_version(built or "") == parse_version(target.tensorrt or "")
    return same and target.compute_capability in (None, about.get("compute_capability"))


def release_of(head: bytes) -> Optional[str]:
    """TensorRT release that wrote an engine, from its first 28 bytes; None when they do not tell.

    >>> release_of(b"ftrt" + bytes(20) + bytes([10, 3, 0, 30]))
    '10.3.0'
    """
    if len(head) < 28 or head[:4] != _MAGIC or head[4:8] != bytes(4) or not head[24]:
        return None
    return "%d.%d.%d" % (head[24], head[25], head[26])


def _of_header(head: bytes, target: Optional[Target], path: str) -> List[Finding]:
    if head[:4] == _MAGIC and len(head) < 28:
        return [_finding("the engine file ends within its header: it was cut short", "Build it again", "warning")]
    if head[:4] not in (_MAGIC, _OLD_MAGIC):
        return [_finding(_foreign(head), _cure(head, path))]
    built, wanted = release_of(head), target.tensorrt if target else None
    if built and wanted and parse_version(built) != parse_version(wanted):
        return [_finding(_WRONG_RELEASE % (built, wanted), "Build it again on the device")]
    return []


_WRONG_RELEASE = "built with TensorRT %s, but the target has %s, which will refuse to load it"


def _foreign(head: bytes) -> str:
    if head[:4] == b"vtrt":  # measured on an engine of TensorRT-RTX 1.7
        return "a TensorRT-RTX engine: the TensorRT of a Jetson does not load it"
    if head.startswith(b"\x08") or b"pytorch" in head or b"onnx" in head:
        return "the file looks like an ONNX model, not like an engine"
    if head[4:5] == b"{":
        return "the file starts with 4 bytes and JSON, the metadata that ultralytics puts before an engine"
    return "the file does not start like a TensorRT engine"


def _cure(head: bytes, path: str) -> str:
    if head[4:5] == b"{":  # ultralytics: the length of the metadata, little endian, then the metadata, then the engine
        start = 4 + int.from_bytes(head[:4], "little")
        plain = os.path.splitext(os.path.basename(path))[0] + ".plain.engine"
        command = "tail -c +%d %s > %s" % (start + 1, shlex.quote(path), shlex.quote(plain))
        return "Load it with ultralytics, or strip its metadata for trtexec: %s" % command
    return "Build an engine from the ONNX model on the device"


def read_sidecar(path: str) -> Optional[Dict[str, Any]]:
    """The description beside an engine, its texts alone; None when there is none or it is no JSON object."""
    try:
        about = foreign.read_json(sidecar(path), "the sidecar", _SIDECAR_LIMIT)
    except UsageError:
        return None
    return {key: value for key, value in about.items() if isinstance(value, str)} if isinstance(about, dict) else None


def _against(
    path: str, about: Dict[str, Any], target: Optional[Target], model: Optional[str]
) -> List[Finding]:
    found = []
    again = "Build it again on the device: jetdoctor verify %s --save-engine %s" % (
        shlex.quote(about.get("model") or "MODEL"),
        shlex.quote(os.path.basename(path)),
    )
    if about.get("engine_sha256") and about["engine_sha256"] != digest(path):
        found.append(
            _finding("the engine is not the one that its sidecar describes (cut short or replaced)", again)
        )
    built, wanted = about.get("tensorrt"), target.tensorrt if target else None
    if built and wanted and parse_version(built) != parse_version(wanted):
        found.append(_finding(_WRONG_RELEASE % (built, wanted), again))
    gpu, there = about.get("compute_capability"), target.compute_capability if target else None
    if gpu and there and gpu != there:
        text = "built for compute capability %s, but the target has %s" % (gpu, there)
        found.append(_finding(text, again))
    if model and about.get("model_sha256") and digest(model) != about["model_sha256"]:
        found.append(
            _finding("built from another model than %s: the engine is stale" % os.path.basename(model), again)
        )
    return found


def _finding(message: str, cure: str, severity: str = "error") -> Finding:
    return Finding(
        rule=RULE,
        name="engine-not-for-target",
        severity=severity,
        outcome="build-risk",
        message=message,
        fixes=(Fix(cure, "manual"),),
        sources=("https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/advanced.html",),
        basis="read",
    )


def evidence(path: str, target: Optional[Target] = None, model: Optional[str] = None) -> Evidence:
    """What an engine's metadata are worth: never more than "not-run", since nothing is loaded."""
    found = tuple(check(path, target, model))
    if any(finding.severity == "error" for finding in found):
        return Evidence(_NAME, "not-run", "refused", "the engine does not fit", findings=found)
    text = "header and sidecar are in order" if not found else "no problem found"
    text += "; nothing was run: verify the ONNX model on the board"
    return Evidence(_NAME, "not-run", "not-run", text, findings=found)


_NAME = "engine file"
