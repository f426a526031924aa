"""What each line of a log says: the signatures that it shows, read in its context."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, List, Mapping, Optional

from jetdoctor.triage import known
from jetdoctor.triage.context import Context
from jetdoctor.triage.lines import Line
from jetdoctor.triage.progress import Progress
from jetdoctor.triage.record import Record
from jetdoctor.triage.signatures import Book, Signature

#: A warning weighs that much less than an error with the same words, and more so where it is a mere hint.
WARNING_DISCOUNT, HINT_DISCOUNT = 15, 25
#: An operator with a category of its own makes a general message that much more telling.
OPERATOR_BONUS = 12
#: A missing plugin weighs less when the line and its surroundings do not name the operator.
UNNAMED_DISCOUNT = 10

_WARNING = re.compile(r"[ \]]\[(?:w|warning)\]| warning: ")
_INFORMATION = re.compile(r"[ \]]\[(?:i|v|info|verbose)\]| info: |&&&& (?:running|passed)")


@dataclass(frozen=True)
class Hit:
    """One signature seen in one line. ``fallback``: the parser looked for a plugin there, having no importer."""

    signature: Signature
    line: Line
    category: str
    rank: int
    operator: str
    node: str
    stage: Optional[str]
    fallback: bool

    @property
    def row(self) -> Mapping[str, Any]:
        return self.signature.row


class Reader:
    """Goes through the lines once, in order: ``hits``, and what the log says about itself and its course."""

    def __init__(self, known: Book) -> None:
        self.known = known
        self.context, self.record, self.progress = Context(), Record(), Progress()
        self.hits: List[Hit] = []
        self.errors: List[Line] = []  # what was logged as an error, without lines that only say where
        self.lines = 0  # how many were read

    def read(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.lines += 1
            self.context.see(line)
            self.record.see(line)
            self.progress.see(line)
            if line.severity == "error" and not self._only_where(line):
                self.errors.append(line)
            if self.context.quotes:
                continue  # the source of a program says what it may do, not what happened
            self.hits += [self._hit(s, line) for s in _told(self.known.found_in(line), line) if self._here(s)]
            self.hits += self._refusals(line)
            alone = self._operator_alone(line)
            if alone:
                self.hits.append(alone)
        # A program often gives its name and command line in the last line only.
        self.hits = [hit for hit in self.hits if self._of_this_log(hit.signature)]

    def _only_where(self, line: Line) -> bool:
        """Whether a line only says where an error happened: before the error itself, or in the printed node."""
        return line.body.endswith(":") or "--- " in line.key or self.context.told_alone(line)

    def _here(self, signature: Signature) -> bool:
        return signature.when_stage in (None, self.progress.stage)

    def _of_this_log(self, signature: Signature) -> bool:
        return signature.when_tool is None or self.record.saw(signature.when_tool)

    def _hit(self, signature: Signature, line: Line) -> Hit:
        named = _captured(signature, line)
        operator = named or self.context.operator(line)
        category, rank = signature.category, signature.rank - _discount(signature, line)
        if signature.by_operator:
            row = self.known.operators.get(operator)
            if row and row["alone"] is True:
                category, rank = row["category"], rank + OPERATOR_BONUS
            elif signature.by_operator == "name":
                category = _by_name(operator, category, self.known)
                rank -= 0 if operator else UNNAMED_DISCOUNT
        return self._placed(signature, line, category, rank, operator)

    def _placed(self, signature: Signature, line: Line, category: str, rank: int, operator: str) -> Hit:
        node = self.context.node(line)
        stage = signature.row.get("stage") or self.progress.stage
        return Hit(signature, line, category, rank, operator, node, stage, self.context.fallback(line))

    def _refusals(self, line: Line) -> List[Hit]:
        """A message that a fact of the operator being parsed is known to cause: ``check`` foretells the line."""
        operator = self.context.operator(line)
        if not operator or line.severity in ("info", "verbose") or "while parsing node" in line.key:
            return []
        own = self.known.operators.get(operator, {})
        hits = []
        for row in known.refusals(operator, line.key):
            category = _CATEGORY_OF.get(row.get("rule", ""), "unsupported-op")
            category = own["category"] if own.get("alone") is True else category
            parts = known.literal(row["message"])
            signature = Signature(dict(_OF_FACT, **{k: row.get(k) for k in _KEPT}, category=category), parts)
            hits.append(self._placed(signature, line, category, signature.rank, operator))
        return hits

    def _operator_alone(self, line: Line) -> Optional[Hit]:
        """A line that only says which node was being parsed: its operator is a hint."""
        if not self.context.told_alone(line):
            return None
        operator = self.context.operator(line)
        row = self.known.operators.get(operator)
        category = row["category"] if row else _by_name(operator, "unsupported-op", self.known)
        signature = Signature(dict(_ALONE, category=category), _ALONE["lines"][0])
        return self._placed(signature, line, category, signature.rank, operator)


def _captured(signature: Signature, line: Line) -> str:
    """Name of the operator or plugin that the line itself gives, else ""."""
    capture = signature.row.get("capture")
    found = re.search(capture, line.plain, re.I) if capture else None
    return found.group(1).rstrip(".,:") if found else ""


def _by_name(operator: str, category: str, known: Book) -> str:
    """Category of a missing importer: ONNX's own operators, functions of an exporter, or a plugin's."""
    if not operator:
        return category
    if operator.startswith(("aten_", "_aten_", "torch_nn", "pkg.")) or "::" in operator:
        return "local-functions"
    return "unsupported-op" if operator in known.standard else "plugin-not-found"


#: Category of a refused form by the rule that foretells it.
_CATEGORY_OF = {
    "JD401": "dtype", "JD402": "dtype", "JD302": "initializer-required", "JD403": "qdq", "JD404": "qdq", "JD405": "qdq",
    "JD406": "qdq", "JD407": "qdq", "JD501": "dynamic-shape-profile", "JD801": "local-functions",
    "JD901": "external-data-2gb",
}  # fmt: skip
_OF_FACT: Mapping[str, Any] = {"rank": 61, "confidence": "medium"}
_KEPT = ("rule", "since", "before", "source")

_ALONE: Mapping[str, Any] = {
    "lines": ["while parsing node number"], "rank": 12, "confidence": "low",
    "sources": ["onnx-tensorrt 7.1 to 10.10-GA ModelImporter.cpp: the operator that was being parsed"],
}  # fmt: skip


def _discount(signature: Signature, line: Line) -> int:
    if not _is_warning(line):
        return 0
    return HINT_DISCOUNT if signature.confidence == "low" else WARNING_DISCOUNT


def _is_warning(line: Line) -> bool:
    return line.severity == "warning" or bool(_WARNING.search(line.key))


def _told(found: List[Signature], line: Line) -> List[Signature]:
    """Signatures of the line. Information is no complaint, except that an importer is missing."""
    if found and (line.severity in ("info", "verbose") or _INFORMATION.search(line.key)):
        return [s for s in found if s.by_operator == "name" or s.at_info]
    return found
