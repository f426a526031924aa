"""Several boards at once: a table by board, their problems, what differs, the weakest target."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import jetdoctor.device as room
from jetdoctor.report.style import SEVERITY_COLOR, Writer, clean, plural
from jetdoctor.types import Device, Finding

Judged = Tuple[Device, Sequence[Finding]]

#: Columns of the table: heading -> fact.
COLUMNS = (("module", "module"), ("JetPack", "jetpack"), ("TensorRT", "tensorrt"), ("Python", "python"))

#: Facts that the table shows already.
_IN_TABLE = {key for _, key in COLUMNS}


#: Columns of a board's name.
_LONGEST = 24


def fleet(writer: Writer, answered: Sequence[Judged], lost: int = 0) -> None:
    """Write the report on two or more boards, of which ``lost`` more did not answer."""
    missing = writer.paint(", %d more did not answer" % lost, "yellow") if lost else ""
    writer.line(writer.paint(plural(len(answered), "board"), "bold") + missing)
    for line in _table(answered):
        writer.line("  " + line)
    for device, findings in answered:
        _problems(writer, device, findings)
    _differences(writer, [device for device, _ in answered])


def _table(answered: Sequence[Judged]) -> List[str]:
    rows = [["board", *(heading for heading, _ in COLUMNS), "err", "warn"]]
    for device, findings in answered:
        counts = [str(sum(f.severity == s for f in findings)) for s in ("error", "warning")]
        rows.append([_short(device.origin), *(_text(device.get(key)) for _, key in COLUMNS), *counts])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _short(origin: str) -> str:
    """Boards of one folder differ at the end of their names."""
    name = clean(origin)
    return name if len(name) <= _LONGEST else "…" + name[1 - _LONGEST :]


def _text(value: Any) -> str:
    return "?" if value is None else clean(str(value))


def _problems(writer: Writer, device: Device, findings: Sequence[Finding]) -> None:
    serious = [finding for finding in findings if finding.severity != "info"]
    if not serious:
        return
    writer.line()
    writer.line(writer.paint(clean(device.origin), "bold"))
    for finding in serious:
        label = "%-7s %s " % (finding.severity, finding.rule)
        writer.wrapped(label, finding.message, label_styles=(SEVERITY_COLOR[finding.severity],))
        if finding.fix:
            writer.wrapped(" " * len(label), "do: " + finding.fix.title)


def _differences(writer: Writer, devices: Sequence[Device]) -> None:
    differing = [(key, values) for key, values, differs in room.compare(devices) if differs]
    rest = [(key, values) for key, values in differing if key not in _IN_TABLE]
    writer.line()
    if rest:
        writer.line(writer.paint("Other differences", "bold"))
    for key, values in rest:
        writer.wrapped(key.replace("_", " ").ljust(20), " | ".join(_text(value) for value in values))
    if not differing:
        writer.line("the boards are alike")
    common = room.common_target(devices)
    if common:
        writer.line()
        writer.line("weakest: " + writer.paint("jetdoctor check model.onnx --target %s" % common.name, "cyan"))
    writer.line("for facts, sources and advice, inspect a single board")
