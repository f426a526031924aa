"""What each line of a log says: the signatures that it shows, read in its context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, List, Optional

from jetdoctor.triage.context import Context
from jetdoctor.triage.lines import Line
from jetdoctor.triage.signatures import Book, Signature

#: A warning weighs that much less than an error with the same words.
WARNING_DISCOUNT = 15
#: An operator with a category of its own makes a general message that much more telling.
OPERATOR_BONUS = 12
#: A missing plugin weighs less when the line and its surroundings do not name the operator.
UNNAMED_DISCOUNT = 10

_WARNING = re.compile(r"[ \]]\[(?:w|warning)\]| warning: ")
_INFORMATION = re.compile(r"[ \]]\[(?:i|v|info|verbose)\]| info: |&&&& (?:running|passed)")


@dataclass(frozen=True)
class Hit:
    """One signature seen in one line."""

    signature: Signature
    line: Line
    category: str
    rank: int
    operator: str
    node: str


def find(lines: Iterable[Line], context: Context, known: Book) -> List[Hit]:
    """Hits of the lines, which must come in order: ``context`` follows them."""
    hits = []
    for line in lines:
        context.see(line)
        hits += [_hit(signature, line, context, known) for signature in _found_in(line, known)]
        alone = _operator_alone(line, context, known)
        if alone:
            hits.append(alone)
    return hits


def _hit(signature: Signature, line: Line, context: Context, known: Book) -> Hit:
    named = signature.operator(line.plain)
    operator = named or context.operator(line)
    category = signature.category
    rank = signature.rank - (WARNING_DISCOUNT if _WARNING.search(line.key) else 0)
    if signature.by_operator:
        row = known.operators.get(operator)
        if row and row["alone"] is True:
            category, rank = row["category"], rank + OPERATOR_BONUS
        elif signature.by_operator == "name":
            category = _by_name(operator, category, known)
            rank -= 0 if operator else UNNAMED_DISCOUNT
    return Hit(signature, line, category, rank, operator, context.node(line))


def _by_name(operator: str, category: str, known: Book) -> str:
    """Category of a missing importer: ONNX's own operators, functions of an exporter, or a plugin's."""
    if not operator:
        return category
    if operator.startswith(("aten_", "_aten_", "torch_nn", "pkg.")) or "::" in operator:
        return "local-functions"
    return "unsupported-op" if operator in known.standard else "plugin-not-found"


_ALONE = {
    "kind": "log", "text": ["while parsing node number"], "rank": 12, "confidence": "low",
    "source": "onnx-tensorrt 7.1 to 10.10-GA ModelImporter.cpp: the operator that was being parsed",
}  # fmt: skip


def _operator_alone(line: Line, context: Context, known: Book) -> Optional[Hit]:
    """A line that only says which node was being parsed: its operator is a hint."""
    if "while parsing node number" not in line.key:
        return None
    operator = context.operator(line)
    row = known.operators.get(operator)
    if row:
        category = row["category"]
    elif operator.startswith("aten_"):
        category = "local-functions"
    else:
        category = "unsupported-op"
    signature = Signature(dict(_ALONE, category=category))
    return Hit(signature, line, category, signature.rank, operator, context.node(line))


def _found_in(line: Line, known: Book) -> List[Signature]:
    """Signatures of the line. Information is no complaint, except that an importer is missing."""
    found = known.found_in(line.key)
    if not found or not _INFORMATION.search(line.key):
        return found
    return [s for s in found if s.by_operator == "name" or s.row.get("any_level")]
