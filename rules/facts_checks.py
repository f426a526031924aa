"""What is wrong with the files of ``rules/facts/``: one line for each problem, which names file, row and key."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Sequence, Tuple

from jetdoctor.rules.facts_layout import HEADS, NO_OPERATOR, SECTIONS

from jetdoctor.catalog import catalog
from jetdoctor.data import table
from jetdoctor.dla.conditions import conditions as dla_conditions
from jetdoctor.facts import Fact
from jetdoctor.facts.condition import BadCondition
from jetdoctor.facts.conditions.model import OfModel
from jetdoctor.types import OUTCOMES, SEVERITIES, parse_version

#: (where, row, fact): "rules/facts/Clip.json: refused[2], since 8.0", the row, and its range.
Row = Tuple[str, Mapping[str, Any], Fact]

#: Keys of the rows of each kind of section: those that must be there, and those that may.
COMMON = "since before source"
KEYS: Mapping[str, Tuple[str, str]] = {
    "importer": (COMMON + " importer documented", "types note fix"),
    "refused": (COMMON + " rule basis", "doubt code when require forbid message note fix"),
    "form": (COMMON + " id status basis when", "change doubt rule code severity what message note fix reading"),
    "release": (
        COMMON + " release known documented_opset weights_through local_functions int64_native",
        "measured",
    ),
    "dla": (COMMON + " id status basis when", "soc modules what cure note"),
    "issue": (COMMON + " id rule basis pattern severity outcome what cure", "doubt modules precision message fix note"),
}

#: What a row of a form may say beside an outcome.
HARMLESS = ("ok", "harmless")

#: The first word of a ``basis``: what the row rests on. A row that rests on nothing is ``preview``, at most a warning.
BASES = ("read", "run", "measured", "documented", "reported", "interpolated", "preview")

_VERSION = re.compile(r"\d+(\.\d+)*$")


def problems(facts: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is wrong with the content of the fact files (by file name)."""
    broken = list(_structure(facts))
    if broken:
        yield from broken
        return
    releases = _rows("_releases.json", "release", facts["_releases.json"])
    yield from _whole("release", releases)
    yield from _seamless(releases)
    yield from _named(releases)
    yield from _whole("issue", _rows("_known_issues.json", "issue", facts["_known_issues.json"]))
    yield from _operators(facts)


def _structure(facts: Mapping[str, Any]) -> Iterator[str]:
    """Files, sections and rows are of the right shape: what comes after may rely on it."""
    for name in NO_OPERATOR:
        if name not in facts:
            yield "rules/facts/%s: is missing" % name
    for file, op_type, body in _bodies(facts):
        wanted = "_%s.json" % op_type[1:-1] if op_type[:1] == "(" else op_type + ".json"
        if file not in ("_model.json", wanted):
            yield "rules/facts/%s: key operator: the file must be called like %r" % (file, op_type)
        for key, rows in body.items():
            if key not in HEADS + SECTIONS:
                yield "rules/facts/%s: key %s: no section of that name" % (file, key)
            elif key in SECTIONS:
                yield from _shapes(file, _section_kind(key), key, rows)
    yield from _shapes("_releases.json", "release", "release", facts.get("_releases.json", []))
    yield from _shapes("_known_issues.json", "issue", "issue", facts.get("_known_issues.json", []))


def _shapes(file: str, kind: str, section: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    needed, allowed = (set(keys.split()) for keys in KEYS[kind])
    for index, row in enumerate(rows):
        where = _where(file, section, index, row)
        for key in sorted(set(row) - needed - allowed):
            yield "%s: key %s: not known here" % (where, key)
        for key in sorted(needed - set(row)):
            yield "%s: key %s: is missing" % (where, key)
        for key in ("since", "before", "doubt"):
            value = row.get(key)
            if value is not None and not _VERSION.match(str(value)):
                yield "%s: key %s: %r is no version" % (where, key, value)
        if re.split(r"\W", str(row.get("basis", BASES[0])))[0] not in BASES:
            yield "%s: key basis: %r does not begin with one of %s" % (where, row["basis"], ", ".join(BASES))


def _bodies(facts: Mapping[str, Any]) -> Iterator[Tuple[str, str, Mapping[str, Any]]]:
    """(file, operator, sections) of everything but the releases."""
    for file, content in facts.items():
        if file == "_model.json":
            yield from ((file, op_type, body) for op_type, body in content.items())
        elif file not in NO_OPERATOR:
            yield file, content.get("operator", ""), content


def _section_kind(section: str) -> str:
    return section if section in KEYS else "form"


def _where(file: str, section: str, index: int, row: Mapping[str, Any]) -> str:
    return "rules/facts/%s: %s[%d], since %s" % (file, section, index, row.get("since"))


def _rows(file: str, section: str, rows: Iterable[Mapping[str, Any]]) -> List[Row]:
    return [(_where(file, section, index, row), row, _fact(row)) for index, row in enumerate(rows)]


def _fact(row: Mapping[str, Any]) -> Fact:
    """The row without its conditions, which have a check of their own."""
    return Fact({key: row[key] for key in row if key not in ("when", "require", "forbid")})


def _named(releases: Sequence[Row]) -> Iterator[str]:
    """Every release has a line in the table of patches, so that a target can be called like it."""
    lines = [parse_version(row["line"]) for row in table("patches")]
    for where, row, _fact in releases:
        if not any(line[:2] == parse_version(row["since"])[:2] for line in lines):
            yield "%s: key since: rules/data/patches.json has no line %s" % (where, row["since"])


def _operators(facts: Mapping[str, Any]) -> Iterator[str]:
    for file, op_type, body in _bodies(facts):
        if op_type[:1] != "(" and not body.get("importer"):
            yield "rules/facts/%s: key importer: is missing" % file
        for section in SECTIONS:
            rows = _rows(file, section, body.get(section, ()))
            yield from _whole(section, rows)
            if section != "dla":
                yield from _conditions(op_type, rows)
            if section == "importer":
                yield from _seamless(rows)
            elif section == "refused":
                yield from _requirements(rows)
            elif section == "dla":
                yield from _dla(rows)
            else:
                yield from _forms(rows)


def _dla(rows: Sequence[Row]) -> Iterator[str]:
    """Rows say that the DLA computes it or what keeps it from that, by conditions that have code."""
    for where, row, _fact in rows:
        if row["status"] not in ("native", "gpu"):
            yield "%s: key status: %s is neither native nor gpu" % (where, row["status"])
        if row["status"] == "gpu" and "what" not in row:
            yield "%s: key what: is missing, so that nobody would know why" % where
        try:
            dla_conditions(row["when"])
        except BadCondition as error:
            yield "%s: key %s: %s" % (where, error.key, error)


def _whole(section: str, rows: Sequence[Row]) -> Iterator[str]:
    """Source, range, rule and fixes of every row, and no row twice."""
    rules, rewrites = catalog().rules, catalog().rewrites
    seen: Dict[str, str] = {}
    for where, row, fact in rows:
        if not row["source"]:
            yield "%s: key source: a row without a source" % where
        if fact.range.since and fact.range.before and fact.range.since >= fact.range.before:
            yield "%s: key before: the row ends at %s, before it begins" % (where, row["before"])
        if "rule" in row and row["rule"] not in rules:
            yield "%s: key rule: there is no rule %s" % (where, row["rule"])
        if row.get("reading", "") not in ("", *catalog().readings):
            yield "%s: key reading: there is no reading %s" % (where, row["reading"])
        for request in row.get("fix", ()):
            if request not in rewrites and not re.match(r"lower_opset:\d+$", request):
                yield "%s: key fix: there is no rewrite %s" % (where, request)
        same = repr(sorted((key, row[key]) for key in row if key not in ("message", "note", "source", "code")))
        if same in seen:
            yield "%s: key since: says the same as %s" % (where, seen[same])
        seen[same] = where


def _overlap(a: Fact, b: Fact) -> bool:
    starts = max(a.range.since or (), b.range.since or ())
    return starts in a.range and starts in b.range


def _seamless(rows: Sequence[Row]) -> Iterator[str]:
    """Each row begins where the one before it ends."""
    for (_, row, a), (where, _, b) in zip(rows, rows[1:]):
        if a.range.before != b.range.since:
            how = "overlaps" if _overlap(a, b) else "leaves a gap after"
            yield "%s: key since: %s the row before it, which ends at %s" % (where, how, row["before"])


def _conditions(op_type: str, rows: Sequence[Row]) -> Iterator[str]:
    """The grammar knows every condition, and those of the model stand at the pseudo operators and nowhere else."""
    of_model = op_type in ("(model)", "(any)", "(graph input)", "(initializer)")
    for where, row, _ in rows:
        try:
            fact = Fact(dict(row, op=op_type))
            fact.read()
        except BadCondition as error:
            yield "%s: key %s: %s" % (where, error.key, error)
            continue
        for one in fact.when + (() if fact.demand is None else (fact.demand,)):
            if isinstance(one, OfModel) != of_model:
                yield "%s: key %s: is asked of %s only" % (where, one.key(), "nodes" if of_model else "models")


def _requirements(rows: Sequence[Row]) -> Iterator[str]:
    """Each row has one requirement, and nothing is both required and forbidden at once."""
    kinds: Dict[str, List[Row]] = {}
    for where, row, _fact in rows:
        if ("require" in row) == ("forbid" in row):
            yield "%s: key require: a row must either require or forbid" % where
            continue
        asked = (row["require" if "require" in row else "forbid"], row.get("when", {}))
        kinds.setdefault(repr([sorted(condition.items()) for condition in asked]), []).append((where, row, _fact))
    for same in kinds.values():
        for (where, a, one), (other, b, two) in combinations(same, 2):
            if ("require" in a) != ("require" in b) and _overlap(one, two):
                yield "%s: key require: %s forbids the same" % (where, other)


def _forms(rows: Sequence[Row]) -> Iterator[str]:
    """What is reported has a rule, and a form has one status at a time."""
    by_id: Dict[str, List[Row]] = {}
    for where, row, fact in rows:
        if row["status"] not in HARMLESS + OUTCOMES:
            yield "%s: key status: %s is neither an outcome nor %s" % (where, row["status"], " nor ".join(HARMLESS))
        if row.get("severity", "warning") not in SEVERITIES:
            yield "%s: key severity: %s is not one of %s" % (where, row["severity"], ", ".join(SEVERITIES))
        if row["status"] in OUTCOMES and "rule" not in row:
            yield "%s: key rule: is missing, so that nothing would be reported" % where
        by_id.setdefault(row["id"] + repr(sorted(row["when"])), []).append((where, row, fact))
    for same in by_id.values():
        for (_, a, one), (where, b, two) in combinations(same, 2):
            if a["status"] != b["status"] and _overlap(one, two):
                yield "%s: key status: the same form has another status at the same time" % where
