"""Weighs what the lines of a log say and names the causes, best first."""

from __future__ import annotations

from itertools import chain
from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple, Union

from jetdoctor.triage.asks import asks
from jetdoctor.triage.diagnosis import Diagnosis, Reading
from jetdoctor.triage.hits import Hit, Reader
from jetdoctor.triage.known import tensorrt_of
from jetdoctor.triage.lines import Line, clean, select
from jetdoctor.triage.signatures import Book, book
from jetdoctor.triage.surety import CAUSE, unexplained
from jetdoctor.triage.verdict import Judged, diagnose
from jetdoctor.types import Target, parse_version

#: Below this weight a line is a notice: told only when nothing better was found.
NOTICE = 15
AT_MOST = 5
#: Text of up to this many characters was pasted, perhaps with lines that a terminal wrapped.
PASTED = 20_000


def triage(text: Union[str, Iterable[str]], target: Optional[Target] = None) -> Tuple[Diagnosis, ...]:
    """Diagnoses of a log, best first; empty when nothing failed or nothing is recognized. See ``read``."""
    return read(text, target).diagnoses


def read(text: Union[str, Iterable[str]], target: Optional[Target] = None) -> Reading:
    """What a log says: how it ended, at which stage, and why.

    ``text`` is the log, or its pieces in order (a file of any size is read piece by piece). ``target``
    tells the TensorRT release when the log does not.
    """
    reader = Reader(book())
    text = _single(text)
    reader.read(select([text] if isinstance(text, str) else text))
    if isinstance(text, str) and len(text) <= PASTED and not any(hit.rank > NOTICE for hit in reader.hits):
        reader.read(_joined(text))
    release, said = _release(reader, target)
    hits = [hit for hit in _unresolved(reader) if _said_by(release, hit)]
    failed = [hit for hit in hits if not reader.progress.settled(hit.line.number)]
    ended_well = reader.progress.outcome == "succeeded" and not failed
    judged = Judged(reader, release, said)
    chosen = _best(failed or ([] if ended_well else hits), reader.known)
    found = tuple(diagnose(hit, judged) for hit in chosen)
    remarks = tuple(diagnose(hit, judged, remark=True) for hit in (_best(hits, reader.known) if ended_well else ()))
    best = found[0] if found else None
    first = unexplained(chosen[0], reader) if chosen else None
    return Reading(
        diagnoses=found,
        remarks=remarks,
        stage=(best.stage if best else None) or reader.progress.stage,
        tool=reader.record.tool,
        outcome=_outcome(reader, bool(found)),
        tensorrt=release,
        facts=dict(reader.record.facts),
        follow=_following(chosen, failed),
        asks=() if ended_well else asks(
            best, reader.lines, judged.target, judged.model, reader.record.tool, first.number if first else 0
        ),
    )


def _release(reader: Reader, target: Optional[Target]) -> Tuple[str, bool]:
    """TensorRT of the log, and whether the log itself says so rather than ``target``."""
    facts = reader.record.facts
    said = reader.context.tensorrt or tensorrt_of(facts.get("jetpack", ""), facts.get("l4t", ""))
    return said or (target.tensorrt if target and target.tensorrt else ""), bool(said)


def _following(chosen: List[Hit], hits: List[Hit]) -> int:
    """How many lines after the first cause only say that it happened."""
    if not chosen:
        return 0
    shown = {hit.line.number for hit in chosen}
    return len({hit.line.number for hit in hits if hit.line.number > chosen[0].line.number} - shown)


def _outcome(reader: Reader, failed: bool) -> Optional[str]:
    outcome = reader.progress.outcome
    return "failed" if outcome == "succeeded" and failed else outcome


def _single(text: Union[str, Iterable[str]]) -> Union[str, Iterable[str]]:
    """A log of one piece as text."""
    if isinstance(text, str):
        return text
    pieces = iter(text)
    first, second = next(pieces, ""), next(pieces, None)
    return first if second is None else chain((first, second), pieces)


def _joined(text: str) -> Iterator[Line]:
    """Neighboring lines as one: a terminal wraps a long message."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for number, (line, after) in enumerate(zip(lines, lines[1:]), 1):
        yield clean(number, line + " " + after)
        yield clean(number, line + after)


def _said_by(release: str, hit: Hit) -> bool:
    """False when that release is known not to say so."""
    return not release or parse_version(release) in hit.signature.range


def _unresolved(reader: Reader) -> List[Hit]:
    """Without the lines on operators that found their plugin after all."""
    named = (hit for hit in reader.hits if hit.signature.by_operator == "name")
    resolved = {hit.line.number for hit in named if hit.operator.lower() in reader.context.plugins}
    return [hit for hit in reader.hits if hit.line.number not in resolved]


def _best(hits: List[Hit], known: Book) -> List[Hit]:
    """The most telling hit of each category, in order; notices only when there is nothing else.

    A line that one diagnosis explains with high confidence does not bring about another.
    """
    best: Dict[str, Hit] = {}
    explained: Set[str] = set()
    for hit in sorted(hits, key=lambda h: (-h.rank, h.line.number)):
        if hit.category not in best and hit.line.key not in explained:
            best[hit.category] = hit
            if hit.signature.confidence == "high":
                explained.add(hit.line.key)
    ordered = _causes_first(list(best.values()), known)
    telling = [hit for hit in ordered if hit.rank > NOTICE] or ordered
    return [hit for hit in telling if hit is telling[0] or not _follows(hit, telling[0])][:AT_MOST]


def _follows(hit: Hit, first: Hit) -> bool:
    """Whether a hit only says what the first cause leads to: a general message, or more about the same operator."""
    same = bool(hit.operator) and hit.operator == first.operator and hit.stage == first.stage
    return first.rank >= CAUSE and (hit.rank < CAUSE or same)


def _causes_first(hits: List[Hit], known: Book) -> List[Hit]:
    """A hit that an earlier line explains (no kernel was found, for want of memory) goes behind that one."""
    if not hits:
        return hits
    first = hits[0]
    for cause in known.categories[first.category].get("explained_by", ()):
        for hit in hits:
            if hit.category == cause and hit.line.number < first.line.number and hit.rank > NOTICE:
                return [hit] + [other for other in hits if other is not hit]
    return hits
