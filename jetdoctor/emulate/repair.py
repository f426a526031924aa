"""After a repair: does the release read the fixed model so that it computes what the original does?"""

from __future__ import annotations

from typing import Any, Callable, Sequence, Tuple

from jetdoctor.emulate import emulate, misread
from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.outcome import FixOutcome
from jetdoctor.types import AsParsed, Finding, JetdoctorError, Result

#: makes a ``verify`` job of the path of a fixed model, its original and a target
MakeJob = Callable[[str, str, Any], Any]


def after(outcome: FixOutcome, make_job: MakeJob) -> Tuple[AsParsed, ...]:
    """One row for each target for which a misread form was repaired.

    Where none is left, the release reads the fixed model as it is written, and the comparison that proved the fix holds
    for what is read. Where some are left, the fixed model is run as it is read, beside the original.
    """
    if outcome.proto is None:
        return ()
    rows = (_row(outcome, old, new, make_job) for old, new in zip(outcome.before, outcome.results))
    return tuple(row for row in rows if row.repaired)


def _row(outcome: FixOutcome, old: Result, new: Result, make_job: MakeJob) -> AsParsed:
    left = [finding for finding in misread(new.findings) if finding.severity == "error"]
    gone = _rules(misread(old.findings)) - _rules(left)
    repaired = tuple(sorted(gone))
    proof = outcome.plan.equivalence
    if not repaired or not left:
        reason = "nothing is misread any more" if proof.status == "equal" else proof.reason
        reason = "its outputs are those of the coarser quantization steps" if proof.near else reason
        return AsParsed(new.target.name, repaired, proof.status, (), reason)
    try:
        with Candidate(outcome.proto, outcome.path, check=False) as fixed:
            found = emulate(make_job(fixed.path, outcome.path, new.target), new.target, left, each=False)
        status, reason = found.status, found.reason
    except JetdoctorError as error:
        status, reason = "not-run", str(error)
    return AsParsed(new.target.name, repaired, status, tuple(sorted(_rules(left))), reason)


def _rules(findings: Sequence[Finding]) -> Any:
    return {finding.rule for finding in findings if finding.severity == "error"}
