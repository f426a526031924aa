"""Which findings count, and from which severity on they fail a gate."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, FrozenSet, List, Mapping, Optional, Sequence, Tuple, Union

from jetdoctor.policy import baseline as known
from jetdoctor.policy.rule_names import rule_ids
from jetdoctor.policy.scope import Scope
from jetdoctor.records import dataclass
from jetdoctor.types import CRASHED, Finding, Result, Suppressed, UsageError
from jetdoctor.wording import did_you_mean

#: What ``fail-on`` may be -> the severities that fail then.
FAIL_ON: Mapping[str, Tuple[str, ...]] = {
    "error": ("error",),
    "warning": ("error", "warning"),
    "info": ("error", "warning", "info"),
    "never": (),
}

#: Reason of an ignore that was given on the command line without one.
UNSAID = "no reason given"


@dataclass(frozen=True)
class Ignore:
    """Rules that do not count within a scope. ``expires`` is the last day (ISO) on which that holds, "" for none."""

    rules: FrozenSet[str]
    reason: str = UNSAID
    source: str = "--ignore"
    expires: str = ""
    scope: Scope = Scope()

    @property
    def expired(self) -> bool:
        if not self.expires:
            return False
        import datetime

        return datetime.date.today().isoformat() > self.expires

    def __str__(self) -> str:
        return "the ignore of %s in %s" % (", ".join(sorted(self.rules)), self.source)


@dataclass(frozen=True)
class Gate:
    """From which severity on findings fail, within a scope."""

    fail_on: str
    scope: Scope = Scope()


@dataclass(frozen=True)
class Policy:
    """``select`` None means every rule; ``baseline`` holds keys of findings that are known already, from ``path``."""

    select: Optional[FrozenSet[str]] = None
    ignores: Tuple[Ignore, ...] = ()
    baseline: FrozenSet[str] = frozenset()
    path: str = ""
    gates: Tuple[Gate, ...] = field(default=())

    @property
    def lapsed(self) -> List[Ignore]:
        """Ignores whose last day is over: their findings count again."""
        return [ignore for ignore in self.ignores if ignore.expired]

    def apply(self, result: Result) -> Result:
        """The result with what does not count set apart, and the verdict on what does."""
        if not (self.ignores or self.baseline) and self.select is None:
            return result
        kept: List[Finding] = []
        apart: List[Suppressed] = []
        for finding in result.findings:
            why = self._suppressed(finding, result)
            if why is None:
                kept.append(finding)
            else:
                apart.append(why)
        if not apart:
            return result
        verdict = _verdict(result, kept)
        return replace(
            result, findings=tuple(kept), suppressed=tuple(apart), verdict=verdict, verdict_of_all=result.verdict
        )

    def _suppressed(self, finding: Finding, result: Result) -> Optional[Suppressed]:
        if finding.rule == CRASHED:
            return None
        for ignore in self.ignores:
            if finding.rule in ignore.rules and not ignore.expired and ignore.scope.holds(result):
                return Suppressed(finding, "ignored", ignore.reason, ignore.source, ignore.expires)
        if finding.key in self.baseline:
            return Suppressed(finding, "baseline", "known in the baseline %s" % self.path, self.path)
        if self.select is not None and finding.rule not in self.select:
            return Suppressed(finding, "not-selected", "not among the selected rules", "select")
        return None

    def fail_on(self, result: Result) -> str:
        """A key of FAIL_ON: what the last gate says whose scope holds the result."""
        said = [gate.fail_on for gate in self.gates if gate.scope.holds(result)]
        return said[-1] if said else "error"


def _verdict(result: Result, kept: Sequence[Finding]) -> str:
    """The verdict on the findings that count; what could not be judged stays that way."""
    from jetdoctor.check import verdict

    if result.verdict not in ("deploys", "fixable", "fails"):
        return result.verdict
    if not result.model.opset:  # an engine: without a reason against it nothing speaks for it
        return "fails" if any(finding.severity == "error" for finding in kept) else "unknown"
    return verdict(kept, result.basis, False)


def require_fail_on(name: str, value: Any) -> None:
    """UsageError, with the nearest spelling, for a value that is not in FAIL_ON; ``name`` is the user's name for it."""
    if not isinstance(value, str) or value not in FAIL_ON:
        hint = did_you_mean(str(value), list(FAIL_ON), "jetdoctor check --help")
        raise UsageError("%s is error, warning, info or never, not %r: %s" % (name, value, hint))


def make(
    select: Sequence[str] = (),
    ignore: Union[Sequence[str], Mapping[str, str]] = (),
    baseline: Optional[str] = None,
    fail_on: str = "error",
) -> Policy:
    """A policy of names of rules; a mapping gives each ignored name its reason.

    UsageError for an unknown rule or a baseline that cannot be read.
    """
    reasons: Mapping[str, Any] = ignore if isinstance(ignore, Mapping) else dict.fromkeys(ignore, UNSAID)
    ignores = [Ignore(frozenset(rule_ids([name])), reason) for name, reason in reasons.items()]
    require_fail_on("fail_on", fail_on)
    return Policy(
        frozenset(rule_ids(select)) if select else None,
        tuple(ignores),
        known.read(baseline) if baseline else frozenset(),
        baseline or "",
        (Gate(fail_on),),
    )
