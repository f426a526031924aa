"""What ``jetdoctor verify --as-parsed`` found: how far the outputs move when a release reads the model its own way."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from jetdoctor.report import text as model_text
from jetdoctor.report import words
from jetdoctor.report.document import dumps, head
from jetdoctor.report.style import IMPACT_COLOR, Writer, clean, plural
from jetdoctor.types import Emulation, Finding


def document(model: str, found: Emulation, refused: Sequence[Finding], width: int, color: bool) -> str:
    """The JSON document: the emulation under ``as_parsed``, what the parser refuses under ``refused``."""
    level = "emulated" if found.status in ("equal", "different") else "not-run"
    whole = dict(head(), model=model, target=found.target.to_json(), evidence=level)
    whole["as_parsed"] = found.to_json()
    whole["refused"] = [finding.to_json() for finding in refused]
    return dumps(whole)


def text(model: str, found: Emulation, refused: Sequence[Finding], width: int, color: bool) -> str:
    """Text for a terminal."""
    writer = Writer(width, color)
    name = "as %s reads it (TensorRT %s)" % (found.target.name, found.target.tensorrt)
    writer.ends(clean(model), name, writer.paint(clean(model), "bold"), writer.paint(name, "dim"))
    writer.line()
    _verdict(writer, found)
    if refused:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in refused))
        said = "this release refuses the model (%s): it builds no engine until that is fixed" % rules
        writer.wrapped("but  ", said, "red", indent=0)
    if found.outputs:
        _table(writer, found.outputs)
    for finding in found.findings:
        writer.line()
        model_text.block(writer, finding)
    writer.line()
    ran = found.status in ("equal", "different")
    meaning = words.EVIDENCE["emulated"] if ran else "none: nothing was run"
    writer.wrapped("evidence  ", meaning, indent=0)
    return writer.text()


def _verdict(writer: Writer, found: Emulation) -> None:
    if found.status == "nothing":
        writer.wrapped("NOTHING TO RUN  ", "no node of this model is known to be misread", indent=0)
        return
    kind = found.impact.kind if found.impact else "not-run"
    styles = (IMPACT_COLOR[kind], "bold")
    count = plural(len(found.findings), "misread form")
    if kind == "not-run":
        writer.wrapped("NOT EMULATED  ", "%s: %s" % (count, found.reason), indent=0, label_styles=styles)
        return
    runs = plural(found.impact.runs if found.impact else 0, "set")
    said = "%s, %s of inputs, %.1f s" % (count, runs, found.seconds)
    writer.wrapped(words.IMPACT[kind].upper() + "  ", said, indent=0, label_styles=styles)
    if found.reason and kind != "harmless" and len(found.findings) > 1:
        writer.wrapped("", found.reason)


def _table(writer: Writer, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line for each output, the figures under their names."""
    heads = ("output", "max abs", "max rel", "top-1 moves", "boxes move", "NaN/Inf")
    lines: List[Sequence[str]] = [heads] + [_cells(row) for row in rows]
    room = max(12, writer.width - 58)
    names = [line[0] if len(line[0]) <= room else "..." + line[0][3 - room :] for line in lines]
    wide = max(map(len, names))
    writer.line()
    for number, (name, line) in enumerate(zip(names, lines)):
        cells = "".join(cell.rjust(size) for cell, size in zip(line[1:], (11, 10, 13, 12, 9)))
        row = "  %s%s" % (name.ljust(wide), cells)
        writer.line(row if number else writer.paint(row, "dim"))


def _cells(row: Mapping[str, Any]) -> Sequence[str]:
    if row["shape"]:
        return (clean(row["name"]), row["shape"], "", "", "", "")
    shares = ["-" if row[key] is None else "%.3g %%" % (100 * row[key]) for key in ("top1_changed", "boxes_moved")]
    return (clean(row["name"]), "%.3g" % row["max_abs"], "%.2g" % row["max_rel"], *shares, str(row["strange"]))
