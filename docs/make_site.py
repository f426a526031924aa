"""Make the site from the documents and the facts: python3 docs/make_site.py OUT [--archive DIR]; needs mkdocs-material.

Nothing is typed twice: operators, targets, rules, known faults, troubleshooting and the reference of the API are
written from what jetdoctor knows (``site_pages/``). The result opens from disk, search included, and so does
DIR/jetdoctor-site-VERSION.zip, which a release carries for people without internet: open its index.html.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

from site_pages import dla, operators, reference, rules, targets  # noqa: E402

#: Documents that stand elsewhere in the repository -> their page.
MOVED = {
    "README.md": "readme.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "rules/README.md": "facts.md",
}
#: Pages about the code; every other document of docs/ is a guide.
INSIDE = ("architecture.md", "conditions.md", "coverage.md", "facts.md", "contributing.md", "changelog.md")
#: iframe-worker 1.0.4 of npm (MIT); its shim/index.js is docs/site/iframe-worker.js.
_WORKER = "https://unpkg.com/iframe-worker/shim"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", metavar="OUT", type=Path)
    options.add_argument("--archive", metavar="DIR", type=Path)
    asked = options.parse_args()
    make(asked.out.resolve())
    if asked.archive:
        print(archive(asked.out.resolve(), asked.archive))


def make(out: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        pages = Path(work, "pages")
        pages.mkdir()
        documents(pages)
        for extra in ("extra.css", "filter.js"):
            shutil.copy(str(HERE / "site" / extra), str(pages / extra))
        shutil.copytree(str(HERE / "pictures"), str(pages / "pictures"))
        for kind in (operators, rules, targets, dla, reference):
            kind.write(pages)
        config = (HERE / "site" / "mkdocs.yml").read_text(encoding="utf-8")
        placed = set(re.findall(r"[\w-]+\.md", config)).union(INSIDE)
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


def archive(site: Path, folder: Path) -> Path:
    """The site in one file, in a folder of its name."""
    from jetdoctor import __version__

    name = "jetdoctor-site-%s" % __version__
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(str(folder / (name + ".zip")), "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            packed.write(str(path), "%s/%s" % (name, path.relative_to(site).as_posix()))
    return folder / (name + ".zip")


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
    """Links to pages of the site and to pictures hold; what is no page of it (code, fixtures) becomes plain text."""

    def link(match: "re.Match[str]") -> str:
        text, target = match.groups()
        if re.match(r"https?://|#|mailto:", target):
            return match.group(0)
        if re.match(r"(docs/)?pictures/", target):
            return "[%s](%s)" % (text, target[target.index("pictures/") :])
        name, _, anchor = target.partition("#")
        place = Path(folder, name).as_posix()
        while "/../" in "/" + place:
            place = re.sub(r"(^|/)[^/]+/\.\./", r"\1", place, count=1)
        page = MOVED.get(place) or (place[len("docs/"):] if re.fullmatch(r"docs/[\w-]+\.md", place) else "")
        if not page and place.rstrip("/") == "docs":
            page = "index.md"
        return "[%s](%s%s)" % (text, page, "#" + anchor if anchor else "") if page else text

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", link, path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
