"""The table of operators by JetPack, and a page for each operator with every release."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Sequence

from site_pages import dla
from site_pages.markup import escaped, table

#: JetPacks of the table of operators: the last of each line, and those where TensorRT changes within a line.
COLUMNS = ("4.6.6", "5.0.2", "5.1.6", "6.0", "6.2.2", "7.1", "7.2.1")
#: Words of the table and what they say.
SIGNS = (
    ("yes", "imported, no form is known to fail"),
    ("partly", "imported, some forms are refused or fail behind the parser"),
    ("misread", "imported, some forms compute something else"),
    ("no", "no importer"),
)


def write(pages: Path) -> None:
    """The table of operators by JetPack, and a page for each operator with every release."""
    from jetdoctor.facts import knowledge
    from jetdoctor.facts.support import operator_support
    from jetdoctor.target import every_jetpack

    known = knowledge()
    jetpacks = {target.jetpack: target for target in every_jetpack() if target.jetpack in COLUMNS}
    shown = [jetpacks[name] for name in COLUMNS if name in jetpacks]
    folder = pages / "operators"
    folder.mkdir()
    rows = []
    for name in sorted(known.operators):
        releases = operator_support(known, name)
        states = [next((row for row in releases if target.tensorrt_version in row["range"]), None) for target in shown]
        rows.append(["[%s](%s.md)" % (name, name)] + [sign(state) for state in states])
        (folder / (name + ".md")).write_text(operator(name, releases), encoding="utf-8")
    head = ["operator"] + ["%s (TensorRT %s)" % (target.jetpack, target.tensorrt) for target in shown]
    legend = "\n".join("- **%s**: %s" % pair for pair in SIGNS)
    text = "---\nhide: [toc]\n---\n\n# Operators by JetPack\n\n%s\n\nAn operator's page says which forms.\n\n%s"
    text %= (legend, table(head, rows))
    (folder / "index.md").write_text(text, encoding="utf-8")


def sign(row: Any) -> str:
    if row is None or not row["importer"]:
        return SIGNS[3][0] if row is not None else "?"
    if row["wrong"]:
        return SIGNS[2][0]
    return SIGNS[1 if row["refused"] or row["behind"] else 0][0]


_FORMS = (("wrong", "Computes something else"), ("refused", "Refused"), ("behind", "Behind the parser"))


def operator(name: str, releases: Sequence[Dict[str, Any]]) -> str:
    """One section for each range of releases."""
    from jetdoctor.target import every_jetpack

    parts = ["# %s" % name]
    for row in releases:
        on = [t.jetpack for t in every_jetpack() if t.jetpack and t.tensorrt_version in row["range"]]
        parts.append("## TensorRT %s" % row["range"])
        parts.append("JetPack %s" % (", ".join(on)) if on else "in no JetPack")
        if not row["importer"]:
            parts.append("**No importer.**" + (" %s" % escaped(row["note"]) if row["note"] else ""))
            continue
        parts.append("Types: %s" % (" ".join(row["types"]) or "not documented"))
        for key, title in _FORMS:
            if row[key]:
                parts.append("**%s**\n\n%s" % (title, "\n".join("- %s" % escaped(one) for one in row[key])))
        rules = ", ".join("[%s](../rules/%s.md)" % (rule, rule) for rule in row.get("rules", ()))
        parts += ["Rules: %s" % rules] if rules else []
    return "\n\n".join(parts + dla.of_operator(name)) + "\n"
