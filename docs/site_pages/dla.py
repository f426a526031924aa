"""Which operators a DLA takes: one table by release, and the rows of one operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Sequence, Tuple

from site_pages.markup import escaped, linked, table

#: Columns of the table: a chip with a DLA, and JetPacks that run on it.
_ON = (("tegra194", "Xavier", ("4.6.6", "5.1.6")), ("tegra234", "Orin", ("5.1.6", "6.2.2")))


def write(pages: Path) -> None:
    from jetdoctor.facts import knowledge
    from jetdoctor.target import every_jetpack

    known = knowledge()
    targets = {one.jetpack: one for one in every_jetpack()}
    columns = [(soc, chip, targets[name]) for soc, chip, names in _ON for name in names if name in targets]
    rows = []
    for name in sorted(known.operators):
        facts = known.rows(name, "dla")
        cells = [_sign([one for one in facts if _holds(one, soc, target)]) for soc, _, target in columns]
        if any(cell != "GPU" for cell in cells):
            rows.append(["[%s](operators/%s.md#on-the-dla)" % (name, name), *cells])
    head = ["operator"] + ["%s, JetPack %s (TensorRT %s)" % (chip, t.jetpack, t.tensorrt) for _, chip, t in columns]
    without = "\n".join("- TensorRT %s: %s" % (one.range, escaped(one["what"])) for one in known.rows("(model)", "dla"))
    text = "---\nhide: [toc]\n---\n\n# Operators on the DLA\n\n%s\n\n%s\n\n%s"
    text %= (_LEGEND, table(head, rows), "## Releases without\n\n" + without)
    (pages / "dla-operators.md").write_text(text, encoding="utf-8")


_LEGEND = """- **DLA**: no form is known to stay on the GPU
- **partly**: some forms stay on the GPU; the operator's page says which
- **GPU**: not on the DLA; operators that no release takes are left out

`jetdoctor check model.onnx --target agx-orin@jetpack-6.2 --dla` goes through a model node by node ([DLA](dla.md))."""


def _holds(fact: Any, soc: str, target: Any) -> bool:
    return target.tensorrt_version in fact.range and soc in fact.get("soc", (soc,))


def _sign(facts: Sequence[Any]) -> str:
    kept = [one for one in facts if one["status"] == "gpu"]
    if any(not one["when"] for one in kept) or not any(one["status"] == "native" for one in facts):
        return "GPU"
    return "partly" if kept else "DLA"


def of_operator(name: str) -> List[str]:
    """Parts of an operator's page; none when nothing about a DLA is known."""
    from jetdoctor.facts import knowledge

    rows: List[Tuple[str, ...]] = []
    for fact in knowledge().rows(name, "dla"):
        chips = ", ".join(chip for soc, chip, _ in _ON if soc in fact.get("soc", (soc,)))
        said = "runs on the DLA" if fact["status"] == "native" else "stays on the GPU: " + fact["what"]
        rows.append((str(fact.range), chips, escaped(said), escaped(fact.get("cure") or ""), linked(fact["source"])))
    return ["## On the DLA", table(("TensorRT", "chip", "what", "what helps", "source"), rows)] if rows else []
