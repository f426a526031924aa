"""Devices that are read in place: this machine, or a captured tree."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Dict, Optional

from jetdoctor import probe
from jetdoctor.device.derive import derive
from jetdoctor.device.jetson_release import read_jetson_release
from jetdoctor.device.kinds import checked
from jetdoctor.types import Device, Fact, UsageError


def device_from_probe(document: Dict[str, Any], origin: str) -> Device:
    """The device that a probe's JSON describes. Raises UsageError when the document is none."""
    raw = document.get("facts") if isinstance(document, dict) else None
    if not isinstance(raw, dict):
        raise UsageError("%s holds no facts of a device" % origin)
    facts = {}
    for key, fact in raw.items():
        if isinstance(fact, dict):
            facts[key] = checked(key, Fact(fact.get("value"), fact.get("source"), fact.get("reason")))
    return Device(facts=derive(facts), origin=origin)


def find_document(text: str) -> Optional[Dict[str, Any]]:
    """The probe's JSON within the noise that a login script prints before or after it; None without one."""
    mark = text.find('"facts": {')
    start = text.rfind("{", 0, mark)
    if mark < 0 or start < 0:
        return None
    try:
        document, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return None
    return document if isinstance(document, dict) and "jetdoctor_probe" in document else None


def inspect_local() -> Device:
    """This machine. Takes at most ``probe.TIME_LIMIT`` seconds."""
    return device_from_probe(probe.probe(), "this machine")


def from_root(directory: str) -> Device:
    """A captured board: ``directory/root/...`` files and ``directory/cmd/*.txt`` outputs of commands.

    Raises UsageError when neither folder is there.
    """
    if not os.path.isdir(directory):
        raise UsageError("the captured board %s %s" % (directory, _not_a_folder(directory)))
    if not os.access(directory, os.R_OK | os.X_OK):
        raise UsageError("cannot read the captured board %s: permission denied" % directory)
    if not any(os.path.isdir(os.path.join(directory, name)) for name in ("root", "cmd")):
        raise UsageError("%s is not a captured board: it has neither a root/ nor a cmd/ folder" % directory)
    document = probe.probe(root=directory)
    for key, fact in _from_jetson_release(directory).items():
        if fact.value is not None and document["facts"].get(key, {}).get("value") is None:
            document["facts"][key] = {"value": fact.value, "source": fact.source, "reason": None}
    return device_from_probe(document, directory)


def _not_a_folder(path: str) -> str:
    return "is a file, not a folder" if os.path.exists(path) else "does not exist"


def _from_jetson_release(directory: str) -> Dict[str, Fact]:
    """Facts of a ``cmd/jetson_release*.txt``, weaker than any that the probe read itself."""
    folder = os.path.join(directory, "cmd")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if re.match(r"(jetson_release|jtop)", name):
            return read_jetson_release(probe.Files(folder).read("/" + name), "cmd/" + name)
    return {}
