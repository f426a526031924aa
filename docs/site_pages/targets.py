"""A page for each JetPack with the modules that it runs on, and one for each module with its JetPacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence

from site_pages.markup import escaped, linked, table

#: Fields of a release, as its page shows them.
_FIELDS = (
    ("tensorrt_full", "TensorRT"), ("l4t", "L4T"), ("cuda_full", "CUDA"), ("cudnn", "cuDNN"),
    ("python_full", "Python"), ("ubuntu", "Ubuntu"), ("channel", "channel"),
)  # fmt: skip


def write(pages: Path) -> None:
    from jetdoctor import target

    for folder in ("targets", "modules"):
        (pages / folder).mkdir()
    rows = list({row["jetpack"]: row for row in target.releases()}.values())
    boards = list(target.module_rows())
    for row in rows:
        text = _jetpack(row, [one for one in boards if row["jetpack"] in one["jetpacks"]])
        (pages / "targets" / ("jetpack-%s.md" % row["jetpack"])).write_text(text, encoding="utf-8")
    for board in boards:
        on = [row for row in rows if row["jetpack"] in board["jetpacks"]]
        (pages / "modules" / (board["id"] + ".md")).write_text(_module(board, on), encoding="utf-8")
    (pages / "targets" / "index.md").write_text(_listing(rows, boards), encoding="utf-8")


def _listing(rows: Sequence[Dict[str, Any]], boards: Sequence[Dict[str, Any]]) -> str:
    jetpacks = [
        ["[%s](jetpack-%s.md)" % (row["jetpack"], row["jetpack"])]
        + [row[key] or "?" for key in ("tensorrt", "cuda", "cudnn", "python", "l4t")]
        for row in rows
    ]
    modules = [
        ["[%s](../modules/%s.md)" % (board["name"], board["id"]), "`%s`" % board["id"], board["compute_capability"],
         "%d GB" % (board["ram_mb"] // 1024), str(board["dla"])]
        for board in boards
    ]  # fmt: skip
    return "\n\n".join((
        "# Targets",
        "`--target` takes a JetPack (`jetpack-6.2`), a range (`jp5.x`), a module on one (`orin-nx@jetpack-6.2`) or a "
        "TensorRT alone (`tensorrt-10.3`).",
        "## JetPacks", table(("JetPack", "TensorRT", "CUDA", "cuDNN", "Python", "L4T"), jetpacks),
        "## Modules", table(("module", "name", "compute capability", "memory", "DLA cores"), modules),
    ))  # fmt: skip


def _jetpack(row: Dict[str, Any], boards: Sequence[Dict[str, Any]]) -> str:
    name = row["jetpack"]
    parts = ["# JetPack %s" % name]
    parts += [escaped(row["notes"])] if row["notes"] else []
    facts = [(title, escaped(str(row[key]))) for key, title in _FIELDS if row[key]]
    facts.append(("opsets documented", _opsets(row["opset"])))
    facts.append(("end of life", "yes" if row["eol"] else "no"))
    parts += [table(("fact", "value"), facts), "```sh\njetdoctor check model.onnx --target jetpack-%s\n```" % name]
    parts += ["## Modules"]
    for board in boards:
        parts += ["### %s" % board["name"], _pair(board, name)]
    parts += _operators(row["tensorrt"]) + _faults(row["tensorrt"]) if row["tensorrt"] else []
    return "\n\n".join(parts + _sources(row)) + "\n"


def _opsets(bounds: Any) -> str:
    return "?" if not bounds else "%s to %d" % (bounds[0] or "oldest", bounds[1])


def _pair(board: Dict[str, Any], jetpack: str) -> str:
    """What one module is on one JetPack."""
    from jetdoctor import target
    from jetdoctor.dla.split import absent
    from jetdoctor.facts import knowledge

    (found,) = target.resolve("%s@jetpack-%s" % (board["id"], jetpack))
    precision = ", ".join(kind.upper() for kind, answer in board["precision"].items() if answer.startswith("yes"))
    gone = absent(found, knowledge())
    rows = [
        ("page", "[%s](../modules/%s.md)" % (board["id"], board["id"])),
        ("compute capability", board["compute_capability"]),
        ("memory", "%d GB, shared by CPU and GPU" % (board["ram_mb"] // 1024)),
        ("precision", precision or "FP32"),
        ("DLA", escaped(gone[0]) if gone else "%d, [its operators](../dla-operators.md)" % board["dla"]),
        ("check", "`jetdoctor check model.onnx --target %s@jetpack-%s`" % (board["id"], jetpack)),
    ]
    return table(("fact", "value"), rows)


def _operators(tensorrt: str) -> List[str]:
    """Operators that this release does not import, and those that it reads in another way."""
    from jetdoctor.facts import knowledge
    from jetdoctor.facts.support import operator_support
    from jetdoctor.types import parse_version

    version, known = parse_version(tensorrt), knowledge()
    states = {
        name: next((row for row in operator_support(known, name) if version in row["range"]), None)
        for name in sorted(known.operators)
    }
    link = "[%s](../operators/%s.md)"
    wrong = [link % (name, name) for name, row in states.items() if row and row["importer"] and row["wrong"]]
    without = [link % (name, name) for name, row in states.items() if row and not row["importer"]]
    return [
        "## Operators", "Some forms of these compute something else: %s." % (", ".join(wrong) or "none known"),
        "No importer: %s." % (", ".join(without) or "none known"),
    ]  # fmt: skip


def _faults(tensorrt: str) -> List[str]:
    from jetdoctor import data
    from jetdoctor.types import parse_version

    version = parse_version(tensorrt)
    lines = []
    for row in data.table("known_issues"):
        began, ended = parse_version(row["since"]), row["before"] and parse_version(row["before"])
        if began <= version and (not ended or version < ended):
            on = " (%s)" % ", ".join(row["modules"]) if row.get("modules") else ""
            lines.append("- [%s](../rules/%s.md)%s %s" % (row["rule"], row["rule"], on, escaped(row["what"])))
    return ["## Known faults", "\n".join(lines) or "None that is known here; see [all](../known.md)."]


def _sources(row: Dict[str, Any]) -> List[str]:
    return ["## Sources", "\n".join("- %s" % linked(source) for source in row["sources"])]


def _module(board: Dict[str, Any], rows: Sequence[Dict[str, Any]]) -> str:
    name = board["id"]
    facts = [
        ("`--target` name", ", ".join("`%s`" % one for one in (name, *board["aliases"]))),
        ("system on chip", board["soc"]),
        ("compute capability", board["compute_capability"]),
        ("memory", "%d MiB, shared by CPU and GPU" % board["ram_mb"]),
        ("DLA cores", str(board["dla"])),
    ]
    facts += [(kind.upper(), answer) for kind, answer in board["precision"].items()]
    releases = [
        ["[%s](../targets/jetpack-%s.md)" % (row["jetpack"], row["jetpack"]), row["tensorrt"] or "?",
         row["cuda"] or "?", "`%s@jetpack-%s`" % (name, row["jetpack"])]
        for row in rows
    ]  # fmt: skip
    notes = [escaped(board["notes"])] if board["notes"] else []
    parts = ["# %s" % board["name"], *notes, table(("fact", "value"), facts), "## JetPacks"]
    parts.append(table(("JetPack", "TensorRT", "CUDA", "target"), releases) if releases else "None of these JetPacks.")
    return "\n\n".join(parts + _sources(board)) + "\n"
