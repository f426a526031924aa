"""``explain`` for programs: the page of a rule."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types import UsageError


@dataclass(frozen=True)
class Page:
    """What is written about a rule; ``page`` is Markdown."""

    id: str
    name: str
    title: str
    category: str
    severity: str
    outcome: str
    tensorrt: str
    preview: bool
    sources: Tuple[str, ...]
    page: str

    @property
    def log_lines(self) -> Tuple[str, ...]:
        """What a log shows when the rule's fault happens, in the words of ``triage``."""
        from jetdoctor.triage import lines_of

        return lines_of(self.id)

    def to_json(self) -> Dict[str, Any]:
        return dict(asdict(self), sources=list(self.sources), log_lines=list(self.log_lines))


def explain(rule: str) -> Page:
    """The page of one rule, by its id or name.

    >>> import jetdoctor
    >>> jetdoctor.explain("reduce-axes-ignored").id
    'JD204'
    """
    found = pages([rule])
    if len(found) != 1:
        raise UsageError("%r is a family of %d rules: name one" % (rule, len(found)))
    return found[0]


def use_rules(*folders: str) -> None:
    """Rules of your own: from now on, in this process, those in the folders count beside jetdoctor's.

    Without any only those of installed packages do. UsageError for a folder that is none or has no rule. The form of
    such a folder: docs/own-rules.md.
    """
    from jetdoctor import own_rules

    own_rules.use(folders)


def pages(wanted: Sequence[str] = ()) -> List[Page]:
    """Pages of the rules that ids, names and families (``JD2xx``) name; all of them without any."""
    from jetdoctor.catalog import catalog
    from jetdoctor.policy.rule_names import rule_ids

    known = catalog().rules
    ids = rule_ids(wanted) if wanted else list(known)
    return [_page(known[rule_id]) for rule_id in dict.fromkeys(ids)]


def _page(entry: Any) -> Page:
    rule = entry.rule
    title = (entry.page.splitlines() or [rule.name])[0]
    return Page(
        rule.id, rule.name, title, entry.category, rule.severity, rule.outcome, rule.tensorrt,
        rule.preview or not rule.sources, tuple(rule.sources), entry.page,
    )  # fmt: skip
