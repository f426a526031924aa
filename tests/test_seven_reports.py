"""docs/seven-reports.md tells of cases that are there, with the commands that its maker runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from jetdoctor.check import check
from jetdoctor.model import from_proto
from tests.cases import FOLDER, parse, read_cases

DOCS = Path(__file__).resolve().parent.parent / "docs"
SPEC = importlib.util.spec_from_file_location("make_seven_reports", str(DOCS / "make_seven_reports.py"))
MAKER = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MAKER)


@pytest.mark.parametrize("story", MAKER.STORIES, ids=lambda story: story[0])
def test_the_page_shows_every_command_and_the_rule(story):
    page = (DOCS / "seven-reports.md").read_text(encoding="utf-8")
    title, _, models, commands, _ = story
    part = page.split(". %s\n" % title)[1].split("\n## ")[0]
    assert all("$ jetdoctor %s\n" % command in part for command in commands)
    assert all(rule in part for rule, _ in models.values())


@pytest.mark.parametrize("story", MAKER.STORIES, ids=lambda story: story[0])
def test_the_rule_still_fires_on_the_first_model(story):
    rule, title = next(iter(story[2].values()))
    case = next(c for c in read_cases(FOLDER / (rule + ".md")) if c.title == title or not title and c.fires)
    (result,) = check(from_proto(parse(case.blocks["onnx"])), case.targets)
    assert rule in {finding.rule for finding in result.findings}
