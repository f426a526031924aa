"""Which lines of a log a rule foretells: the way back from a rule to what people will read."""

from __future__ import annotations

from typing import Iterator, List, Tuple

from jetdoctor.facts import knowledge
from jetdoctor.facts.rows import WALLS
from jetdoctor.triage.signatures import book, entries

#: Pieces of a line stand apart by this; the text between them differs.
GAP = " ... "


def lines_of(rule: str) -> Tuple[str, ...]:
    """Lines that the fault of a rule leaves in a log, as TensorRT, Python or the system spell them, each once.

    First those of ``rules/signatures/``, then the messages of the facts that are reported under the rule.
    """
    lines = {line.lower(): line for line in (*_of_facts(rule)[::-1], *list(_of_entries(rule))[::-1])}
    return tuple(lines.values())[::-1]


def _of_entries(rule: str) -> Iterator[str]:
    categories = book().categories
    for entry in entries():
        if entry.get("rule", categories[entry["category"]]["rule"]) == rule:
            for line in entry["lines"]:
                yield line if isinstance(line, str) else GAP.join(line)


def _of_facts(rule: str) -> List[str]:
    facts = knowledge()
    rows = (row for name in sorted(facts.operators) for wall in WALLS for row in facts.rows(name, wall))
    return [row["message"] for row in rows if row.get("rule") == rule and row.get("message")]
