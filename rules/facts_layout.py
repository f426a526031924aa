"""How a file of ``rules/facts/`` is laid out: rows of a few lines each, keys in one order, so that a diff can be read.

A file of an operator is ``{"operator": NAME, SECTION: [row, ...], ...}``. ``_model.json`` holds several such bodies,
by the name of a pseudo operator; ``_releases.json`` and ``_known_issues.json`` are lists of rows.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

#: Sections of an operator, in their order. "importer" says whether a release imports it, "refused" which forms the
#: parser refuses, "misread" which forms it reads otherwise; the others are what stands behind the parser.
SECTIONS = ("importer", "refused", "misread", "network", "builder", "values", "dla")

#: Keys of an operator's file that are no section.
HEADS = ("operator", "stands_for")

#: Files that are no operator's: several pseudo operators, and two lists of rows.
NO_OPERATOR = ("_model.json", "_releases.json", "_known_issues.json")

#: Keys of a row: each tuple begins a line, unless the whole row fits on one.
KEYS: Tuple[Tuple[str, ...], ...] = (
    ("id", "release", "since", "before", "doubt", "importer", "documented", "status", "rule", "basis", "code"),
    ("types",),
    ("known", "measured", "documented_opset"),
    ("weights_through", "local_functions", "int64_native"),
    ("require",),
    ("forbid",),
    ("when",),
    ("pattern", "soc", "modules", "precision", "severity", "outcome"),
    ("change",),
    ("what",),
    ("message",),
    ("cure",),
    ("note",),
    ("fix", "reading"),
    ("source",),
)

#: A line is at most this long, unless a single value is longer.
WIDTH = 118


class DuplicateKey(ValueError):
    """A key stands twice in one object, of which JSON would silently drop the first."""


def _unique(pairs: Sequence[Tuple[str, Any]]) -> Dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise DuplicateKey("key %r stands twice" % next(name for name in names if names.count(name) > 1))
    return found


def parse(text: str) -> Any:
    """The content of a fact file; ValueError for broken JSON and for a key that stands twice in an object."""
    return json.loads(text, object_pairs_hook=_unique)


def layout(content: Any) -> str:
    """The text of a fact file, the same for the same content."""
    if isinstance(content, list):
        return _list(content, "") + "\n"
    if "operator" in content:
        return _body(content, "") + "\n"
    parts = ["  %s: %s" % (json.dumps(name), _body(content[name], "  ")) for name in content]
    return "{\n%s\n}\n" % ",\n".join(parts)


def _body(body: Mapping[str, Any], indent: str) -> str:
    known = HEADS + SECTIONS
    names = [name for name in known if name in body] + [name for name in body if name not in known]
    parts = []
    for name in names:
        rows = name not in HEADS and isinstance(body[name], list)
        value = _list(body[name], indent + "  ") if rows else _inline(body[name])
        parts.append("%s  %s: %s" % (indent, json.dumps(name), value))
    return "{\n%s\n%s}" % (",\n".join(parts), indent)


def _list(rows: Sequence[Mapping[str, Any]], indent: str) -> str:
    if not rows:
        return "[]"
    return "[\n%s\n%s]" % (",\n".join(_row(row, indent + "  ") for row in rows), indent)


def _row(row: Mapping[str, Any], indent: str) -> str:
    lines = [", ".join("%s: %s" % (json.dumps(k), _inline(row[k])) for k in keys) for keys in _lines(row)]
    whole = "%s{%s}" % (indent, ", ".join(lines))
    if len(whole) < WIDTH:
        return whole
    return "%s{%s}" % (indent, (",\n%s " % indent).join(lines))


def _lines(row: Mapping[str, Any]) -> Iterator[List[str]]:
    for keys in KEYS:
        present = [key for key in keys if key in row]
        if present:
            yield present
    known = {key for keys in KEYS for key in keys}
    yield from ([key] for key in row if key not in known)


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
