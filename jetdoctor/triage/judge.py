"""Weighs what the lines of a log say and names the causes, best first."""

from __future__ import annotations

from itertools import chain
from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple, Union

from jetdoctor.triage.context import Context
from jetdoctor.triage.diagnosis import Diagnosis
from jetdoctor.triage.hits import Hit, find
from jetdoctor.triage.lines import Line, clean, select
from jetdoctor.triage.signatures import Book, book
from jetdoctor.types import Target, parse_version

#: Below this weight a line is a notice: told only when nothing better was found.
NOTICE = 15
AT_MOST = 5
#: Text of up to this many characters was pasted by hand, perhaps with lines that a terminal broke.
PASTED = 20_000


def triage(text: Union[str, Iterable[str]], target: Optional[Target] = None) -> Tuple[Diagnosis, ...]:
    """Diagnoses of a log, best first; empty when nothing is recognised.

    ``text`` is the log, or its pieces in order (a file of any size is read piece by piece). ``target``
    tells the TensorRT release when the log does not.
    """
    known, context = book(), Context()
    text = _single(text)
    hits = find(select([text] if isinstance(text, str) else text), context, known)
    if isinstance(text, str) and len(text) <= PASTED and not any(hit.rank > NOTICE for hit in hits):
        hits += find(_joined(text), context, known)
    tensorrt = context.tensorrt or (target.tensorrt if target and target.tensorrt else "")
    hits = [hit for hit in _unresolved(hits, context) if _said_by(tensorrt, hit)]
    return tuple(_diagnosis(hit, tensorrt, known) for hit in _best(hits))


def _single(text: Union[str, Iterable[str]]) -> Union[str, Iterable[str]]:
    """A log of one piece as text."""
    if isinstance(text, str):
        return text
    pieces = iter(text)
    first, second = next(pieces, ""), next(pieces, None)
    return first if second is None else chain((first, second), pieces)


def _joined(text: str) -> Iterator[Line]:
    """Neighbouring lines as one: a terminal wraps a long message."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for number, (line, after) in enumerate(zip(lines, lines[1:]), 1):
        yield clean(number, line + " " + after)
        yield clean(number, line + after)


def _said_by(tensorrt: str, hit: Hit) -> bool:
    """False when that release is known not to say so."""
    return not tensorrt or parse_version(tensorrt) in hit.signature.range


def _unresolved(hits: List[Hit], context: Context) -> List[Hit]:
    """Without the lines on operators that found their plugin after all."""
    named = (hit for hit in hits if hit.signature.by_operator == "name")
    resolved = {hit.line.number for hit in named if hit.operator.lower() in context.plugins}
    return [hit for hit in hits if hit.line.number not in resolved]


def _best(hits: List[Hit]) -> List[Hit]:
    """The weightiest hit of each category, in order; notices only when there is nothing else.

    A line that one diagnosis explains with high confidence does not bring about another.
    """
    best: Dict[str, Hit] = {}
    explained: Set[str] = set()
    for hit in sorted(hits, key=lambda h: (-h.rank, h.line.number)):
        if hit.category not in best and hit.line.key not in explained:
            best[hit.category] = hit
            if hit.signature.confidence == "high":
                explained.add(hit.line.key)
    ordered = list(best.values())
    telling = [hit for hit in ordered if hit.rank > NOTICE]
    return (telling or ordered)[:AT_MOST]


def _diagnosis(hit: Hit, tensorrt: str, known: Book) -> Diagnosis:
    row, general = hit.signature.row, known.categories[hit.category]
    own = hit.category == hit.signature.category
    otherwise = general["rule"] or known.categories[hit.signature.category]["rule"]
    return Diagnosis(
        category=hit.category,
        rule=row["rule"] if own and "rule" in row else otherwise,
        cause=(own and row.get("cause")) or general["cause"],
        fix=(own and row.get("fix")) or general["fix"],
        confidence=hit.signature.confidence,
        line=hit.line.text,
        evidence=_evidence(hit, tensorrt),
        line_number=hit.line.number,
        node_name=hit.node,
        op_type=hit.operator,
        tensorrt=tensorrt,
    )


def _evidence(hit: Hit, tensorrt: str) -> str:
    row = hit.signature.row
    parts = []
    if "first" in row:
        parts.append("printed by the ONNX parser of TensorRT %s to %s" % (row["first"], row["last"]))
    if tensorrt:
        parts.append("TensorRT %s" % tensorrt)
    return "; ".join(parts + ["source: " + row["source"]])
