"""The pages of the site that are made from the facts; that mkdocs takes them, .ci/run shows."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

#: Nothing in them depends on the Python that reads the facts.
pytestmark = pytest.mark.once

DOCS = Path(__file__).resolve().parent.parent / "docs"
KINDS = ("operators", "rules", "targets", "dla", "reference")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for path in DOCS.glob("*.md"):
        (folder / path.name).write_bytes(path.read_bytes())
    sys.path.insert(0, str(DOCS))
    try:
        for kind in KINDS:
            importlib.import_module("site_pages." + kind).write(folder)
    finally:
        sys.path.remove(str(DOCS))
    return folder


def test_every_link_between_made_pages_holds(pages):
    made = [path for path in pages.rglob("*.md") if not (DOCS / path.relative_to(pages)).exists()]
    assert len(made) > 300
    missing = [
        (str(path.relative_to(pages)), link)
        for path in made
        for link in re.findall(r"\]\(([^):\s]+\.md)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert not missing


def test_a_jetpack_names_its_modules_operators_and_faults(pages):
    text = (pages / "targets" / "jetpack-5.1.2.md").read_text(encoding="utf-8")
    assert "--target orin-nx-16gb@jetpack-5.1.2" in text and "thor" not in text
    assert re.search(r"compute something else: .*\[ReduceMean\]", text) and "[JD620]" in text
    newer = (pages / "targets" / "jetpack-6.2.md").read_text(encoding="utf-8")
    assert not re.search(r"compute something else: .*\[ReduceMean\]", newer)


def test_operators_on_the_dla(pages):
    rows = (pages / "dla-operators.md").read_text(encoding="utf-8").splitlines()
    (conv,) = (row for row in rows if row.startswith("| [Conv](") )
    assert conv.count("partly") == 4 and not any(row.startswith("| [Einsum](") for row in rows)
    assert "the kernel is larger than 32" in (pages / "operators" / "Conv.md").read_text(encoding="utf-8")


def test_the_reference_has_every_function(pages):
    from jetdoctor import api

    text = (pages / "reference.md").read_text(encoding="utf-8")
    assert all("\n### %s\n" % name in text for name in (*api.__all__, "Finding", "UsageError"))


def test_links_to_pages_and_pictures_hold_within_the_site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    site = importlib.import_module("make_site")
    page = tmp_path / "page.md"
    page.write_text("![a](docs/pictures/report.png) [b](docs/fleet.md#x) [c](jetdoctor/graph) [d](https://e.org)")
    assert site.relinked(page, ".") == "![a](pictures/report.png) [b](fleet.md#x) c [d](https://e.org)"
    (tmp_path / "made" / "rules").mkdir(parents=True)
    (tmp_path / "made" / "rules" / "JD204.html").write_text("x")
    packed = site.archive(tmp_path / "made", tmp_path / "dist")
    from zipfile import ZipFile

    assert re.fullmatch(r"jetdoctor-site-[\d.]+\.zip", packed.name)
    assert ZipFile(str(packed)).namelist() == [packed.stem + "/rules/JD204.html"]


@pytest.mark.parametrize(
    "written, printed, fits",
    [
        ("a\n...\nc", "a\nb\n\nb\nc\n", True),
        ("a\n...\nc", "a\nb\n", False),
        ("a ... c", "a b c", True),
        ("a", "a\nb", False),
        ("", "", True),
        ("", "a", False),
        ("a.c", "abc", False),
    ],
)
def test_what_a_tutorial_prints_is_compared(monkeypatch, written, printed, fits):
    monkeypatch.syspath_prepend(str(DOCS))
    assert importlib.import_module("run_tutorials").fits(written.split("\n"), printed) is fits
