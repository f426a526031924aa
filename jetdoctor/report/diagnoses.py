"""What triage found, for people and for programs."""

from __future__ import annotations

from typing import Any, List

from jetdoctor.report.document import dumps, head
from jetdoctor.report.style import Writer, clean, plural

#: Characters of a log line that are shown.
LINE = 300
#: Tools whose names are written with capitals.
_NAMES = {
    "onnxruntime": "ONNX Runtime", "deepstream": "DeepStream", "triton": "Triton", "isaac-ros": "Isaac ROS",
    "tensorrt": "TensorRT",
    "opencv": "OpenCV", "tensorrt-llm": "TensorRT-LLM", "torch-tensorrt": "Torch-TensorRT",
    "polygraphy": "Polygraphy", "ssh": "SSH",
    "cmake": "compiler", "kernel": "kernel log",
}  # fmt: skip
_FACTS = (("jetpack", "JetPack %s"), ("l4t", "L4T %s"), ("board", "%s"), ("python", "Python %s"))

_CONFIDENCE = {"high": "green", "medium": "yellow", "low": "dim"}


def document(found: Any, width: int = 80, color: bool = False) -> str:
    """The JSON document of ``jetdoctor triage`` (contract)."""
    return dumps(dict(head(), **found.to_json()))


def text(found: Any, width: int, color: bool) -> str:
    """How the log ended, then best first: the line, what it means, the cause, what to do; what would make it surer."""
    writer = Writer(width, color)
    _headline(writer, found)
    for number, diagnosis in enumerate(found.diagnoses, 1):
        writer.line()
        _block(writer, number, diagnosis)
    if found.follow:
        writer.line()
        says = "say" if found.follow > 1 else "says"
        writer.line("%s after it only %s what followed" % (plural(found.follow, "line"), says))
    for remark in found.remarks:
        _remark(writer, remark)
    if found.asks:
        writer.line()
        writer.line("to confirm")
        for ask in found.asks:
            writer.wrapped("- ", ask)
    rules = list(dict.fromkeys(d.rule for d in found.diagnoses if d.rule))
    if rules:
        writer.line()
        writer.line("next: " + writer.paint("jetdoctor explain %s" % rules[0], "cyan"))
    return writer.text()


def _headline(writer: Writer, found: Any) -> None:
    facts = ", ".join(_of(found))
    if found.diagnoses:
        what = "%s%s" % (found.outcome or "trouble", " at stage %s" % found.stage if found.stage else "")
        color = "red"
    elif found.outcome == "succeeded":
        remarks = plural(len(found.remarks), "remark") if found.remarks else "no problem found"
        what, color = "nothing failed; %s" % remarks, "green"
    else:
        what, color = "nothing recognized in this log", "yellow"
    line = what + (": " + facts if facts else "")
    writer.wrapped("", line, color, "bold", indent=0)


def _of(found: Any) -> List[str]:
    """What the log says about itself, in words."""
    parts = [_NAMES.get(found.tool, found.tool)] if found.tool else []
    parts += ["TensorRT %s" % found.tensorrt] if found.tensorrt else []
    return parts + [form % found.facts[key] for key, form in _FACTS if key in found.facts]


def _block(writer: Writer, number: int, diagnosis: Any) -> None:
    rule = "  " + diagnosis.rule if diagnosis.rule else ""
    left = "%d. %s%s" % (number, clean(diagnosis.category), rule)
    right = "confidence: " + diagnosis.confidence
    writer.ends(
        left, right, writer.paint(left, "bold"), writer.paint(right, _CONFIDENCE[diagnosis.confidence])
    )
    writer.wrapped("line  ", _line(diagnosis), "dim")
    writer.wrapped("means ", diagnosis.means)
    where = ", ".join(filter(None, (diagnosis.op_type, diagnosis.node_name)))
    if where:
        writer.wrapped("at    ", where)
    writer.wrapped("cause ", diagnosis.cause)
    writer.wrapped("do    ", diagnosis.fix, "green")
    evidence = diagnosis.evidence
    # "from  source: URL" says it twice.
    evidence = evidence[len("source: ") :] if evidence.startswith("source: ") else evidence
    writer.wrapped("from  ", evidence, "dim")


def _remark(writer: Writer, remark: Any) -> None:
    writer.line()
    writer.wrapped("- ", _line(remark), "dim", indent=0)
    writer.wrapped("", remark.cause)


def _line(diagnosis: Any) -> str:
    line = diagnosis.line if len(diagnosis.line) <= LINE else diagnosis.line[:LINE] + "..."
    return "%d: %s" % (diagnosis.line_number, line) if diagnosis.line_number else line
