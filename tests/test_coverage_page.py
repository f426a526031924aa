"""The page of attributes: what a sign stands for, and that the table it is made of fits the facts."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

pytest.importorskip("onnx")

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = runpy.run_path(str(DOCS / "make_coverage.py"))


@pytest.mark.parametrize(
    "op_type, name, release, expected",
    [
        ("TopK", "largest", "8.4.1", "w"),
        ("TopK", "largest", "8.5", "r"),
        ("Conv", "auto_pad", "10.3", "r"),
        ("MaxPool", "dilations", "10.3", "x"),
        ("MaxPool", "storage_order", "10.3", "n"),
        ("Range", "stash_type", "10.3", "?"),
        ("Pad", "axes (input 3)", "8.4.1", "w"),
        ("LSTM", "P (input 7)", "10.3", "r"),
        ("Trilu", "upper", "8.4.1", "."),
        ("Trilu", "upper", "10.3", "w"),
        ("SpaceToDepth", "mode", "10.10", "w"),
        ("SpaceToDepth", "mode", "10.16", "w"),
        ("Conv", "auto_pad", "10.13", "-"),
    ],
)
def test_signs(op_type, name, release, expected):
    assert MADE["sign"](op_type, name, release) == expected


def test_the_table_speaks_of_importers_that_there_are():
    from jetdoctor.facts import knowledge

    table = json.loads((DOCS / "importer_attributes.json").read_text(encoding="utf-8"))
    known = set(knowledge().operators)
    assert "10.10" in table["releases"] and table["read"]["Conv"]["dilations"][-1][1] == "10.10"
    assert {name for name in table["read"] if name in known} >= {"Resize", "LSTM", "GroupNormalization"}


def test_the_page_is_that_of_these_facts():
    """Rows of the page that speak of older operators; newer ones depend on the onnx that is installed."""
    page = (DOCS / "coverage.md").read_text(encoding="utf-8")
    for op_type, name in (("TopK", "largest"), ("ConvTranspose", "output_shape"), ("LSTM", "layout")):
        signs = " | ".join(MADE["sign"](op_type, name, release) for release in MADE["RELEASES"])
        assert "| %s | %s |" % (op_type, name) in page and signs in page, "run: python3 docs/make_coverage.py"
