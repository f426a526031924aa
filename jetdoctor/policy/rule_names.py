"""Names of rules as people write them: an id, a name, or a family of ids."""

from __future__ import annotations

import re
from typing import Dict, List, Sequence

from jetdoctor.types import UsageError
from jetdoctor.wording import did_you_mean


def rule_ids(wanted: Sequence[str]) -> List[str]:
    """Ids for ids (``JD204``), names (``reduce-axes-ignored``) and families, spelled out (``JD2xx``, ``JD20x``).

    Those of others, too (``ACME1xx``). UsageError for anything else: ``JD2`` alone would be too easy to write by
    mistake.
    """
    known = _known_rules() if wanted else {}
    return [rule_id for text in wanted for rule_id in _ids(text, known)]


def _ids(text: str, known: Dict[str, str]) -> List[str]:
    exact = [rule_id for rule_id, name in known.items() if rule_id == text.upper() or name == text.lower()]
    family = re.fullmatch(r"([A-Z]{2,8}\d{1,2})x{1,2}", text, re.IGNORECASE)
    if family:
        start = family.group(1).upper()
        exact = [rule_id for rule_id in known if rule_id.startswith(start) and len(rule_id) == len(text)]
    if exact:
        return exact
    prefix = re.fullmatch(r"[A-Z]{2,8}\d{1,2}", text, re.IGNORECASE)
    whole = next((rule_id for rule_id in known if prefix and rule_id.startswith(text.upper())), None)
    if whole:
        hint = "a family is written %s" % text.upper().ljust(len(whole), "x")
    else:
        hint = did_you_mean(text, list(known) + list(known.values()), "jetdoctor rules")
    raise UsageError("unknown rule %r: %s" % (text, hint))


def _known_rules() -> Dict[str, str]:
    """Rule id -> name."""
    from jetdoctor.catalog import catalog

    return {rule_id: entry.rule.name for rule_id, entry in catalog().rules.items()}
