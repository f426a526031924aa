"""Which fix is taken: the safe ones first, and none that writes out an operator which every target imports."""

from __future__ import annotations

import onnx
import pytest

from jetdoctor.check import catalog
from jetdoctor.cli import main
from jetdoctor.fix import fix
from jetdoctor.fix.choice import Choices, Request
from jetdoctor.fix.trial import Trial
from jetdoctor.model import from_proto
from jetdoctor.target import resolve
from jetdoctor.types import Finding, Fix, Location, ModelSummary, Result
from tests.test_fix import save

GELU = """<ir_version: 8, opset_import: ["": 20]>
g (float[1,4,5,5] x) => (float[1,4] y) <int64[2] axes = {2,3}> {
  n = Gelu(x) y = ReduceLogSumExp <keepdims = 0> (n, axes) }"""

MEAN = """<ir_version: 8, opset_import: ["": 18]>
g (float[1,4,5,5] x) => (float[1,4] y) <int64[2] axes = {2,3}> { y = ReduceMean <keepdims = 0> (x, axes) }"""

UNREACHABLE = """<ir_version: 8, opset_import: ["": 20]>
g (string[4] a, string[4] b, float[4] c) => (string[4] y, float[4] z) { y = StringConcat(a, b) z = Mish(c) }"""


def kinds(outcome):
    return [node.op_type for node in outcome.proto.graph.node]


def test_what_the_target_imports_is_not_decomposed(tmp_path):
    path = save(tmp_path, GELU)
    newer = fix(path, resolve("tensorrt-10.3"))
    assert newer.clean and "Gelu" in kinds(newer)  # 10.3 imports it: the reduction alone is rewritten
    fleet = fix(path, resolve("tensorrt-8.4") + resolve("tensorrt-10.3"))
    assert fleet.clean and "Gelu" not in kinds(fleet)


def test_the_opset_is_lowered_where_nothing_is_lost(tmp_path):
    outcome = fix(save(tmp_path, MEAN), resolve("tensorrt-8.6"))
    assert outcome.clean and kinds(outcome) == ["ReduceMean"] and outcome.proto.opset_import[0].version == 17


SHIFT = """<ir_version: 8, opset_import: ["": 18]>
g (int32[4] x) => (int32[4] y) <uint32 k = {3}, uint32 high = {3758096384}, int32 o = {0}> {
  less = Less(x, o) u = Cast <to = 12> (x) s = BitShift <direction = "RIGHT"> (u, k) r = BitwiseOr(s, high)
  a = Cast <to = 6> (r) b = Cast <to = 6> (s) y = Where(less, a, b) }"""

SPLIT = """<ir_version: 8, opset_import: ["": 18]>
g (float[4] x) => (float[2] a, float[2] b) { a, b = Split <num_outputs = 2> (x) }"""


def request(text, op_type, *rewrites):
    """(what is chosen of rewrites in this order, the costs), at the node of an operator."""
    view = from_proto(onnx.parser.parse_model(text))
    (node,) = [node for node in view.nodes() if node.op_type == op_type]
    before = view.proto.SerializeToString()
    fixes = tuple(Fix("", rewrite=name) for name in rewrites)
    finding = Finding("JD000", "n", "error", "rejected", "", node.location(), fixes)
    choices = Choices(cost=Trial(view, catalog().rewrites, None).cost)
    costs = [choices.cost(Request(finding, node.location(), fix)) for fix in finding.fixes]
    chosen = choices.first(finding, node.location()).fix.rewrite
    assert view.proto.SerializeToString() == before  # a trial leaves nothing behind
    return chosen, costs


def test_fewest_nodes_first():
    for order in (["arithmetic_shift", "bitwise_decompose"], ["bitwise_decompose", "arithmetic_shift"]):
        chosen, costs = request(SHIFT, "BitShift", *order)
        assert chosen == "arithmetic_shift" and costs[order.index(chosen)] == (4, 0) < max(costs)


def test_what_cannot_be_done_comes_last():
    chosen, costs = request(SPLIT, "Split", "bitwise_decompose", "split_explicit_sizes")
    assert chosen == "split_explicit_sizes" and costs == [(float("inf"), 1), (0, 0)]


def test_a_tie_goes_to_the_operator_itself_and_then_to_the_order():
    finding = Finding("JD001", "n", "error", "rejected", "", Location(), (Fix("a", rewrite="a"), Fix("b", rewrite="b")))
    native = Choices(cost=lambda request: (1, 0 if request.fix.title == "b" else 1))
    assert native.first(finding, Location()).fix.title == "b"
    assert Choices(cost=lambda request: (1, 0)).first(finding, Location()).fix.title == "a"


def finding(*fixes, severity="error", outcome="rejected", output="y"):
    return Finding("JD001", "one", severity, outcome, "", Location(output=output), fixes)


#: unsafe, and nothing more; unsafe, and a choice of the caller (precision)
FORCED, CHOSEN = Fix("forced", "unsafe", rewrite="no_such"), Fix("chosen", "unsafe", rewrite="cast_to_float")
ADVICE = Fix("advice", "manual")


def test_what_decides_for_the_caller_comes_last():
    assert Choices(unsafe=True).first(finding(CHOSEN, FORCED), Location()).fix == FORCED
    assert Choices(allow=["precision"]).first(finding(FORCED, CHOSEN), Location()).fix == CHOSEN
    assert Choices(allow=["inputs"]).first(finding(FORCED, CHOSEN, ADVICE), Location()) is None


def test_why_a_finding_is_still_there():
    assert Choices().reason(finding(FORCED)) == "needs --unsafe"
    assert Choices().reason(finding(CHOSEN)) == "needs --allow precision"
    assert Choices().reason(finding(ADVICE)) == "no fix is known"
    assert Choices(unsafe=True).reason(finding(FORCED)) == "no fix is known"
    refused = Choices(unsafe=True)
    for unsafe in (FORCED, CHOSEN):
        refused.refused[Request(finding(), Location(output="y"), unsafe).key] = "it does not fit"
    assert refused.reason(finding(FORCED, CHOSEN)) == "it does not fit"
    refused.begin()
    assert refused.first(finding(FORCED), Location(output="y")).fix == FORCED


def test_an_unsafe_fix_is_left_to_try():
    choices = Choices()
    assert choices.untried(finding(FORCED)) and not choices.untried(finding(Fix("s", "safe", rewrite="s"), ADVICE))
    assert not Choices(unsafe=True).untried(finding(FORCED))
    assert not Choices(allow=["precision"]).untried(finding(CHOSEN))
    choices.barred[Request(finding(), Location(output="y"), FORCED).key] = "it did harm"
    assert not choices.untried(finding(FORCED)) and choices.untried(finding(FORCED, CHOSEN))


def test_which_findings_are_asked_for():
    safe = Fix("s", "safe", rewrite="s")
    error, warning = finding(safe), finding(safe, severity="warning", output="w")
    info = finding(safe, severity="info", output="i")
    invalid = finding(safe, FORCED, severity="info", outcome="invalid-model", output="v")
    forced = finding(FORCED, severity="info", outcome="invalid-model", output="f")
    results = [Result(ModelSummary("m"), None, "fails", (error, warning, info, invalid, forced, error))]
    assert Choices().wanted(results) == [error, invalid]
    for named in ("JD001", "one"):
        assert Choices(select=[named]).wanted(results) == [error, warning, invalid]
    assert Choices(select=["JD002"]).wanted(results) == []


def test_lowering_the_opset_gives_way_only_to_a_fix_that_is_open():
    lower, local = Fix("l", "safe", lower_opset=17), Fix("f", "safe", rewrite="f")
    both = [Result(ModelSummary("m"), None, "fails", (finding(lower, local),))]
    choices = Choices()
    choices.spare(both, lambda opset: "Gelu" if opset == 17 else "")
    assert [request.fix for request in choices.requests(both)] == [local]
    choices.spare(both, lambda opset: "")
    assert [request.fix for request in choices.requests(both)] == [lower]
    choices.refused[Request(finding(), Location(output="y"), local).key] = "no"
    choices.spare(both, lambda opset: "Gelu")
    assert [request.fix for request in choices.requests(both)] == [lower]


def test_safe_before_unsafe():
    fixes = (Fix("a", "unsafe", rewrite="a"), Fix("b", "safe", rewrite="b"))
    finding = Finding("JD001", "n", "error", "rejected", "", Location(), fixes)
    assert Choices(unsafe=True).first(finding, Location()).fix.title == "b"


@pytest.mark.parametrize("target", [[], ["--target", "tensorrt-10.3"]])
def test_an_opset_that_cannot_be_reached_exits_with_one(tmp_path, capsys, target):
    path = save(tmp_path, UNREACHABLE)
    assert main(["fix", path, "--opset", "13", *target]) == 1
    assert "StringConcat" in capsys.readouterr().out
    clean = save(tmp_path, MEAN.replace("ReduceMean", "ReduceSum"), "clean.onnx")
    assert main(["fix", clean, "--opset", "12", *target]) == 0
    onnx.checker.check_model(clean)
