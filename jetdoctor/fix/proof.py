"""The proof: original and result in ONNX Runtime on the same inputs, in a child process with limits.

ONNX Runtime can crash, hang or eat the memory on a strange model; none of that may take us along.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import Any, List, Optional

import jetdoctor
from jetdoctor.fix import temporary
from jetdoctor.types import Equivalence

#: seconds for the whole comparison, and bytes of address space beyond six times the model
TIME_LIMIT = 300.0
SPARE_MEMORY = 8 << 30


def prove(
    original: str,
    candidate: str,
    inputs: Optional[str] = None,
    time_limit: float = TIME_LIMIT,
    types: str = "same",
) -> Equivalence:
    """Compare two model files on random and edge inputs, and on those of an .npz file.

    ``types`` "other" lets the candidate answer in FLOAT where the original does in DOUBLE or BFLOAT16; "measured"
    says how far a re-quantized candidate is from the original: "different", and ``near`` within what that explains.

    "equal" and "different" rest on at least one comparison; everything else is "not-run" with why.
    """
    folder = temporary.new_folder()
    try:
        answer = os.path.join(folder, "answer.json")
        command = [sys.executable, "-m", "jetdoctor.fix.prover", original, candidate, answer, inputs or ""]
        command.append(str(_memory_limit(original, candidate)))
        command += [str(time_limit), types]
        trouble = _run(command, folder, time_limit)
        found = _read(answer)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if trouble and found.get("stage") == "result":
        return Equivalence("different", reason="ONNX Runtime %s on the result" % trouble)
    if trouble:
        return Equivalence(reason="ONNX Runtime %s on the original" % trouble)
    return Equivalence(
        found.get("status", "not-run"),
        found.get("runs", 0),
        found.get("max_abs", 0.0),
        found.get("max_rel", 0.0),
        found.get("reason", ""),
        found.get("tolerance", ""),
        found.get("near", False),
    )


def _run(command: List[str], folder: str, time_limit: float) -> str:
    """Run the child to its end; "" or what became of it."""
    environment = dict(os.environ)
    roots = [os.path.dirname(os.path.abspath(path)) for path in jetdoctor.__path__[:1]]
    environment["PYTHONPATH"] = os.pathsep.join(roots + [environment.get("PYTHONPATH", "")])
    log = os.path.join(folder, "log.txt")
    with open(log, "wb") as sink:
        try:
            child = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment,
                timeout=time_limit * 1.2 + 10,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "took longer than %d s" % time_limit
    if child.returncode < 0:
        return "crashed (%s)" % _signal_name(-child.returncode)
    if child.returncode:
        with open(log, "rb") as said:
            lines = said.read().decode("utf-8", "replace").strip().split("\n")
        return "failed (%s)" % lines[-1][:200]
    return ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number


def _memory_limit(*paths: str) -> int:
    return SPARE_MEMORY + 6 * sum(_bytes_with_data(path) for path in paths)


def _bytes_with_data(path: str) -> int:
    """Size of a model file; external data is counted with its folder's files of the same model."""
    folder, total = os.path.dirname(os.path.abspath(path)), os.path.getsize(path)
    if total < 64 << 20:  # a small file may have large companions
        total += sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
    return total


def _read(path: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}
