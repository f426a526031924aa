"""Several sets of inputs, two sides, one verdict: what all comparing backends share."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.child.command import Ended
from jetdoctor.child.workplace import run_task
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import arrays, divergence, marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.job import Job
from jetdoctor.verify.row_order import OpenRows, open_rows

#: What helps when ONNX Runtime takes a model but no inputs that were made for it.
BETTER_INPUTS = "; give real inputs (--inputs FILE.npz) or other sizes (--shapes NAME=1x3x224x224)"


@dataclass(frozen=True)
class Outcome:
    """What ONNX Runtime gave for each set of inputs (a file, or None with the refusal)."""

    ended: Ended
    files: Tuple[Optional[str], ...] = ()
    refusals: Mapping[str, str] = None  # type: ignore[assignment]

    @property
    def refusal(self) -> str:
        """Why nothing ran at all, "" when something did."""
        if self.ended.status != "ended":
            return "ONNX Runtime " + self.ended.reason
        if any(self.files):
            return ""
        reason = next(iter((self.refusals or {}).values()), "no inputs could be made")
        return reason + (BETTER_INPUTS if self.inputs_refused else "")

    @property
    def inputs_refused(self) -> bool:
        """Whether the model was loaded, and none of the inputs was one that it can be run with."""
        return self.ended.status == "ended" and bool(self.files) and not any(self.files)


def save_inputs(job: Job, place: str) -> List[str]:
    """One file per set of inputs."""
    paths = []
    for index, (_, feeds) in enumerate(job.runs):
        paths.append(os.path.join(place, "input%d.npz" % index))
        arrays.save(paths[-1], feeds)
    return paths


def reference(job: Job, model: str, name: str, inputs: Sequence[str], place: str) -> Outcome:
    """Run ``model`` in ONNX Runtime, in a child. A model that it does not load is a refusal."""
    question = {"model": os.path.abspath(model), "inputs": list(inputs), "name": name}
    question["providers"] = list(job.providers)
    try:
        task = "jetdoctor.verify.ort_run:compute"
        ended, answer = run_task(task, question, place, job.time_limit, job.memory_limit)
    except JetdoctorError as error:
        return Outcome(Ended("ended"), (), {"all": str(error)})
    return Outcome(ended, tuple(answer.get("files", ())), answer.get("refusals", {}))


def open_rows_of(job: Job) -> Tuple[OpenRows, ...]:
    """Where the model that the outputs are compared with leaves the order of rows open."""
    return open_rows(job.view if job.reference is None else load(job.reference))


def compare_run(
    job: Job, name: str, want: Mapping[str, Any], got: Mapping[str, Any], rows: Sequence[OpenRows], place: str,
    **how: Any,
) -> Comparison:  # fmt: skip
    """One set of inputs (by name), held to the job's tolerance; ``rows`` of ``open_rows_of``."""

    def inner(tensor: str) -> Any:
        try:
            proto = marking.load_whole(job.original)
            return divergence.outputs_of(proto, [tensor], dict(job.runs)[name], place, job)[tensor]
        except JetdoctorError:
            return None

    return compare(want, got, job.tolerance, open_rows=rows, inner=inner, **how)


def compare_runs(
    job: Job, expected: Sequence[Optional[str]], got: Sequence[Optional[str]], place: str, **how: Any
) -> List[Tuple[str, Comparison]]:
    """A comparison for every set of inputs that the reference answered."""
    found: List[Tuple[str, Comparison]] = []
    rows = open_rows_of(job)
    for (name, _), left, right in zip(job.runs, expected, got):
        if left is None:
            continue
        if right is None:
            found.append(
                (name, Comparison("different", (), "the candidate refuses inputs that the original accepts"))
            )
            continue
        found.append((name, compare_run(job, name, arrays.load(left), arrays.load(right), rows, place, **how)))
    return found


def summary(compared: Sequence[Tuple[str, Comparison]]) -> Dict[str, Any]:
    """Figures over all runs, with the worst run in full."""
    worst = next((pair for pair in compared if not pair[1].equal), None)
    worst = worst or max(compared, key=lambda pair: pair[1].max_rel, default=None)
    largest = max((c.max_rel for _, c in compared), default=0.0)
    return {
        "runs": len(compared),
        "max_abs": max((c.max_abs for _, c in compared), default=0.0),
        "max_rel": largest if math.isfinite(largest) else "inf",
        "worst_run": worst[0] if worst else None,
        "comparison": worst[1].to_json() if worst else None,
        "different_runs": [name for name, c in compared if not c.equal],
        "row_order": next((c.row_order for _, c in compared if c.row_order), ""),
    }


def row_order(details: Mapping[str, Any]) -> str:
    """What to add to a message when rows were compared without their order, "" when all were in place."""
    return "; " + details["row_order"] if details.get("row_order") else ""
