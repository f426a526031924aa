"""The fact files hold together, and the checker of the facts sees what is wrong."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from jetdoctor.check import catalog
from jetdoctor.check.conditions import WHEN
from jetdoctor.check.matters import MATTERS
from jetdoctor.knowledge import read_rows

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def checker():
    path = ROOT / "rules" / "data" / "check_facts.py"
    spec = importlib.util.spec_from_file_location("check_facts", str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_facts_hold_together(checker):
    assert checker.problems() == []


def test_every_rule_is_reached():
    """A rule without a detector has rows.

    JD301 and JD304 get theirs from the importer tables, and category "engine" speaks for a crash or ``verify``.
    """
    named = {row.get("rule") for name in ("semantics", "restrictions") for row in read_rows(name + ".json")}
    idle = [
        rule_id
        for rule_id, found in catalog().rules.items()
        if not any(found.detector(scope) for scope in ("node", "model", "target", "device")) and rule_id not in named
    ]
    assert [r for r in idle if catalog().rules[r].category != "engine"] == ["JD301", "JD304"]


def test_conditions_on_what_matters_are_used():
    used = {key for row in read_rows("semantics.json") for key in row["when"]}
    assert set(MATTERS) <= used


def test_misread_rows_are_reported_as_misread():
    """A fact of status wrong-output belongs to a rule, and its rule is not one of pure refusals."""
    refusals = {"JD302", "JD303", "JD306", "JD401", "JD402"}
    for row in read_rows("semantics.json"):
        if row["status"] == "wrong-output":
            assert row["rule"] not in refusals, row["id"]


def row(**changes):
    made = {"id": "Relu/form", "op": "Relu", "since": "8.0", "before": "8.5", "status": "ok", "when": {}, "source": "s"}
    made.update(changes)
    return made


def test_a_row_without_source_or_with_a_strange_rule_is_found(checker):
    rows = [row(source=""), row(rule="JD999"), row(since="8.5", before="8.0")]
    found = list(checker.rows_are_whole("semantics", rows, catalog().rules))
    assert len(found) == 3
    assert "no source" in found[0] and "JD999" in found[1] and "ends before" in found[2]


def test_an_unknown_condition_is_found(checker):
    assert "moon_phase" not in WHEN
    (found,) = checker.conditions_are_known([row(when={"moon_phase": "full"})])
    assert "moon_phase" in found
    (found,) = checker.conditions_are_known([row(status="rejected")])
    assert "no rule" in found


def test_an_unknown_requirement_is_found(checker):
    (found,) = checker.requirements_are_known([{"op": "Relu", "since": "8.0", "require": {"moon_phase": 1}}])
    assert "moon_phase" in found


def test_two_statuses_at_once_are_found(checker):
    rows = [row(), row(since="8.4", before=None, status="wrong-output", rule="JD204")]
    assert len(list(checker.one_status_at_a_time(rows))) == 1
    rows[1]["since"] = "8.5"
    assert not list(checker.one_status_at_a_time(rows))


def test_gaps_and_overlaps_of_importers_are_found(checker):
    rows = [row(), row(since="8.6", before=None), row(op="Abs"), row(op="Abs", since="8.4", before=None)]
    found = list(checker.operators_are_covered(rows, {"Relu", "Mystery", "(any)"}))
    assert [("Mystery" in f, "gap" in f, "overlap" in f) for f in found] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_contradictions_are_found(checker):
    condition = {"input": 0, "rank": [4]}
    rows = [{"op": "Relu", "since": "8.0", "require": condition}, {"op": "Relu", "since": "8.5", "forbid": condition}]
    assert len(list(checker.contradictions(rows))) == 1


def test_requests_without_a_rewrite_are_listed(checker):
    waiting = checker.pending()
    assert waiting == sorted(waiting)
    assert not set(waiting) & set(catalog().rewrites)
