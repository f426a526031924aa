"""Snapshots: a device in a file that can be sent to somebody else, without names, serial numbers or MACs."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
from typing import Any, Dict, Optional, Sequence

from jetdoctor import foreign
from jetdoctor.device.derive import derive
from jetdoctor.device.document import details
from jetdoctor.device.jetson_release import looks_like, read_jetson_release
from jetdoctor.device.sources import device_from_probe, find_document, from_root
from jetdoctor.types import Device, UsageError

LIMIT = 16 * 1024 * 1024  # bytes; a real snapshot has some tens of KiB

_MAC = re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b")
_HOME = re.compile(r"(/(?:home|Users|media)/)[^/\s\"':;,]+")
_SERIAL = re.compile(r"\b\d{13}\b|(?i:serial)[\w -]*[:=]\s*\S+")
_ADDRESS = re.compile(r"[\w.-]+@(?:[A-Za-z][\w-]*(?:\.[\w-]+)*|(?:\d{1,3}\.){3}\d{1,3})")

#: Facts that may hold a name. In the others a board called "nano" must not cost the module its id.
_FREE_TEXT = (
    "groups",
    "numpy_error",
    "python_executable",
    "tegrastats",
    "tensorrt_error",
    "tensorrt_nptype_error",
    "tensorrt_python_path",
    "venv",
)


def snapshot_text(device: Device, secrets: Sequence[str] = ()) -> str:
    """What a snapshot file of a device holds. ``secrets`` are further words to leave out (the name used for SSH)."""
    document = {"jetdoctor_snapshot": 1, "facts": redact(details(device), secrets)}
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def redact(facts: Dict[str, Any], secrets: Sequence[str] = ()) -> Dict[str, Any]:
    """``facts`` with host name, user name, serial numbers, MAC and SSH addresses replaced."""
    words = sorted({w for w in [*_own_names(), *secrets] if len(w) > 1}, key=len, reverse=True)
    names = re.compile("|".join(r"\b%s\b" % re.escape(word) for word in words) or r"(?!)")
    return {
        key: {
            part: _clean(value, names if key in _FREE_TEXT or part != "value" else None) for part, value in fact.items()
        }
        for key, fact in facts.items()
    }


def _own_names() -> Sequence[str]:
    names = [socket.gethostname(), socket.gethostname().split(".")[0]]
    try:
        names.append(getpass.getuser())
    except (KeyError, OSError, ImportError):
        pass
    # "root" and the like are roles, not names, and stand in paths that say something
    return [name for name in names if name not in ("root", "localhost", "nvidia", "ubuntu", "jetson", "user")]


def _clean(value: Any, names: Optional["re.Pattern[str]"]) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item, names) for item in value]
    if not isinstance(value, str):
        return value
    text = _HOME.sub(r"\1USER", value)
    text = _MAC.sub("MAC", text)
    text = _SERIAL.sub("SERIAL", text)
    text = _ADDRESS.sub("ADDRESS", text)
    return names.sub("NAME", text) if names else text


def from_snapshot(path: str) -> Device:
    """A device from a file: a snapshot, what the probe or ``device --format json`` printed, or the text of
    ``jetson_release``; a folder is a captured board. Raises UsageError for anything else.
    """
    if os.path.isdir(path):
        return from_root(path)
    text = _read(path)
    origin = os.path.basename(path)
    if looks_like(text):
        return Device(derive(read_jetson_release(text, "the text")), origin)
    try:
        document = json.loads(text)
    except RecursionError:
        raise UsageError(_no_snapshot(path)) from None
    except ValueError:  # `ssh host python3 - < probe.py > FILE` may have a greeting around it
        document = find_document(text)
    return device_from_probe(_facts_of(document, path), origin)


def _read(path: str) -> str:
    data = foreign.read(path, "the snapshot", LIMIT)
    if b"\0" in data:
        raise UsageError(_no_snapshot(path))
    return data.decode("utf-8", "replace")


def _facts_of(document: Any, path: str) -> Dict[str, Any]:
    if isinstance(document, dict):
        if isinstance(document.get("facts"), dict):
            return document
        if isinstance(document.get("details"), dict):
            return {"facts": document["details"]}
        devices = document.get("devices")
        if isinstance(devices, list) and len(devices) == 1:
            return _facts_of(devices[0], path)
    raise UsageError(_no_snapshot(path))


def _no_snapshot(path: str) -> str:
    return (
        "%s is not a snapshot of a device: make one with `jetdoctor device --save FILE` or "
        "`python3 - < probe.py > FILE` on the board, or paste the output of jetson_release or of "
        "`cat /etc/nv_tegra_release`" % path
    )
