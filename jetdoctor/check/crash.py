"""What happens to a rule that raises: it becomes a finding (JD000), and everything else stays."""

from __future__ import annotations

from typing import Any, Callable, List

from jetdoctor.catalog import CatalogRule
from jetdoctor.rule import Match
from jetdoctor.types import JetdoctorError


class Crash(Exception):
    """A rule or the evaluation of rows raised: ``what`` ("rule JD204") and the error, in one line."""

    def __init__(self, what: str, error: BaseException) -> None:
        kind = "" if isinstance(error, JetdoctorError) else type(error).__name__ + ": "
        super().__init__("%s crashed: %s%s" % (what, kind, error))


def guarded(rule: CatalogRule, detector: Callable[..., Any], crashes: List[Crash], *args: Any) -> List[Match]:
    """What a detector yields; nothing when it raises, which is remembered."""
    try:
        return list(detector(*args) or ())
    except Exception as error:  # a crashed rule is a finding (JD000), never a silent gap
        crashes.append(Crash("rule " + rule.rule.id, error))
        return []
