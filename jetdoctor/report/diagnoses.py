"""What triage found, for people and for programs."""

from __future__ import annotations

from typing import Any, Sequence

from jetdoctor.report.document import dumps, head
from jetdoctor.report.style import Writer, clean

#: Characters of a log line that are shown.
LINE = 300

_CONFIDENCE = {"high": "green", "medium": "yellow", "low": "dim"}


def document(found: Sequence[Any]) -> str:
    """The JSON document of ``jetdoctor triage`` (contract)."""
    return dumps(dict(head(), diagnoses=[diagnosis.to_json() for diagnosis in found]))


def text(found: Sequence[Any], width: int, color: bool) -> str:
    """Best first: the cause, the line that gave it away, what to do."""
    writer = Writer(width, color)
    if not found:
        writer.line("Nothing recognised in this log.")
        writer.line("Build again with trtexec --verbose and give the whole output; the cause is often")
        writer.line("some lines above the last error. A model says more: jetdoctor check MODEL --target T")
    for number, diagnosis in enumerate(found, 1):
        if number > 1:
            writer.line()
        _block(writer, number, diagnosis)
    rules = list(dict.fromkeys(d.rule for d in found if d.rule))
    if rules:
        writer.line()
        writer.line("next: " + writer.paint("jetdoctor explain %s" % rules[0], "cyan"))
    return writer.text()


def _block(writer: Writer, number: int, diagnosis: Any) -> None:
    rule = "  " + diagnosis.rule if diagnosis.rule else ""
    left = "%d. %s%s" % (number, clean(diagnosis.category), rule)
    right = "confidence: " + diagnosis.confidence
    writer.ends(
        left, right, writer.paint(left, "bold"), writer.paint(right, _CONFIDENCE[diagnosis.confidence])
    )
    where = ", ".join(filter(None, (diagnosis.op_type, diagnosis.node_name)))
    if where:
        writer.wrapped("at    ", where)
    writer.wrapped("cause ", diagnosis.cause)
    writer.wrapped("do    ", diagnosis.fix, "green")
    line = diagnosis.line if len(diagnosis.line) <= LINE else diagnosis.line[:LINE] + "..."
    place = "line %d: " % diagnosis.line_number if diagnosis.line_number else ""
    writer.wrapped("seen  ", place + line, "dim")
    evidence = diagnosis.evidence
    # "from  source: URL" says it twice.
    evidence = evidence[len("source: ") :] if evidence.startswith("source: ") else evidence
    writer.wrapped("from  ", evidence, "dim")
