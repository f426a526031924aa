"""A private folder for one verification that is gone afterwards, and jobs in child processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from dataclasses import replace
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from jetdoctor.child import temporary
from jetdoctor.child.command import Ended, execute
from jetdoctor.types import JetdoctorError, UsageError

_NO_SPACE = "no space left in %s: free some disk, or set TMPDIR"


@contextlib.contextmanager
def folder() -> Iterator[str]:
    """A temporary folder, removed whatever happens; one line that names the cure when there is no room."""
    temporary.sweep()
    try:
        path = temporary.new_folder()
    except OSError as error:
        text = "no temporary folder can be made (%s): free some disk, or set TMPDIR" % (
            error.strerror or error
        )
        raise JetdoctorError(text) from None
    try:
        yield path
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        raise JetdoctorError(_NO_SPACE % os.path.dirname(path)) from None
    finally:
        shutil.rmtree(path, ignore_errors=True)


def run_task(
    task: str,
    job: Mapping[str, Any],
    place: str,
    time_limit: float,
    memory_limit: Optional[int] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> Tuple[Ended, Dict[str, Any]]:
    """Call ``task`` ("package.module:function") in a child with ``job`` and the folder ``place``.

    Returns how the child ended and what the function returned: {} when it did not come that far.
    A ``JetdoctorError`` of the child is raised here.
    """
    question, answer = os.path.join(place, "job.json"), os.path.join(place, "answer.json")
    with open(question, "w", encoding="utf-8") as stream:
        json.dump({"task": task, "job": dict(job), "folder": place}, stream)
    if os.path.exists(answer):
        os.remove(answer)
    command = [sys.executable, "-m", "jetdoctor.child.worker", question, answer]
    ended = execute(command, time_limit, memory_limit, environment=_environment(place, environment))
    document = _read(answer)
    if "error" in document:
        raise (UsageError if document.get("exit_code") == 2 else JetdoctorError)(document["error"])
    if "No space left on device" in ended.log and not document:
        raise JetdoctorError(_NO_SPACE % os.path.dirname(place))
    if ended.status == "failed":  # a Python error of the child: its last line says more than the code
        lines = [line.strip() for line in ended.log.splitlines() if line.strip()]
        ended = replace(ended, reason="failed: " + lines[-1][:300]) if lines else ended
    return ended, document


def _environment(place: str, extra: Optional[Mapping[str, str]]) -> Dict[str, str]:
    """Ours, with this jetdoctor importable wherever the child stands. What libraries put into the temporary
    folder (onnxruntime 1.31 leaves ``.ses`` there when imported) goes with ours.
    """
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [root] + [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    found = dict(os.environ, PYTHONPATH=os.pathsep.join(paths), PYTHONIOENCODING="utf-8:backslashreplace")
    found["TMPDIR"] = place
    found.update(extra or {})
    return found


def _read(path: str) -> Dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError):  # the child was stopped before or while it wrote
        return {}
