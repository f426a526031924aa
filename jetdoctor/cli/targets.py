"""The JetPacks and modules that jetdoctor knows, with TensorRT, CUDA, cuDNN, Python and opset range.

With a name, everything about it: notes, where sources disagree, PyTorch and ONNX Runtime wheels, sources.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List

from jetdoctor.cli import output, parser

EXAMPLES = """\
  jetdoctor targets
  jetdoctor targets jetpack-5.0.2
  jetdoctor targets xavier-nx
"""


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("names", nargs="*", metavar="NAME", help="a JetPack, an L4T release, a TensorRT or a module")
    options.add_argument(
        "--format", type=str.lower, choices=("text", "json"), default="text", metavar="F", help="text, json"
    )


def run(arguments: Any) -> int:
    from jetdoctor import target

    rows: List[Dict[str, Any]] = []
    boards: List[Dict[str, Any]] = []
    parsers: List[Dict[str, Any]] = []
    for name in arguments.names:
        board = target.module_row(name.strip().lower())
        if board:
            boards.append(board)
        else:
            found = target.resolve(name)
            rows += [_row(each.l4t, each.jetpack) for each in found if each.jetpack]
            parsers += [_tensorrt(each.tensorrt) for each in found if not each.jetpack]
    if not arguments.names:
        rows = list(target.releases())
        boards = list(target.module_rows())
    if arguments.format == "json":
        print(json.dumps({"schema_version": "1", "jetpacks": rows, "modules": boards, "tensorrt": parsers}, indent=2))
    elif arguments.names:
        output.emit(lambda width, color: _details(rows, boards, parsers, width, color))
    else:
        output.emit(lambda width, color: _tables(boards, width, color))
    return 0


def _row(l4t: Any, jetpack: Any) -> Dict[str, Any]:
    from jetdoctor import target

    return next(row for row in target.releases() if row["l4t"] == l4t and row["jetpack"] == jetpack)


def _tensorrt(version: Any) -> Dict[str, Any]:
    """A TensorRT that was named without a JetPack: who ships it, the newest patch of its line, and its source."""
    from jetdoctor import target
    from jetdoctor.types import parse_version

    line = ".".join(version.split(".")[:2])
    newest = next(row for row in target.tensorrt_rows() if row["line"] == line)
    wanted = parse_version(version)
    rows = [row for row in target.releases() if row["tensorrt"] and parse_version(row["tensorrt"]) == wanted]
    return {
        "tensorrt": version,
        "jetpacks": list(dict.fromkeys(row["jetpack"] for row in rows)),
        "newest_patch": newest["newest"],
        "sources": [newest["source"]],
    }


def _tables(boards: List[Dict[str, Any]], width: int, color: bool) -> str:
    from jetdoctor import target
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    form = "%-7s %-7s %-8s %-5s %-10s %-6s %-6s %s"
    header = form % ("JetPack", "L4T", "TensorRT", "CUDA", "cuDNN", "Python", "opsets", "remarks")
    writer.line(writer.paint(header, "bold"))
    for row in target.releases():
        cells = [row[k] or "?" for k in ("jetpack", "l4t", "tensorrt", "cuda", "cudnn", "python")]
        writer.line(form % (*cells, opsets(row), _remark(row)))
    writer.line()
    form = "%-21s %-8s %-4s %-3s %-3s %s"
    writer.line(writer.paint(form % ("Module", "SoC", "SM", "GB", "DLA", "JetPacks"), "bold"))
    for board in boards:
        memory = board["ram_mb"] // 1024
        runs = target.jetpack_spans(board).replace(" to ", "-") or "none (outside JetPack)"
        writer.line(form % (board["id"], board["soc"], board["compute_capability"], memory, board["dla"], runs))
    writer.line()
    lines = ", ".join(".".join(map(str, line)) for line in target.tensorrt_lines())
    text = "%s (tensorrt-10.3 means its newest patch release)" % lines
    writer.wrapped("TensorRT alone: ", text, "", indent=0)
    writer.line()
    writer.line("opsets: what NVIDIA documents (`jetdoctor ops OP`: what the parser really does).")
    writer.line("EOL: end of life. SM: compute capability. `jetdoctor targets NAME`: sources.")
    return writer.text()


def opsets(row: Dict[str, Any]) -> str:
    """``9-20``, ``..11`` when no oldest is documented, ``?`` when nothing is."""
    if not row["opset"]:
        return "?"
    low, high = row["opset"]
    return "..%d" % high if low is None else "%d-%d" % (low, high)


def _remark(row: Dict[str, Any]) -> str:
    preview = {"DP": "preview", "EA": "early access"}.get(row["channel"], "")
    parts = [preview, "EOL" if row["eol"] else "", "sources disagree" if row["conflicts"] else ""]
    parts.append("unsure" if row["confidence"] == "low" else "")
    return ", ".join(part for part in parts if part)


def _details(
    rows: List[Dict[str, Any]],
    boards: List[Dict[str, Any]],
    parsers: List[Dict[str, Any]],
    width: int,
    color: bool,
) -> str:
    from jetdoctor import target
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    for row in rows:
        _block(writer, "JetPack " + row["jetpack"], row)
    for parser_row in parsers:
        _block(writer, "TensorRT " + parser_row["tensorrt"], parser_row)
    for board in boards:
        runs = target.jetpack_spans(board) or "none known"
        _block(writer, board["name"], dict(board, jetpacks=runs, ram_mb="%d MiB" % board["ram_mb"]))
    return writer.text()


def _block(writer: Any, title: str, row: Dict[str, Any]) -> None:
    if writer.lines:
        writer.line()
    writer.line(writer.paint(title, "bold"))
    for key, value in row.items():
        for label, text in _flat(key, value):
            writer.wrapped(label.replace("_", " ").ljust(20), text)


def _flat(key: str, value: Any) -> List[Any]:
    """``(label, text)`` pairs of one field; none for an empty one."""
    if value in (None, "", [], {}):
        return []
    if key == "opset":
        return [("opsets documented", opsets({"opset": value}))]
    if key == "conflicts":
        return [("sources disagree", "%s: %s" % (c["field"], _choices(c["values"]))) for c in value]
    if key == "torchvision":
        return [(key, ", ".join("%s for torch %s" % (v or "?", torch) for torch, v in value.items()))]
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(name, inner)]
    if key in ("sources", "notes"):
        return [("source" if key == "sources" else "note", v) for v in (value if key == "sources" else [value])]
    if isinstance(value, list):
        return [(key, ", ".join(map(str, value)))]
    return [(key, {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value))]


def _choices(values: Dict[str, str]) -> str:
    return "; ".join("%s (%s)" % pair for pair in values.items())
