"""What happens to a rule that raises: it becomes a finding (JD000), and everything else stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, List

from jetdoctor.catalog import CatalogRule
from jetdoctor.rule import Match
from jetdoctor.types import JetdoctorError, Target


class Crash(Exception):
    """A rule or the evaluation of rows raised: ``what`` ("rule JD204") and the error, in one line."""

    def __init__(self, what: str, error: BaseException) -> None:
        kind = "" if isinstance(error, JetdoctorError) else type(error).__name__ + ": "
        super().__init__("%s crashed: %s%s" % (what, kind, error))


def guarded(rule: CatalogRule, detector: Callable[..., Any], crashes: List[Crash], *args: Any) -> List[Match]:
    """What a detector yields; nothing when it raises or yields something else, which is remembered."""
    try:
        return [_with_guard(match, rule, crashes) for match in detector(*args) or ()]
    except (Exception, SystemExit) as error:  # a crashed rule is a finding (JD000), never a silent gap
        crashes.append(Crash("rule " + rule.rule.id, error))
        return []


def _with_guard(match: Match, rule: CatalogRule, crashes: List[Crash]) -> Match:
    """The match, whose ``applies`` is asked later, when targets are distinguished, and may raise as well."""
    if not isinstance(match, Match):
        raise TypeError("it yields %s, not Match" % type(match).__name__)
    asks = match.applies
    if asks is None:
        return match

    def applies(target: Target) -> bool:
        try:
            return bool(asks(target))
        except Exception as error:
            crashes.append(Crash("rule " + rule.rule.id, error))
            return False

    return replace(match, applies=applies)
