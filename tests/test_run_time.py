"""Values that only a run can give: a fix that folds constants is not promised for them."""

from __future__ import annotations

import onnx
import pytest

from jetdoctor.check import check
from jetdoctor.check.run_time import needs_a_run
from jetdoctor.model import from_proto
from jetdoctor.types import Target

OLD = Target("tensorrt-8.5.3", tensorrt="8.5.3")

#: how K comes about -> whether it certainly takes a run
KINDS = {
    "k = Constant <value_ints = [3]> ()": False,
    "s = Shape (x) k = Slice (s, one, two, zero)": False,
    "s = Shape (open) k = Slice (s, zero, one, zero)": False,  # --freeze makes a constant of it
    "n = NonZero (x) s = Shape (n) k = Slice (s, one, two, zero)": True,
    "f = ReduceMax <keepdims = 0> (x) i = Cast <to = 7> (f) k = Unsqueeze (i, zero)": True,
    "r = RandomUniform <shape = [1]> () k = Cast <to = 7> (r)": True,
    "n = NonZero (x) r = Reshape (n, eight) s = Shape (r) k = Slice (s, zero, one, zero)": False,
}


def model_of(how):
    return onnx.parser.parse_model(
        """<ir_version: 8, opset_import: ["": 17]> g (float[4,8] x, float[n,8] open) => (float[4,K] y)
        <int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}, int64[1] eight = {8}>
        { %s y, i_ = TopK (x, k) }"""
        % how
    )


@pytest.mark.parametrize("how", sorted(KINDS))
def test_what_certainly_takes_a_run(how):
    main = from_proto(model_of(how)).main
    assert needs_a_run(main.value("k")) is KINDS[how]


@pytest.mark.parametrize("how", [how for how in sorted(KINDS) if "Constant" not in how])
def test_folding_is_promised_only_where_it_can_work(how):
    found = [f for f in check(from_proto(model_of(how)), [OLD])[0].findings if f.rule == "JD302"]
    assert found
    promised = [fix.rewrite for fix in found[0].fixes if fix.applicability != "manual"]
    assert (promised == []) is KINDS[how]


def test_nodes_that_can_be_fixed_are_told_apart_from_those_that_cannot():
    proto = model_of("f = ReduceMax <keepdims = 0> (x) i = Cast <to = 7> (f) k = Unsqueeze (i, zero)")
    proto.graph.node.append(onnx.helper.make_node("Identity", ["two"], ["same"]))
    proto.graph.node.append(onnx.helper.make_node("TopK", ["x", "same"], ["z", "w"]))
    proto.graph.output.append(onnx.helper.make_tensor_value_info("z", 1, [4, 2]))
    found = [f for f in check(from_proto(proto), [OLD])[0].findings if f.rule == "JD302"]
    assert sorted(bool([x for x in f.fixes if x.applicability == "safe"]) for f in found) == [False, True]


NOT_PROMISED = {
    "a depth of the run time": "(int64[3] x, int64 d, float[2] v) => (float[3,n] y) { y = OneHot (x, d, v) }",
    "a shift of the run time": '(int32[3] x, int32[3] d) => (int32[3] y) { y = BitShift <direction = "LEFT"> (x, d) }',
}


@pytest.mark.parametrize("name", sorted(NOT_PROMISED))
def test_a_rewrite_that_needs_a_constant_or_another_type_is_not_promised(name):
    proto = onnx.parser.parse_model('<ir_version: 8, opset_import: ["": 17]> g ' + NOT_PROMISED[name])
    result = check(from_proto(proto), [Target("tensorrt-8.4.3", tensorrt="8.4.3")])[0]
    assert result.verdict == "fails"
    assert {fix.applicability for f in result.findings if f.rule == "JD301" for fix in f.fixes} == {"manual"}
