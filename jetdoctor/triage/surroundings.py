"""Judges complaints about an environment by what the log says of itself: does this Python belong to that JetPack?"""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping

from jetdoctor.target import releases
from jetdoctor.triage.diagnosis import Diagnosis


def judged(found: Diagnosis, facts: Mapping[str, str]) -> Diagnosis:
    """The diagnosis with what the Python of the log has to do with it."""
    python = facts.get("python", "")
    if found.category != "python-bindings" or not python or "bindings" not in found.cause:
        return found
    theirs = _python_of(facts)
    if theirs and theirs != python:
        said = "This is Python %s; this board's JetPack installs the bindings for Python %s." % (python, theirs)
    elif not theirs and python not in _pythons():
        said = "This is Python %s, for which no JetPack brings bindings." % python
    else:
        return found
    return replace(found, cause="%s %s" % (said, found.cause), confidence="high")


def _python_of(facts: Mapping[str, str]) -> str:
    """Python of the JetPack or L4T that the log names, "" when it names none."""
    for row in releases():
        if facts.get("jetpack") == row["jetpack"] or facts.get("l4t") == row["l4t"]:
            return str(row.get("python") or "")
    return ""


def _pythons() -> "set[str]":
    return {row["python"] for row in releases() if row.get("python")}
