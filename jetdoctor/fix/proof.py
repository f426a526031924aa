"""The proof: original and result in ONNX Runtime on the same inputs, in a child process with limits.

ONNX Runtime can crash, hang or eat the memory on a strange model; none of that may take us along.
"""

from __future__ import annotations

import os
import signal
from typing import Any, Dict, Optional, Tuple

from jetdoctor.child import workplace
from jetdoctor.child.command import Ended
from jetdoctor.child.limits import memory_limit
from jetdoctor.fix import judging, prover
from jetdoctor.fix.external import external_files
from jetdoctor.fix.trips import endless_loop
from jetdoctor.model import load
from jetdoctor.types import Equivalence, UsageError

#: seconds for the whole comparison
TIME_LIMIT = 300.0

#: Seconds for one run of a model, and how many bytes of model give it one more.
RUN_LIMIT, BYTES_PER_SECOND = 60, 16 << 20

#: Bytes that ONNX Runtime may take beyond three times the models; never more than half of what is free.
SPARE_MEMORY = 3 << 29


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
    endless = endless_loop(load(original))
    if endless:
        return Equivalence(reason=endless)
    size = max(bytes_with_data(path) for path in (original, candidate))
    run_seconds = int(min(time_limit, RUN_LIMIT + size // BYTES_PER_SECOND))
    job = {
        "original": original, "candidate": candidate, "inputs": inputs or "", "seconds": time_limit,
        "run_seconds": run_seconds, "types": types, "small": False,
    }  # fmt: skip
    most = memory_limit(SPARE_MEMORY + 3 * size)
    ended, found, stage = _ask(job, most)
    if not found and stage == prover.ORIGINAL and ended.status == "out-of-memory" and not inputs:
        _, small, _ = _ask(dict(job, small=True), most)  # the likely sizes are too large for a proof
        found = small if small and small["status"] != "not-run" else found
    if found:
        return Equivalence(**found)
    trouble = _trouble(ended, run_seconds)
    if stage == prover.RESULT and ended.status in ("crashed", "failed") and ended.code != -signal.SIGALRM:
        return Equivalence("different", reason="%s run: ONNX Runtime %s" % (judging.CANNOT, trouble))
    return Equivalence(reason="ONNX Runtime %s on the %s" % (trouble, stage))


def _ask(job: Dict[str, Any], most: Optional[int]) -> Tuple[Ended, Dict[str, Any], str]:
    """How the child ended, what it found, and which model it was at."""
    with workplace.folder() as place:
        task = "jetdoctor.fix.prover:compare_files"
        ended, found = workplace.run_task(task, job, place, job["seconds"] * 1.2 + 10, most)
        return ended, found, prover.stage(place)


def _trouble(ended: Ended, run_seconds: int) -> str:
    """What became of a child that gave no answer, to follow "ONNX Runtime"."""
    if ended.code == -signal.SIGALRM:
        return "took longer than %d s for one run" % run_seconds
    if ended.status == "timed-out":
        return "took too long: it was " + ended.reason
    if ended.status == "out-of-memory":
        return "took too much memory: it was " + ended.reason
    return ended.reason or "gave no answer"


def bytes_with_data(path: str) -> int:
    """Size of a model file and of the files that hold its external data, as far as these lie beside it."""
    folder = os.path.dirname(os.path.abspath(path))
    try:
        files = [path] + [os.path.join(folder, name) for name in external_files(load(path).proto)]
    except UsageError:
        files = [path]
    return sum(os.path.getsize(name) for name in files if os.path.exists(name))
