"""Look for gaps and contradictions in the fact files of this folder.

    python3 rules/data/check_facts.py

``problems()`` are mistakes and end with exit code 1. ``pending()`` are fix requests whose rewrite does not exist:
allowed, since a finding without a fix is still a finding, but worth knowing.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Set, Tuple

if __name__ == "__main__":  # in a clone, where jetdoctor need not be installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jetdoctor.check.catalog import catalog
from jetdoctor.check.conditions import WHEN
from jetdoctor.check.requirements import understood
from jetdoctor.knowledge import Fact, read_rows

#: Conditions on a whole model (rows of the pseudo operator "(model)"), evaluated by jetdoctor.check.model_facts.
MODEL_KEYS = frozenset("model graph dtype where domain_not op_type_in_builtin".split())

#: Requirements on a whole model or any node, evaluated there as well.
MODEL_REQUIREMENTS = frozenset("dtype output_dtype unless nesting_max opset_imports_max".split())

#: Told apart by operator in every importer's own rows (JD305), so that nothing evaluates the general one.
SAID_ELSEWHERE = frozenset(["more_outputs_than_importer"])

STATUSES = frozenset(["ok", "harmless", "rejected", "wrong-output"])


def _name(file: str, row: Mapping[str, Any]) -> str:
    return "%s: %s since %s" % (file, row.get("id") or row.get("op"), row.get("since"))


def _overlap(a: Fact, b: Fact) -> bool:
    starts = max(a.range.since or (), b.range.since or ())
    return starts in a.range and starts in b.range


def rows_are_whole(file: str, rows: Sequence[Mapping[str, Any]], rules: Mapping[str, Any]) -> Iterator[str]:
    """Source, range and rule of every row."""
    for row in rows:
        found = Fact(row).range
        if not row.get("source"):
            yield "%s has no source" % _name(file, row)
        if found.since and found.before and found.since >= found.before:
            yield "%s ends before it begins (%s)" % (_name(file, row), row["before"])
        if "rule" in row and row["rule"] not in rules:
            yield "%s names the rule %s, which does not exist" % (_name(file, row), row["rule"])


def conditions_are_known(semantics: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every key of ``when`` has code, and a row that is reported has a rule."""
    for row in semantics:
        known = MODEL_KEYS if row["op"] == "(model)" else set(WHEN)
        for key in sorted(set(row["when"]) - known):
            yield "%s: nothing evaluates the condition %s" % (_name("semantics", row), key)
        if row["status"] not in STATUSES:
            yield "%s has the status %s" % (_name("semantics", row), row["status"])
        if row["status"] in ("rejected", "wrong-output") and "rule" not in row:
            yield "%s is reported under no rule" % _name("semantics", row)


def requirements_are_known(restrictions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each row has one requirement, with code for it and for its guards."""
    for row in restrictions:
        if ("require" in row) == ("forbid" in row):
            yield "%s must either require or forbid" % _name("restrictions", row)
            continue
        condition = row.get("require") or row.get("forbid") or {}
        if row["op"] in ("(any)", "(graph input)", "(initializer)"):
            if set(condition) - MODEL_REQUIREMENTS - SAID_ELSEWHERE:
                yield "%s: nothing evaluates %s" % (_name("restrictions", row), condition)
        elif not understood(condition):
            yield "%s: nothing evaluates %s" % (_name("restrictions", row), condition)


def one_status_at_a_time(semantics: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows of one id neither overlap with different statuses nor leave a hole between them."""
    by_id: Dict[str, List[Fact]] = {}
    for row in semantics:
        by_id.setdefault(row["id"] + str(sorted(row["when"])), []).append(Fact(row))
    for facts in by_id.values():
        for a, b in combinations(facts, 2):
            if a["status"] != b["status"] and _overlap(a, b):
                yield "%s overlaps another of status %s" % (_name("semantics", a.row), b["status"])


def operators_are_covered(operators: Sequence[Mapping[str, Any]], ops: Set[str]) -> Iterator[str]:
    """Every operator that a fact names has importer rows, and those of one operator leave no gap and do not overlap."""
    by_op: Dict[str, List[Fact]] = {}
    for row in operators:
        by_op.setdefault(row["op"], []).append(Fact(row))
    for op_type in sorted(ops - set(by_op)):
        if not op_type.startswith("("):
            yield "facts speak of %s, which no row of operators.json knows" % op_type
    for op_type, facts in by_op.items():
        facts.sort(key=lambda f: f.range.since or ())
        for a, b in zip(facts, facts[1:]):
            if a.range.before != b.range.since:
                how = "overlap" if _overlap(a, b) else "leave a gap"
                yield "operators: rows of %s %s at %s" % (op_type, how, b.row["since"])


def releases_are_seamless(releases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each release begins where the one before it ends."""
    for a, b in zip(releases, releases[1:]):
        if a["before"] != b["since"]:
            yield "releases: %s ends at %s and %s begins at %s" % (a["release"], a["before"], b["release"], b["since"])


def contradictions(restrictions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The same condition both required and forbidden of one operator in one release."""
    kinds: Dict[Tuple[str, str], List[Tuple[str, Fact]]] = {}
    for row in restrictions:
        kind = "require" if "require" in row else "forbid"
        kinds.setdefault((row["op"], str(sorted(row[kind].items()))), []).append((kind, Fact(row)))
    for same in kinds.values():
        for (kind, a), (other, b) in combinations(same, 2):
            if kind != other and _overlap(a, b):
                yield "%s is required and forbidden" % _name("restrictions", a.row)


def problems() -> List[str]:
    """Everything that is wrong, one line each; empty when the facts hold together."""
    rules = catalog().rules
    tables = {name: read_rows(name + ".json") for name in ("operators", "semantics", "restrictions", "releases")}
    found: List[str] = []
    for name, rows in tables.items():
        found += rows_are_whole(name, rows, rules)
    found += conditions_are_known(tables["semantics"])
    found += requirements_are_known(tables["restrictions"])
    found += one_status_at_a_time(tables["semantics"])
    named = {row["op"] for name in ("semantics", "restrictions") for row in tables[name]}
    found += operators_are_covered(tables["operators"], named)
    found += releases_are_seamless(tables["releases"])
    found += contradictions(tables["restrictions"])
    return found


def pending() -> List[str]:
    """Names of fix requests that no file in ``rules/rewrites/`` answers."""
    rewrites = catalog().rewrites
    asked = {
        request
        for name in ("operators", "semantics", "restrictions")
        for row in read_rows(name + ".json")
        for request in row.get("fix", ())
    }
    return sorted(r for r in asked if r not in rewrites and not r.startswith("lower_opset:"))


def main() -> int:
    """Print what was found."""
    found = problems()
    for line in found:
        print(line)
    waiting = pending()
    if waiting:
        print("requests without a rewrite: %s" % ", ".join(waiting))
    print("%d problems" % len(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
