"""Rows of ``rules/facts/_known_issues.json``: well formed, each seen in a case, each pattern silent next door."""

from __future__ import annotations

import pytest
from jetdoctor.rules.known import _issues

from jetdoctor.check import check
from jetdoctor.model import from_proto
from jetdoctor.rule import table
from jetdoctor.types import OUTCOMES, SEVERITIES, parse_version
from tests.cases import every_case, parse

ROWS = table("known_issues")
CASES = [case for case in every_case() if case.rule in ("JD620", "JD621", "JD622") and "onnx" in case.blocks]


@pytest.fixture(scope="module")
def said():
    """For each case of the known faults: what its findings say."""
    found = []
    for case in CASES:
        (result,) = check(from_proto(parse(case.blocks["onnx"])), case.targets)
        found.append({finding.message for finding in result.findings})
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_is_well_formed(row):
    assert row["source"] and row["cure"] and row["what"]
    assert row["severity"] in SEVERITIES and row["outcome"] in OUTCOMES and row["basis"] in ("reported", "documented")
    releases = [parse_version(row[key]) for key in ("since", "doubt", "before") if row.get(key)]
    assert releases == sorted(set(releases))
    assert row["pattern"] is None or callable(_issues.pattern(row))
    assert all(any(m["id"].startswith(name) for m in table("modules")) for name in row.get("modules", ()))


def test_ids_are_unique():
    assert len({row["id"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_is_seen_in_a_case(row, said):
    assert any(row["what"] in messages for messages in said)


@pytest.mark.parametrize("row", [row for row in ROWS if row["pattern"]], ids=lambda row: row["id"])
def test_a_pattern_is_silent_on_a_neighbor(row, said):
    """A case of the same operators, target or not, in which the row says nothing."""
    anchors = {
        node.op_type
        for case, messages in zip(CASES, said)
        if row["what"] in messages
        for node in parse(case.blocks["onnx"]).graph.node
    }
    silent = [
        case
        for case, messages in zip(CASES, said)
        if row["what"] not in messages and anchors & {n.op_type for n in parse(case.blocks["onnx"]).graph.node}
    ]
    assert silent


def test_an_error_rests_on_more_than_one_report():
    """On two reports, on the source, or on NVIDIA's own word (which the note tells)."""
    for row in ROWS:
        if row["severity"] == "error":
            assert len(row["source"]) > 1 or "NVIDIA" in row.get("note", ""), row["id"]


def test_a_warning_is_repaired_when_its_rule_is_asked_for(tmp_path):
    import onnx

    from jetdoctor.fix import fix
    from jetdoctor.target import resolve

    case = next(case for case in CASES if case.title == "GridSample in 10.16")
    path = str(tmp_path / "model.onnx")
    onnx.save(parse(case.blocks["onnx"]), path)
    left = fix(path, resolve("tensorrt-10.16.2"))
    asked = fix(path, resolve("tensorrt-10.16.2"), select=("JD620",))
    assert not [step for step in left.plan.steps if step.applied]
    assert [step.rule for step in asked.plan.steps if step.applied] == ["JD620"]
    assert asked.plan.equivalence.status == "equal"
