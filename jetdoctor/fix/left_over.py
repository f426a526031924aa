"""What a plan says of the findings that stay: the fix not applied and why, what to do manually, what to allow."""

from __future__ import annotations

from typing import Dict, List, Sequence

from jetdoctor.check import advice
from jetdoctor.fix import cutting
from jetdoctor.fix.attempt import Attempt
from jetdoctor.fix.choice import choice_of, places
from jetdoctor.model import from_proto
from jetdoctor.types import Finding, Fix, PlanStep


def left_over(attempt: Attempt) -> List[PlanStep]:
    """For every finding that remains the fix that was not applied, then what to do manually."""
    steps: List[PlanStep] = []
    for finding in attempt.choices.wanted(attempt.results):
        where = finding.location
        node = (where.node_name or where.output) if where else ""
        tried = [fix for fix in finding.fixes if fix.applicability != "manual"][:1]
        for fix in tried:
            reason = attempt.trouble or attempt.choices.reason(finding)
            choice = _choice(fix)
            for tensor in _values(finding):
                step = PlanStep(finding.rule, fix.title, fix.applicability, node, False, reason, choice, tensor)
                steps.append(step)
        for fix in _manual(attempt, finding):
            reason = "manual: %s" % finding.message
            steps.append(PlanStep(finding.rule, fix.title, "manual", node, False, reason))
    return steps + _offered_choices(attempt, steps) + _offered_cut(attempt)


def _offered_choices(attempt: Attempt, steps: Sequence[PlanStep]) -> List[PlanStep]:
    """Choices that stand behind another fix, which is not made either: once each, for ``--choose``."""
    found: Dict[str, PlanStep] = {step.choice: step for step in steps}
    for finding in attempt.choices.wanted(attempt.results):
        for fix in finding.fixes:
            choice = _choice(fix)
            if choice and choice not in found and choice not in attempt.choices.allow:
                reason = "needs --allow %s" % choice
                found[choice] = PlanStep("", fix.title, "unsafe", "", False, reason, choice)
    return [step for step in found.values() if not any(step is old for old in steps)]


def _choice(fix: Fix) -> str:
    return choice_of(fix.rewrite) if fix.applicability == "unsafe" else ""


def _values(finding: Finding) -> Sequence[str]:
    """The values that a finding is about: each graph input of one, the first where it is about nodes."""
    at = places(finding)
    return [at[0].tensor] if at[0].node_index is not None else list(dict.fromkeys(place.tensor for place in at))


def _offered_cut(attempt: Attempt) -> List[PlanStep]:
    """The cut before NonMaxSuppression, where an error belongs to it and nobody has allowed the cut yet."""
    if "nms" in attempt.choices.allow or all(result.verdict == "deploys" for result in attempt.results):
        return []
    cut = cutting.before_suppression(attempt.proto, attempt.path, attempt.targets)
    return [PlanStep("", cut.title, "unsafe", cut.node_name, False, "needs --allow nms", "nms")] if cut else []


def _manual(attempt: Attempt, finding: Finding) -> Sequence[Fix]:
    """Advice for a finding that no fix will remove; none while --unsafe would still try one."""
    given = [fix for fix in finding.fixes if fix.applicability == "manual"]
    if given or attempt.choices.untried(finding):
        return given
    target = next((r.target for r in attempt.results if finding in r.findings), attempt.targets[0])
    return advice(from_proto(attempt.proto, attempt.path), finding, target)
