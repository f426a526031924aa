"""A model as the parser of a release reads it, run on a CPU beside the original: how wrong is the wrong answer?

Every misread form that has a reading (``rules/readings/``) is turned into what that release's parser builds; ONNX
Runtime runs both models on the same inputs, in child processes. No TensorRT takes part: this is evidence of level
"emulated".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence, Tuple

from jetdoctor.types import Emulation, Finding, Target

if TYPE_CHECKING:
    from jetdoctor.verify.job import Job

__all__ = ["emulate", "misread"]


def misread(findings: Sequence[Finding]) -> Tuple[Finding, ...]:
    """The findings of a check that say that something else is computed."""
    return tuple(finding for finding in findings if finding.outcome == "wrong-output")


def emulate(job: "Job", target: Target, findings: Sequence[Finding], each: bool = True) -> Emulation:
    """What the misread forms among ``findings`` do to the outputs of ``job.model`` on ``job.runs``.

    ``each``: the findings are also measured one by one, when there are several. Never raises for what a model does:
    "not-run" says why nothing could be compared.
    """
    from jetdoctor.emulate.measure import measure

    return measure(job, target, misread(findings), each)
