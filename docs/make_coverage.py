"""Write docs/coverage.md, what releases do with attributes and inputs of each operator: python3 docs/make_coverage.py

Made from ``rules/facts/`` and ``importer_attributes.json`` (``rules/read_attributes.py``); needs onnx for the schemas.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

#: the columns: one release of each family whose parsers differ
RELEASES = tuple("7.1 8.0 8.2 8.4.1 8.5 8.6 9.0 10.0 10.3 10.6 10.10 10.13 10.16 11.1".split())

#: opsets below this are not looked at, and one above all
OLDEST, LAST = 7, 1 << 30

#: attributes of the first opsets that no exporter writes any more, and those that say nothing about the outputs
ASIDE = frozenset("consumed_inputs is_test output_sequence seed momentum spatial".split())

HEAD = """# Attributes and inputs: what each release makes of them

`python3 docs/make_coverage.py` writes this page from `rules/facts/` and from the names of attributes and inputs in the
importers' sources (`rules/read_attributes.py`, at the commits in `rules/facts/_releases.json`). It lists only inputs
that are optional or were added after the operator's first opset.

| sign | meaning |
| --- | --- |
| `r` | the importer names it, and no fact reports a problem |
| `w` | fact: accepted, but the result is wrong for some values of it |
| `x` | fact: some values of it are refused |
| `n` | fact: correct; the importer does not name it (checked up to 10.10) |
| `?` | the importer does not name it, and no fact covers it: still to be examined |
| `-` | no fact; the importers of this release (after 10.10) were not searched for attribute names |
| `.` | the operator is not imported |

Not listed: what every release names and no fact covers, and attributes that were removed before opset 7.

"""

STATUS = {"rejected": "x", "wrong-output": "w", "ok": "n", "harmless": "n"}


def page() -> str:
    """The page as it should be."""
    rows, open_ones = [], 0
    for op_type, name, since in attributes():
        signs = [sign(op_type, name, release) for release in RELEASES]
        read = sum(_gone_through(release) for release in RELEASES)
        if set(signs[:read]) - {"r", "."} or set(signs[read:]) & {"w", "x"}:
            open_ones += "?" in signs
            rows.append("| %s | %s | %d | %s |" % (op_type, name, since, " | ".join(signs)))
    columns = ("operator", "attribute or input", "opset") + RELEASES
    table = ["| %s |" % " | ".join(columns), "|" + " --- |" * len(columns)] + rows
    named = "1 entry is" if open_ones == 1 else "%d entries are" % open_ones
    said = named + " not named by the importer of some release, and no fact says whether that matters (`?`)."
    return HEAD + said + "\n\n" + "\n".join(table) + "\n"


def attributes() -> Iterator[Tuple[str, str, int]]:
    """(operator, attribute or "name (input N)", first opset) of every operator that some release imports."""
    from onnx import defs

    from jetdoctor.facts import knowledge

    versions: Dict[str, List[Any]] = {}
    for schema in defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.name in knowledge().operators:
            versions.setdefault(schema.name, []).append(schema)
    for op_type, schemas in sorted(versions.items()):
        schemas.sort(key=lambda schema: schema.since_version)
        ends = [schema.since_version for schema in schemas[1:]] + [LAST]
        first: Dict[str, int] = {}
        for schema, end in zip(schemas, ends):
            for name in [*schema.attributes, *_optional(schema, schemas[0])] if end > OLDEST else ():
                older = (one.since_version for one in schemas if name in one.attributes)
                first.setdefault(name, min(older, default=schema.since_version))
        yield from ((op_type, name, since) for name, since in sorted(first.items()) if name not in ASIDE)


def _optional(schema: Any, earliest: Any) -> Iterator[str]:
    for index, formal in enumerate(schema.inputs):
        if formal.option.name == "Optional" or (index >= len(earliest.inputs) and formal.option.name != "Variadic"):
            yield "%s (input %d)" % (formal.name, index)


def sign(op_type: str, name: str, release: str) -> str:
    """The sign of one attribute in one release."""
    from jetdoctor.facts import knowledge
    from jetdoctor.types import parse_version

    version = parse_version(release)
    if not knowledge().importer(op_type, version):
        return "."
    said = {told for row in _rows(op_type) if version in row.range for told in [_told(row, name)] if told}
    for worst in ("w", "x"):
        if worst in said:
            return worst
    if any(first <= version <= last for first, last in _runs(op_type, name)):
        return "r"
    if "n" in said:
        return "n"
    return "?" if _gone_through(release) else "-"


def _gone_through(release: str) -> bool:
    """Whether it is known which attributes the importers of a release name."""
    from jetdoctor.types import parse_version

    return parse_version(release) <= parse_version(_table()["releases"][-1])


def _rows(op_type: str) -> List[Any]:
    from jetdoctor.facts import knowledge

    known = knowledge()
    names = [op_type] + list(known.shared(op_type))
    return [row for one in names for section in ("refused", "misread", "values") for row in known.rows(one, section)]


def _told(row: Any, name: str) -> Optional[str]:
    """What a row says of an attribute; None when it speaks of something else."""
    condition = row.get("require") or row.get("forbid")
    if condition is not None:
        return "x" if _names(condition, name) else None
    spoken = [row.get("when"), row.get("change"), row.get("what")]
    return STATUS.get(row["status"]) if _names(spoken, name) else None


def _names(said: Any, name: str) -> bool:
    if name.endswith(")"):
        word, index = name[:-1].split(" (input ")
        spoken = r'"(input\w*|all_initializers|any_not_initializer)": (\[[\d, ]*)?%s\b|"%s": ' % (index, index)
        return re.search(spoken, json.dumps(said)) is not None or _names(said, word)
    return re.search(r"(?<!\w)%s(?!\w)" % name, json.dumps(said)) is not None


def _runs(op_type: str, name: str) -> Iterator[Tuple[Any, Any]]:
    from jetdoctor.types import parse_version

    read = _table()["read"].get(op_type, {})
    keys = (name.split(" (")[-1].rstrip(")"), "inputs") if name.endswith(")") else (name,)
    for first, last in (run for key in keys for run in read.get(key, ())):
        yield parse_version(first), parse_version(last)


def _table() -> Any:
    if not _TABLE:
        _TABLE.update(json.loads((HERE / "importer_attributes.json").read_text(encoding="utf-8")))
    return _TABLE


_TABLE: Dict[str, Any] = {}

if __name__ == "__main__":
    (HERE / "coverage.md").write_text(page(), encoding="utf-8")
