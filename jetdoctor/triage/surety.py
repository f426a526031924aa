"""How sure a diagnosis is: what its entry promises, lowered where the log itself holds a reason to doubt.

docs/triage.md says how often each confidence is right on reports that triage had not seen.
"""

from __future__ import annotations

from typing import Optional

from jetdoctor.triage.diagnosis import CONFIDENCES
from jetdoctor.triage.hits import Hit, Reader
from jetdoctor.triage.lines import Line

#: From this weight on a line names a cause; below it stands what follows from one.
CAUSE = 50


def confidence(hit: Hit, reader: Reader) -> str:
    """The entry's; a step lower for a line that names no cause, and for an earlier error that is unexplained."""
    doubts = int(hit.signature.rank < CAUSE) + int(unexplained(hit, reader) is not None)
    step = CONFIDENCES.index(hit.signature.confidence) + doubts
    return CONFIDENCES[min(step, len(CONFIDENCES) - 1)]


def unexplained(hit: Hit, reader: Reader) -> Optional[Line]:
    """The first error that no entry explains although it may be the cause of the hit: one before it.

    Where the hit is a mere warning, errors after it count as well: they are what failed.
    """
    told = {other.line.number for other in reader.hits if other.rank >= CAUSE or other.category == hit.category}
    before = None if hit.line.severity == "warning" else hit.line.number
    for line in reader.errors:
        if before is not None and line.number >= before:
            return None
        if line.number not in told and not _of_the_same(line, hit) and not reader.progress.settled(line.number):
            return line
    return None


def _of_the_same(line: Line, hit: Hit) -> bool:
    """Whether the error is the hit's own message, which many loggers print twice, once without its source."""
    return line.body.strip(" .") in hit.line.plain
