"""What a model is, as text: the lines that ``check`` shows first, and the whole of ``jetdoctor inspect``."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.report.document import dumps, head
from jetdoctor.report.style import Writer, clean, plural
from jetdoctor.types import ModelFacts, ModelSummary, TensorInfo
from jetdoctor.wording import brackets, spelled_shape

#: Inputs, and outputs, that are shown in the head of a report.
_SHOWN = 4

#: Characters of a metadata property that are shown; JSON has it whole.
_LONGEST = 100


def lines(model: ModelSummary) -> List[Tuple[str, str]]:
    """(label, text) of the lines below the path: inputs, outputs and size; none for what is no ONNX model."""
    found = _tensors("input", model.inputs[:_SHOWN], len(model.inputs))
    found += _tensors("output", model.outputs[:_SHOWN], len(model.outputs))
    size = [_bytes(model.size_bytes)] if model.size_bytes is not None else []
    size += ["%s parameters" % format(model.parameters, ",d")] if model.parameters else []
    return found + ([("size", ", ".join(size))] if size else [])


def _tensors(label: str, shown: Sequence[TensorInfo], count: int) -> List[Tuple[str, str]]:
    found = [(label if not index else "", _tensor(tensor)) for index, tensor in enumerate(shown)]
    more = count - len(shown)
    return found + ([("", "and %d more: jetdoctor inspect lists them" % more)] if more > 0 else [])


def _tensor(tensor: TensorInfo) -> str:
    """``images FLOAT [batch,3,640,640]``."""
    return clean("%s %s %s" % (tensor.name, tensor.dtype or "of unknown type", brackets(tensor.shape)))


def _bytes(count: int) -> str:
    """``10.7 MB``: what file managers say."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return "%.3g %s" % (count / size, unit)
    return plural(count, "byte")


def write_lines(writer: Writer, model: ModelSummary) -> None:
    """The lines, in the place below the path."""
    for label, text in lines(model):
        writer.wrapped("%-8s" % label, text, label_styles=("dim",))


def text(facts: ModelFacts, width: int, color: bool) -> str:
    """``jetdoctor inspect`` for a terminal."""
    model = facts.summary
    writer = Writer(width, color)
    writer.line(writer.paint(clean(model.path), "bold"))
    opsets = ", ".join("%s %d" % (domain, version) for domain, version in model.opset.items())
    rows = [("made by", clean(", ".join(filter(None, (model.producer, facts.exporter))) or "unknown"))]
    rows += [("opset", clean(opsets)), ("IR", str(model.ir_version)), ("nodes", format(model.nodes, ",d"))]
    rows += _tensors("input", model.inputs, 0) + _tensors("output", model.outputs, 0)
    rows += [row for row in lines(model) if row[0] == "size"]
    rows += [("data", clean(text)) for text in facts.data]
    for name, span in facts.profile.items():
        shapes = ":".join(map(spelled_shape, span))
        rows.append(("likely", clean("%s=%s (smallest, typical, largest)" % (name, shapes))))
    rows += [("about", clean("%s: %s" % (key, _cut(said)))) for key, said in sorted(facts.metadata.items())]
    last = ""
    for label, said in rows:
        writer.wrapped("%-8s" % (label if label != last else ""), said, label_styles=("dim",))
        last = label
    writer.line()
    _table(writer, model)
    return writer.text()


def _cut(said: str) -> str:
    """The start of a long text: ultralytics keeps all names of classes in one."""
    return said if len(said) <= _LONGEST else said[:_LONGEST] + " ..."


def _table(writer: Writer, model: ModelSummary) -> None:
    """Operators in columns, most first."""
    cells = ["%6d  %s" % (count, clean(name)) for name, count in model.operators.items()]
    wide = max(map(len, cells), default=0) + 2
    columns = max(1, writer.width // wide)
    height = -(-len(cells) // columns)
    for row in range(height):
        writer.line("".join(cell.ljust(wide) for cell in cells[row::height]).rstrip())


def document(facts: ModelFacts) -> str:
    """``jetdoctor inspect --format json``."""
    found: Dict[str, Any] = dict(head(), **facts.to_json())
    return dumps(found)
