"""Proof by running: build a model with a real compiler, run it, compare it with ONNX Runtime.

Every backend works in a child process, so that a compiler's crash or the out-of-memory killer becomes a
finding. ``verify`` is the front; ``inputs.feeds``, ``compare.compare`` and ``onnxruntime.run`` are used
on their own by ``fix``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Sequence, Tuple

from jetdoctor.types import Evidence, JetdoctorError, UsageError

if TYPE_CHECKING:
    from jetdoctor.verify.job import Job

__all__ = ["exit_code", "verify"]


def verify(job: "Job", backend: str = "auto", without: Sequence[str] = ()) -> Tuple[Evidence, ...]:
    """Evidence of one backend, or with "auto" of the strongest that runs here.

    With a reference, ONNX Runtime also compares the two models; without one it runs the model that nothing
    else has run. A precision below FP32 that no engine was compared in is rehearsed. Evidence whose status is
    "not-run" stands for a stronger backend that could not be used, with the reason. Raises ``UsageError``
    when a backend that was asked for by name is not there.
    """
    from jetdoctor.verify import backends

    if backend not in ("auto",) + tuple(backends.MODULES):
        raise UsageError("no backend %r; choose from auto, %s" % (backend, ", ".join(backends.MODULES)))
    if backend != "auto":
        reason = backends.load(backend).missing(job)
        if reason:
            raise JetdoctorError("backend %s: %s" % (backend, reason))
        return (backends.load(backend).run(job),)
    found: List[Evidence] = []
    for name in backends.MODULES:
        if name in without or not _wanted(name, job, found):
            continue
        reason = backends.load(name).missing(job)
        found.append(Evidence(name, "not-run", "not-run", reason) if reason else backends.load(name).run(job))
    return tuple(found)


def _wanted(name: str, job: "Job", found: List[Evidence]) -> bool:
    """Whether "auto" still asks this backend after what the stronger ones gave."""
    if name == "rehearsal":  # outputs of a real engine say more
        return job.precision != "fp32" and not any(one.level == "verified" for one in found)
    if name == "onnxruntime":  # the others compare with it themselves
        return job.reference is not None or not any(one.level == "verified" for one in found)
    return all(one.status == "not-run" for one in found)


def exit_code(evidence: Sequence[Evidence]) -> int:
    """0 everything that was tried passed, 1 something was refused, different or died, 3 nothing was tried.

    A model that ONNX Runtime alone ran, with nothing to compare it with, has passed nothing ("ran"). 2 when nothing was
    tried since ONNX Runtime takes the model and none of its inputs: the caller can give better ones.
    """
    ran = [one for one in evidence if one.status not in ("not-run", "ran")]
    if not ran:
        return 2 if any(one.details.get("inputs_refused") for one in evidence) else 3
    return 0 if all(one.status == "passed" for one in ran) else 1
