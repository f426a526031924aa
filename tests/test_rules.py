"""Every case of every rule: the input is valid, the findings are exact, the fix holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jetdoctor.check import catalog, check, check_device
from jetdoctor.model import from_proto
from jetdoctor.types import Device, Fact, Target
from tests.cases import every_case, parse

CASES = every_case()
MODEL_CASES = [case for case in CASES if "onnx" in case.blocks]
DEVICE_CASES = [case for case in CASES if "device" in case.blocks and "onnx" not in case.blocks]


def line(finding):
    """A finding as a case file writes it."""
    text = "%s %s %s" % (finding.rule, finding.severity, finding.outcome)
    place = finding.location
    if place is not None and place.op_type:
        text += " %s %s" % (place.op_type, place.node_name or place.output)
    elif place is not None and place.tensor:
        text += " " + place.tensor
    return text + (" ×%d" % (1 + len(finding.also)) if finding.also else "")


def device_of(case):
    return Device({key: Fact(value) for key, value in json.loads(case.blocks["device"]).items()})


def _onnx_opset():
    """The newest opset whose operators this onnx knows."""
    from onnx.defs import onnx_opset_version

    return onnx_opset_version()


@pytest.mark.parametrize("case", MODEL_CASES, ids=str)
def test_findings_are_exact(case):
    proto = parse(case.blocks["onnx"])
    newest = max((entry.version for entry in proto.opset_import), default=0)
    if newest > _onnx_opset() and any(text.startswith("JD304 ") for text in case.expected):
        pytest.skip("this onnx does not know that opset %d changed the operator" % newest)
    model = from_proto(proto)
    (target,) = case.targets
    device = device_of(case) if "device" in case.blocks else None
    (result,) = check(model, [target], device)
    assert sorted(line(f) for f in result.findings) == case.expected


@pytest.mark.parametrize("case", DEVICE_CASES, ids=str)
def test_device_findings_are_exact(case):
    assert sorted(line(f) for f in check_device(device_of(case))) == case.expected


def _old(onnxruntime_version):
    """Python 3.8 ends at ONNX Runtime 1.19, which lacks layout=1 of LSTM and some opset-18 forms, and Python 3.10
    at 1.23, which does not run reductions without axes."""
    return tuple(int(part) for part in onnxruntime_version.split(".")[:2]) < (1, 24)


@pytest.fixture
def proof_in_this_process(monkeypatch):
    """The same proof without its child, which the tests of ``fix`` are about: a start of ONNX Runtime less per case."""
    from jetdoctor.child import workplace
    from jetdoctor.child.command import Ended
    from jetdoctor.fix import prover

    def run(task, job, place, time_limit, memory_limit):
        return Ended("ended"), prover.compare_files(job, place)

    monkeypatch.setattr(prover.Runner, "seconds", 0)
    monkeypatch.setattr(workplace, "run_task", run)


@pytest.mark.parametrize("case", [c for c in MODEL_CASES if "fixed" in c.blocks], ids=str)
def test_fix_removes_the_finding_and_is_proven_equal(case, tmp_path, proof_in_this_process):
    onnxruntime = pytest.importorskip("onnxruntime")
    import onnx

    from jetdoctor.fix import fix, write

    source = tmp_path / "model.onnx"
    onnx.save(parse(case.blocks["onnx"]), str(source))
    outcome = fix(str(source), case.targets)
    equivalence = outcome.plan.equivalence
    if equivalence.status == "not-run" and _old(onnxruntime.__version__):
        pytest.skip("this ONNX Runtime cannot run the original: %s" % equivalence.reason)
    assert equivalence.status == "equal", outcome.plan
    written = tmp_path / "fixed.onnx"
    write(outcome, path=str(written))
    fixed = onnx.load(str(written))
    onnx.checker.check_model(fixed)
    assert [node.op_type for node in fixed.graph.node] == case.blocks["fixed"].split()
    assert not any(f.rule == case.rule for f in outcome.results[0].findings)


def _reported_elsewhere(rule_id):
    """Rules without a detector, whose findings come from a crash or from ``verify``: no case can fire."""
    return ".engine." in catalog().rules[rule_id].module.__name__


@pytest.mark.parametrize("rule_id", [r for r in catalog().rules if not _reported_elsewhere(r)])
def test_rule_has_page_sources_and_cases(rule_id):
    found = catalog().rules[rule_id]
    for heading in ("## What it detects", "## Why it fails", "## Fix"):
        assert heading in found.page, heading
    assert found.rule.sources or found.rule.preview
    mine = [case for case in CASES if case.rule == rule_id]
    assert any(case.fires for case in mine), "no firing case"
    assert any(not case.fires for case in mine), "no silent case"


def test_case_files_belong_to_rules():
    assert {case.rule for case in CASES} <= set(catalog().rules)


def test_a_crashing_rule_is_a_finding_and_leaves_no_verdict(monkeypatch):
    model = from_proto(parse('<ir_version: 8, opset_import: ["" : 17]> g (float[1] x) => (float[1] y) {y = Relu(x)}'))
    some = next(r for r in catalog().rules.values() if r.detector("model"))

    def broken(model):
        raise RuntimeError("planted")

    monkeypatch.setattr(some.module, "check_model", broken)
    (result,) = check(model, [Target("tensorrt-8.4.1", tensorrt="8.4.1")])
    assert result.verdict == "unknown"
    crash = [f for f in result.findings if f.rule == "JD000"]
    assert len(crash) == 1 and some.rule.id in crash[0].message and "planted" in crash[0].message


def test_pages_name_no_machine():
    for found in catalog().rules.values():
        assert str(Path.home()) not in found.page


def test_the_table_of_rules_is_up_to_date():
    import runpy

    docs = Path(__file__).resolve().parent.parent / "docs"
    made = runpy.run_path(str(docs / "make_rules.py"))
    assert (docs / "rules.md").read_text(encoding="utf-8") == made["page"](), "run: python3 docs/make_rules.py"
