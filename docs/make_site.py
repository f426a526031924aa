"""Make the site from the documents and the facts: python3 docs/make_site.py OUT (needs mkdocs-material).

Nothing is typed twice: operators, targets, rules, known faults and troubleshooting are written from what jetdoctor
knows. The result opens from disk, search included.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterable, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

#: Documents that stand elsewhere in the repository -> their page.
MOVED = {
    "README.md": "readme.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "rules/README.md": "facts.md",
}
#: Pages about the code; every other document of docs/ is a guide.
INSIDE = ("architecture.md", "conditions.md", "coverage.md", "facts.md", "contributing.md", "changelog.md")
#: JetPacks of the table of operators: the last of each line, and those where TensorRT changes within a line.
COLUMNS = ("4.6.6", "5.0.2", "5.1.6", "6.0", "6.2.2", "7.1", "7.2.1")
#: Words of the table and what they say.
SIGNS = (
    ("yes", "imported, no form is known to fail"),
    ("partly", "imported, some forms are refused or fail behind the parser"),
    ("misread", "imported, some forms compute something else"),
    ("no", "no importer"),
)
#: iframe-worker 1.0.4 of npm (MIT); its shim/index.js is docs/site/iframe-worker.js.
_WORKER = "https://unpkg.com/iframe-worker/shim"


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        pages = Path(work, "pages")
        pages.mkdir()
        documents(pages)
        write_operators(pages)
        write_rules(pages)
        (pages / "targets.md").write_text(targets(), encoding="utf-8")
        (pages / "known.md").write_text(known_faults(), encoding="utf-8")
        (pages / "troubleshooting.md").write_text(troubleshooting(), encoding="utf-8")
        config = (HERE / "site" / "mkdocs.yml").read_text(encoding="utf-8")
        placed = {"index.md", "readme.md", "rules.md", "targets.md", "known.md", "troubleshooting.md", *INSIDE}
        guides = sorted({path.name for path in pages.glob("*.md")} - placed)
        for name, listing in {"GUIDES": guides, "INSIDE": INSIDE}.items():
            config = config.replace("{%s}" % name, "[%s]" % ", ".join(listing))
        Path(work, "mkdocs.yml").write_text(config, encoding="utf-8")
        quiet = dict(os.environ, NO_MKDOCS_2_WARNING="1")
        subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "--strict"], cwd=work, check=True, env=quiet)
        at_home(Path(work, "site"))
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(Path(work, "site"), out)


def at_home(site: Path) -> None:
    """Search from disk needs a stand-in for workers, which the theme would load from the network: it comes along."""
    shutil.copy(str(HERE / "site" / "iframe-worker.js"), str(site / "assets" / "iframe-worker.js"))
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        up = "../" * (len(page.relative_to(site).parts) - 1)
        page.write_text(text.replace(_WORKER, up + "assets/iframe-worker.js"), encoding="utf-8")


def documents(pages: Path) -> None:
    """The documents of the repository, with links that hold within the site."""
    for path in sorted(HERE.glob("*.md")):
        (pages / path.name).write_text(relinked(path, "docs"), encoding="utf-8")
    for source, name in MOVED.items():
        (pages / name).write_text(relinked(ROOT / source, str(Path(source).parent)), encoding="utf-8")


def relinked(path: Path, folder: str) -> str:
    """Links to pages of the site lead there; what is no page of it (code, fixtures) becomes plain code."""

    def link(match: "re.Match[str]") -> str:
        text, target = match.groups()
        if re.match(r"https?://|#|mailto:", target):
            return match.group(0)
        name, _, anchor = target.partition("#")
        place = Path(folder, name).as_posix()
        while "/../" in "/" + place:
            place = re.sub(r"(^|/)[^/]+/\.\./", r"\1", place, count=1)
        page = MOVED.get(place) or (place[len("docs/"):] if re.fullmatch(r"docs/[\w-]+\.md", place) else "")
        if not page and place.rstrip("/") == "docs":
            page = "index.md"
        return "[%s](%s%s)" % (text, page, "#" + anchor if anchor else "") if page else text

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", link, path.read_text(encoding="utf-8"))


def write_rules(pages: Path) -> None:
    """A page for each rule, as ``jetdoctor explain`` prints it, and links to them from the table of rules."""
    from jetdoctor.catalog import catalog

    folder = pages / "rules"
    folder.mkdir()
    for found in catalog().rules.values():
        rule, (title, _, rest) = found.rule, found.page.partition("\n")
        facts = [("name", "`%s`" % rule.name), ("severity", rule.severity), ("outcome", rule.outcome)]
        facts += [("TensorRT", "`%s`" % rule.tensorrt)] if rule.tensorrt else []
        facts += [("operators", ", ".join(rule.ops))] if rule.ops else []
        head = "# %s %s\n\n%s" % (rule.id, title, table(("", ""), facts))
        sources = "\n\n## Sources\n\n" + "\n".join("- %s" % source for source in rule.sources) if rule.sources else ""
        (folder / (rule.id + ".md")).write_text("%s\n%s%s\n" % (head, rest, sources), encoding="utf-8")
    listing = pages / "rules.md"
    linked = re.sub(r"(?m)^\| (JD\d{3}) \|", r"| [\1](rules/\1.md) |", listing.read_text(encoding="utf-8"))
    listing.write_text(linked, encoding="utf-8")


def write_operators(pages: Path) -> None:
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
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    return re.sub(r"([<>|*_\[\]])", r"\\\1", text)


def targets() -> str:
    from jetdoctor.target import every_jetpack

    head = ("target", "TensorRT", "CUDA", "cuDNN", "Python", "L4T")
    known = [(t.name, t.tensorrt, t.cuda, t.cudnn, t.python, t.l4t) for t in every_jetpack()]
    rows = [[part or "?" for part in row] for row in known]
    return "# Targets\n\n`--target` takes these names, ranges of them and boards.\n\n" + table(head, rows)


def known_faults() -> str:
    from jetdoctor import data

    rows = [
        (
            "%s to %s" % (row["since"], row["before"] or "now"),
            "[%s](rules/%s.md)" % (row["rule"], row["rule"]),
            escaped(row["what"]),
            escaped(row["cure"] or ""),
            " ".join("[%d](%s)" % (n, url) for n, url in enumerate(row["source"], 1) if url.startswith("http")),
        )
        for row in data.table("known_issues")
    ]
    head = "# Known faults\n\nFaults of TensorRT releases that people reported; `check` looks for them.\n\n"
    return head + table(("TensorRT", "rule", "what happens", "what helps", "reports"), rows)


def troubleshooting() -> str:
    """What a log's categories mean and what to do, as ``jetdoctor triage`` says it."""
    import json

    categories = json.loads((ROOT / "rules" / "signatures" / "_categories.json").read_text(encoding="utf-8"))
    parts = ["# Troubleshooting", "`jetdoctor triage build.log` finds which of these a log shows."]
    for row in categories:
        parts += ["## %s" % row["category"], escaped(row.get("means", "")), "**Cause.** " + escaped(row["cause"])]
        parts += ["**What to do.** " + escaped(row["fix"])]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| %s |" % " | ".join(head), "| %s |" % " | ".join("---" for _ in head)]
    lines += ["| %s |" % " | ".join(str(cell).replace("\n", " ") for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
