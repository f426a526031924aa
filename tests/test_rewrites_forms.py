"""Rewrites of forms: Flatten, MatMul of a vector, pools that round up, STFT, small integers, old opsets, retyping."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, parser

from jetdoctor.fix import fix
from jetdoctor.fix.retyping import retyped
from jetdoctor.target import resolve
from jetdoctor.verify.compare import compare
from tests.rewriting import OLD_ONNXRUNTIME, assert_same, model_of, outputs_of, rewritten
from tests.test_rewrites import data

#: Python 3.8 ends at 1.19, which keeps a window that starts in the end padding
OLD_RUNTIME = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2]) < (1, 20)

settings.register_profile("forms", deadline=None, max_examples=15, derandomize=True)
settings.load_profile("forms")


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), axis=st.integers(-4, 4))
def test_flatten(shape, axis):
    assume(-len(shape) <= axis <= len(shape))
    x = data(shape)
    assert_same(model_of("Flatten", {"x": x}, axis=axis), {"x": x}, "flatten_to_reshape")


@given(batch=st.lists(st.integers(1, 3), min_size=0, max_size=3), inner=st.integers(1, 4), columns=st.integers(1, 4))
def test_matmul_of_a_vector(batch, inner, columns):
    inputs = {"a": data([inner]), "b": data([*batch, inner, columns], seed=1)}
    assert_same(model_of("MatMul", inputs, opset=13), inputs, "matmul_vector_as_row", gone=False)


@pytest.mark.skipif(OLD_RUNTIME, reason="counts the windows otherwise")
@given(
    size=st.integers(4, 9), kernel=st.integers(1, 3), stride=st.integers(1, 4), begin=st.integers(0, 2),
    end=st.integers(0, 2), hole=st.integers(1, 2),
)  # fmt: skip
@settings(max_examples=60)
def test_maxpool_that_rounds_up(size, kernel, stride, begin, end, hole):
    assume(max(begin, end) < kernel)
    x = data([1, 2, size, size + 1])
    form = dict(kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[begin, begin, end, end], ceil_mode=1)
    model = model_of("MaxPool", {"x": x}, dilations=[hole] * 2, **form)
    if hole == 1 or rewritten(model, "pool_floor_mode")[2]:  # padding is less than the kernel, holes or not
        assert_same(model, {"x": x}, "pool_floor_mode", gone=False)


@pytest.mark.skipif(OLD_RUNTIME, reason="counts the windows otherwise")
@given(
    size=st.integers(4, 9), kernel=st.integers(1, 3), stride=st.integers(1, 4), begin=st.integers(0, 2),
    end=st.integers(0, 2),
)  # fmt: skip
@settings(max_examples=60)
def test_averagepool_that_rounds_up(size, kernel, stride, begin, end):
    assume(max(begin, end) < kernel)
    x = data([1, 2, size, size + 1])
    form = dict(kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[begin, begin, end, end], ceil_mode=1)
    assert_same(model_of("AveragePool", {"x": x}, **form), {"x": x}, "pool_floor_mode", gone=False)


def test_averagepool_that_counts_its_padding():
    """PyTorch's rule (onnx AveragePool-19): padding counts, what ceil_mode makes up does not."""
    x = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
    form = dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0], ceil_mode=1, count_include_pad=1)
    result, refusals, done = rewritten(model_of("AveragePool", {"x": x}, opset=19, **form), "pool_floor_mode")
    assert done, refusals
    found = next(iter(outputs_of(result, {"x": x}).values()))
    padded = np.pad(x[0, 0], ((1, 0), (1, 0)))
    assert np.allclose(found[0, 0, 1, 1], padded[2:5, 2:5].mean())
    assert np.allclose(found[0, 0, 0, 0], padded[:3, :3].mean())


@given(
    frame=st.integers(2, 9), step=st.integers(1, 4), onesided=st.booleans(), windowed=st.booleans(),
    batch=st.integers(1, 2),
)  # fmt: skip
@settings(max_examples=25)
def test_stft(frame, step, onesided, windowed, batch):
    inputs = {"x": data([batch, 20, 1]), "step": np.array(step, np.int64)}
    inputs["window" if windowed else "-"] = np.hanning(frame + 2)[1:-1].astype(np.float32)
    inputs["length"] = np.array(frame, np.int64)
    constants = [name for name in inputs if name not in ("x", "-")]
    model = model_of("STFT", inputs, constants=constants, onesided=int(onesided))
    assert_same(model, inputs, "stft_conv")


def test_small_integers_travel_as_int32():
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (uint8[2,3] x, bool[2,3] m) => (float[3,2] y, float[2,3] z) {'
        " t = Transpose <perm = [1,0]> (x) y = Cast <to = 1> (t) n = Cast <to = 2> (m) z = Cast <to = 1> (n) }"
    )
    feeds = {"x": np.array([[0, 1, 255], [128, 7, 3]], np.uint8), "m": np.array([[1, 0, 1], [0, 1, 1]], bool)}
    result, _, done = rewritten(model, "cast_int32")
    assert done == 2 and compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal
    types = {v.name: v.type.tensor_type.elem_type for v in onnx.shape_inference.infer_shapes(result).graph.value_info}
    assert TensorProto.UINT8 not in types.values()


@pytest.mark.parametrize("narrow, number", [("uint8", 2), ("int8", 3), ("uint16", 4), ("int16", 5)])
@pytest.mark.parametrize("wide", ["int32", "int64", "float"])
def test_integers_that_wrap_keep_their_low_bits(narrow, number, wide):
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (%s[9] x) => (float[9] y) {'
        " n = Cast <to = %d> (x) y = Cast <to = 1> (n) }"
        % (wide, number)
    )
    limits = np.iinfo(narrow)
    values = [0, 1, -1, limits.min, limits.max, 2.9, 100, -2.5, 77]
    if wide != "float":  # ONNX says nothing of floats outside of the narrow type
        values = [0, 1, -1, limits.max + 1, limits.min - 1, 70000, -70000, 2**31 - 1, -(2**31)]
    x = np.array(values, "float32" if wide == "float" else wide)
    x = np.clip(x, limits.min, limits.max) if wide == "float" else x
    result, refusals, done = rewritten(model, "cast_int32")
    assert done, refusals
    assert compare(outputs_of(model, {"x": x}), outputs_of(result, {"x": x})).equal


def test_small_integers_that_are_handed_out_are_left():
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (int32[2] x) => (uint8[2] y) { y = Cast <to = 2> (x) }'
    )
    assert "read as" in rewritten(model, "cast_int32")[1][0]


def test_opset_below_seven(tmp_path):
    path = str(tmp_path / "old.onnx")
    model = parser.parse_model(
        '<ir_version: 3, opset_import: ["": 6]> g (float[2,3,4,4] x, float[3] b) => (float[2,3,4,4] y) {'
        " s = Add <broadcast = 1, axis = 1> (x, b) y = Relu(s) }"
    )
    model.metadata_props.add(key="by", value="me")
    onnx.save(model, path)
    outcome = fix(path, resolve("tensorrt-8.4"), unsafe=True)  # neither runtime runs what broadcasts by attributes
    assert outcome.clean and outcome.plan.equivalence.status == "not-run"
    assert outcome.proto.opset_import[0].version == 11 and outcome.proto.metadata_props[0].value == "me"
    feeds = {"x": data([2, 3, 4, 4]), "b": np.array([1, -2, 3], np.float32)}
    expected = np.maximum(feeds["x"] + feeds["b"][:, None, None], 0)
    assert np.allclose(outputs_of(outcome.proto, feeds)["y"], expected)
    assert not fix(path, resolve("tensorrt-8.4")).changed


def test_retyping_reaches_weights_attributes_and_branches():
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (double[2] x, bool c) => (double[2] y) <double[1] w = {2.0}> {'
        " m = Mul(x, w) y = If(c) <then_branch = t () => (double[2] a) { a = Identity(m) },"
        " else_branch = e () => (double[2] b) { k = Constant <value = double[1] {3.0}> () b = Add(m, k) }> }"
    )
    result = retyped(model, TensorProto.DOUBLE, TensorProto.FLOAT)
    onnx.checker.check_model(result, full_check=True)
    assert model.graph.initializer[0].data_type == TensorProto.DOUBLE  # the original is left alone
    feeds = {"x": np.array([1, 2], np.float32), "c": np.array(False)}
    assert list(outputs_of(result, feeds)["y"]) == [5, 7]


def test_bfloat16_is_proven_in_float_when_unsafe(tmp_path):
    path = str(tmp_path / "bf16.onnx")
    onnx.save(
        parser.parse_model(
            '<ir_version: 8, opset_import: ["": 13]> g (bfloat16[2,3] x) => (bfloat16[3,2] y) { y = Transpose(x) }'
        ),
        path,
    )
    assert not fix(path, resolve("tensorrt-8.4")).changed
    outcome = fix(path, resolve("tensorrt-8.4"), unsafe=True)
    assert outcome.clean and outcome.proto.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT


def test_branches_with_like_names():
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[2] x, bool c) => (float[2] y) {'
        " y = If(c) <then_branch = t () => (float[2] r) { r = Neg(x) },"
        " else_branch = e () => (float[2] r) { r = Abs(x) }> }"
    )
    result, refusals, done = rewritten(model, "if_distinct_outputs")
    assert done == 1, refusals
    onnx.checker.check_model(result, full_check=True)
    for flag in (True, False):
        feeds = {"x": np.array([-1, 2], np.float32), "c": np.array(flag)}
        assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal
    names = [attribute.g.output[0].name for attribute in result.graph.node[0].attribute]
    assert len(set(names)) == 2


SHAPE = [2, 3, 8]
GAMMA, BETA = data([8], seed=5), data([8], seed=6)
CONTRIB = {
    "Gelu": ({"x": data(SHAPE)}, {}),
    "FastGelu": ({"x": data(SHAPE), "b": BETA}, {}),
    "BiasGelu": ({"x": data(SHAPE), "b": BETA}, {}),
    "QuickGelu": ({"x": data(SHAPE)}, {"alpha": 1.5}),
    "FusedMatMul": ({"a": data([2, 4, 3]), "b": data([2, 5, 4], seed=1)}, {"alpha": 0.5, "transA": 1, "transB": 1}),
    "SkipLayerNormalization": (
        {"x": data(SHAPE), "s": data(SHAPE, seed=1), "g": GAMMA, "b": BETA, "c": data([8], seed=7)}, {"epsilon": 1e-5}
    ),
    "SkipSimplifiedLayerNormalization": ({"x": data(SHAPE), "s": data(SHAPE, seed=1), "g": GAMMA}, {"epsilon": 1e-5}),
    "SimplifiedLayerNormalization": ({"x": data(SHAPE), "g": GAMMA}, {"axis": -1, "epsilon": 1e-5}),
    "Trilu": ({"x": data([4, 4])}, {"upper": 0}),
    "ExpandDims": ({"x": data(SHAPE), "-axis": np.array(1, np.int32)}, {}),
    "FusedConv": (
        {"x": data([1, 2, 6, 6]), "w": data([3, 2, 3, 3], seed=1), "b": data([3], seed=2)},
        {"activation": "LeakyRelu", "activation_params": [0.2], "kernel_shape": [3, 3]},
    ),
    "FusedGemm": ({"a": data([2, 3]), "b": data([3, 4]), "c": data([4])}, {"activation": "Relu"}),
    "GatherND": ({"x": data(SHAPE), "i": np.array([[0, 1], [1, 2]], np.int64)}, {}),
}  # fmt: skip


@pytest.mark.parametrize("op_type", sorted(CONTRIB))
def test_contrib(op_type):
    if OLD_ONNXRUNTIME and op_type == "ExpandDims":
        pytest.skip("ONNX Runtime %s crashes on it (seen with 1.19 and 1.23)" % onnxruntime.__version__)
    inputs, attributes = CONTRIB[op_type]
    domain = "" if op_type == "SimplifiedLayerNormalization" else "com.microsoft"
    names = [name.lstrip("-") for name in inputs]
    node = helper.make_node(op_type, names, ["y"], name="node", domain=domain, **attributes)
    declared = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for n, a in inputs.items() if not n.startswith("-")
    ]  # fmt: skip
    constants = [onnx.numpy_helper.from_array(a, n[1:]) for n, a in inputs.items() if n.startswith("-")]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", declared, [output], constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    feeds = {name: array for name, array in inputs.items() if not name.startswith("-")}
    result, refusals, done = rewritten(model, "rewrite_contrib")
    assert done == 1, refusals
    assert not any(n.domain for n in result.graph.node)
    comparison = compare(outputs_of(model, feeds), outputs_of(result, feeds))
    assert comparison.equal, comparison.reason


def test_contrib_as_a_fix(tmp_path):
    path = str(tmp_path / "m.onnx")
    text = '<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]> g (float[2,8] x) => (float[2,8] y) {'
    onnx.save(parser.parse_model(text + " h = com.microsoft.QuickGelu(x) y = com.microsoft.Gelu(h) }"), path)
    for target in ("jetpack-4.6", "jetpack-6.2"):
        outcome = fix(path, resolve(target))
        assert outcome.clean and outcome.plan.equivalence.status == "equal", outcome.plan


@given(
    size=st.integers(1, 5), stride=st.integers(1, 3), kernel=st.integers(3, 4), end=st.integers(0, 2),
    more=st.integers(0, 2),
)  # fmt: skip
def test_output_padding(size, stride, kernel, end, more):
    assume(more < stride and more <= end and (size - 1) * stride + kernel + more - end > 0)
    inputs = {"x": data([1, 2, size]), "w": data([2, 3, kernel], seed=1)}
    form = dict(kernel_shape=[kernel], strides=[stride], pads=[0, end], output_padding=[more])
    result = assert_same(
        model_of("ConvTranspose", inputs, constants=["w"], **form), inputs, "convtranspose_output_padding", gone=False
    )
    assert "output_padding" not in {attribute.name for attribute in result.graph.node[0].attribute}
