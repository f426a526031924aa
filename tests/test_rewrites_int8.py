"""Quantized models that stay INT8: exact new zero points, wider steps, and what is not undone by itself."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import parser

from jetdoctor import target
from jetdoctor.fix import fix
from jetdoctor.fix.measured import distance
from jetdoctor.verify.compare import compare
from tests.rewriting import outputs_of, rewritten

X = np.random.RandomState(3).normal(scale=4, size=(2, 3, 6, 6)).astype(np.float32)

#: as ONNX Runtime's quantizer writes a convolution whose Relu it took away: UINT8 activations, INT8 weights, INT32 bias
CONVOLUTION = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,3,6,6] x) => (float[2,2,6,6] y)
<float s = {0.06}, uint8 z = {%d}, int8[2,3,1,1] w = {40,-90,7,127,-128,3}, float ws = {0.01}, int8 wz = {0},
 int32[2] b = {900,-300}, float bs = {0.0006}, int32 bz = {0}, float t = {0.05}, uint8 tz = {0}> {
  q = QuantizeLinear (x, s, z)
  d = DequantizeLinear (q, s, z)
  dw = DequantizeLinear (w, ws, wz)
  db = DequantizeLinear (b, bs, bz)
  c = Conv (d, dw, db)
  r = QuantizeLinear (c, t, tz)
  y = DequantizeLinear (r, t, tz)
}"""


def pair(kind, zero, first, last):
    """x quantized, the steps clipped, and dequantized."""
    return parser.parse_model(
        """<ir_version: 8, opset_import: ["": 13]>
        g (float[2,3,6,6] x) => (float[2,3,6,6] y)
        <float s = {0.05}, %s z = {%d}, %s low = {%d}, %s high = {%d}> {
          q = QuantizeLinear (x, s, z) c = Clip (q, low, high) y = DequantizeLinear (c, s, z)
        }"""
        % (kind, zero, kind, first, kind, last)
    )


def zero_points(model):
    """The zero points of every node that quantizes or dequantizes."""
    arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    return [arrays[node.input[2]] for node in nodes]


@pytest.mark.parametrize(
    "kind, zero, first, last",
    [("uint8", 128, 0, 255), ("uint8", 0, 0, 127), ("uint8", 60, 0, 127), ("int8", 9, -100, 100)],
)
def test_steps_that_int8_has(kind, zero, first, last):
    model = pair(kind, zero, first, last)
    result, refusals, done = rewritten(model, "qdq_uint8_to_int8")
    assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    assert [(array.dtype, array.max()) for array in zero_points(result)] == [(np.int8, 0)] * 2
    assert compare(outputs_of(model, {"x": X}), outputs_of(result, {"x": X})).equal


@pytest.mark.parametrize("kind, zero", [("uint8", 0), ("uint8", 127), ("int8", -128), ("int8", 1)])
def test_steps_that_int8_has_not(kind, zero):
    first = 0 if kind == "uint8" else -128
    model = pair(kind, zero, first, first + 255)
    assert "are not all among -128 to 127" in rewritten(model, "qdq_uint8_to_int8")[1][0]
    assert "would give up INT8" in rewritten(model, "quantized_in_float")[1][0]
    result, refusals, done = rewritten(model, "qdq_symmetric")
    assert done, refusals
    before, after = outputs_of(model, {"x": X})["y"], outputs_of(result, {"x": X})["y"]
    step = 0.05 * max(first + 255 - zero, zero - first) / 127
    inside = (before > before.min()) & (before < before.max())
    assert np.abs(before - after)[inside].max() <= 0.5 * (step + 0.05) + 1e-5


def test_weights_move_where_their_steps_fit():
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[1] x) => (float[2,2] y) <uint8[2,2] w = {%s}, float[2] s = {0.5, 2}, uint8[2] z = {%d, 120}> {
      d = DequantizeLinear <axis: int = 0> (w, s, z) y = Add (d, x)
    }"""
    one = {"x": np.ones(1, np.float32)}
    model = parser.parse_model(text % ("10,200,130,20", 130))
    result, refusals, done = rewritten(model, "qdq_uint8_to_int8")
    assert done, refusals
    assert compare(outputs_of(model, one), outputs_of(result, one)).equal
    model = parser.parse_model(text % ("10,200,250,20", 3))
    assert "the weights use steps" in rewritten(model, "qdq_uint8_to_int8")[1][0]
    result, refusals, done = rewritten(model, "qdq_symmetric")
    assert done, refusals
    before, after = outputs_of(model, one)["y"], outputs_of(result, one)["y"]
    assert (np.abs(before - after).max(axis=1) <= np.abs(before).max(axis=1) / 127).all()


@pytest.mark.parametrize("zero, unsafe, clean, written", [(128, False, False, True), (114, True, True, True)])
@pytest.mark.parametrize("release", ["tensorrt-8.4", "tensorrt-10.3"])
def test_a_convolution_stays_int8(tmp_path, zero, unsafe, clean, written, release):
    path = str(tmp_path / "q.onnx")
    onnx.save(parser.parse_model(CONVOLUTION % zero), path)
    outcome = fix(path, target.resolve(release), unsafe=unsafe)
    assert (outcome.changed, outcome.clean) == (written, clean)
    assert outcome.notes[0].startswith("INT8: 3 of 3 Q/DQ pairs")
    assert "ActivationSymmetric" in outcome.notes[0]
    choices = [step.choice for step in outcome.plan.steps if step.choice]
    assert choices == ([] if unsafe else ["quantization"])
    if unsafe:
        proof = outcome.plan.equivalence
        assert (proof.status, proof.near) == ("different", True)
        assert proof.reason.startswith("re-quantized: an error of ")
        assert "Relu" in [node.op_type for node in outcome.proto.graph.node]


def test_undoing_quantization_is_a_choice(tmp_path):
    path = str(tmp_path / "q.onnx")
    onnx.save(parser.parse_model(CONVOLUTION % 114), path)
    outcome = fix(path, target.resolve("tensorrt-8.4"), allow=("quantization",))
    assert outcome.clean
    assert outcome.plan.equivalence.status == "equal"
    assert "QuantizeLinear" not in [node.op_type for node in outcome.proto.graph.node]
    assert outcome.notes[0].startswith("INT8: 0 of 3 Q/DQ pairs (activations and weights) are still quantized, the")


def test_how_far_coarser_steps_are():
    rows = np.eye(4, dtype=np.float32)
    near = distance([("random 0", {"y": rows}, {"y": rows * 1.05}), ("large", {"y": rows}, {"y": rows * 3})])
    assert near["near"] and near["runs"] == 1
    assert near["reason"] == (
        "re-quantized: an error of 5 % of the outputs (26 dB), the largest value in the same place in 100 % of rows"
    )
    far = distance([("random 0", {"y": rows}, {"y": rows[::-1]})])
    assert not far["near"] and "more than the 20 % that coarser steps explain" in far["reason"]
    broken = distance([("zeros", {"y": rows}, {"y": rows * np.nan})])
    assert not broken["near"] and "NaN or Inf on one side only" in broken["reason"]


def test_coarser_steps_are_suspected_before_what_is_exact():
    from jetdoctor.fix import engine
    from jetdoctor.fix.choice import Request
    from jetdoctor.types import Finding, Fix, Location

    finding = Finding("JD403", "", "error", "rejected", "")
    coarse, exact = (
        Request(finding, Location(), Fix(name, rewrite=name)) for name in ("qdq_symmetric", "dequantize_weights")
    )
    assert list(engine._suspects([exact, coarse])) == [coarse]
    assert list(engine._suspects([exact])) == [exact]
