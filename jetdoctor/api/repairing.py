"""``check --prove-fix``: FIXABLE is not believed but tried, on a copy in memory; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Tuple

from jetdoctor.types import Equivalence, JetdoctorError, Repair, Result


def tried(group: Tuple[Result, ...]) -> Tuple[Result, ...]:
    """The results of one model, each with what became of its repair; the verdict follows."""
    return tuple(_tried(result) for result in group)


def _tried(result: Result) -> Result:
    if result.verdict not in ("fixable", "fails") or result.error is not None:
        return result
    try:
        repair = _repair(result)
    except JetdoctorError as error:
        return replace(result, not_run={**result.not_run, "prove-fix": str(error)})
    return replace(result, repair=repair, verdict="fixable" if repair.fixed else "fails")


def _repair(result: Result) -> Repair:
    """By safe fixes; with unsafe ones where those leave errors and there are any."""
    from jetdoctor.fix import fix
    from jetdoctor.model import file_of

    path = file_of(result.model.path)
    outcome = fix(path, (result.target,))
    if outcome.changed and outcome.clean:
        return Repair(True, False, "", outcome.plan.equivalence)
    if any(step.applicability == "unsafe" and not step.applied for step in outcome.plan.steps):
        bold = fix(path, (result.target,), unsafe=True)
        if bold.changed and bold.clean:
            return Repair(True, True, "", bold.plan.equivalence)
        outcome = bold
    return Repair(False, False, _why_not(outcome), Equivalence(reason=outcome.reason))


def _why_not(outcome: Any) -> str:
    left = [step for step in outcome.plan.steps if not step.applied and step.applicability != "manual" and step.reason]
    said = dict.fromkeys("%s: %s" % (step.rule or step.title, step.reason) for step in left)
    rules = sorted({f.rule for r in outcome.results for f in r.findings if f.severity == "error"})
    return outcome.reason or "; ".join(list(said)[:2]) or "there is no fix for %s" % ", ".join(rules)
