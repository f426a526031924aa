"""Rewrites that change a node's form only, and definitions expanded: each property-tested against ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from jetdoctor.verify.compare import compare
from tests.rewriting import OLD_ONNXRUNTIME, assert_same, model_of, outputs_of, rewritten
from tests.test_rewrites import NEW_OPSETS, SIZES, data

settings.register_profile("rest", deadline=None, max_examples=8, derandomize=True)
settings.load_profile("rest")


def parsed(text, opset=17):
    return onnx.parser.parse_model('<ir_version: 8, opset_import: ["": %d]> ' % opset + text)


def same_model(model, feeds, name, op_type=None):
    """``assert_same`` for a model of several nodes; the result."""
    result, refusals, done = rewritten(model, name, op_type=op_type)
    assert done, refusals
    onnx.checker.check_model(result)
    comparison = compare(outputs_of(model, feeds), outputs_of(result, feeds))
    assert comparison.equal, comparison.reason
    return result


@NEW_OPSETS
@given(
    heads=st.integers(1, 3), half=st.integers(1, 3), interleaved=st.integers(0, 1), positions=st.booleans(),
    partly=st.booleans(),
)  # fmt: skip
def test_rotary(heads, half, interleaved, positions, partly):
    assume(not (OLD_ONNXRUNTIME and partly))  # ONNX Runtime 1.23 wants another attribute then
    batch, length, width = 2, 3, 2 * half + (2 if partly else 0)
    inputs = {"x": data([batch, heads, length, width])}
    if positions:
        inputs.update(c=data([7, half], seed=1), s=data([7, half], seed=2))
        inputs["p"] = np.array([[0, 6, 2], [3, 3, 1]], np.int64)
    else:
        inputs.update(c=data([batch, length, half], seed=1), s=data([batch, length, half], seed=2))
    partial = {"rotary_embedding_dim": 2 * half} if partly else {}
    model = model_of("RotaryEmbedding", inputs, opset=23, interleaved=interleaved, **partial)
    assert_same(model, inputs, "rotary_decompose")


@pytest.mark.skipif(
    OLD_ONNXRUNTIME or onnx.defs.onnx_opset_version() < 24, reason="this onnx or ONNX Runtime is older than opset 24"
)
@given(axis=st.integers(1, 2), start=st.integers(0, 2), given_places=st.booleans(), mode=st.booleans())
def test_tensorscatter(axis, start, given_places, mode):
    shape, more = [2, 5, 5, 3], [2, 5, 5, 3]
    more[axis] = 2
    inputs = {"past": data(shape), "update": data(more, seed=1)}
    if given_places:
        inputs["w"] = np.array([start, 4 if mode else 3], np.int64)
    words = {"mode": "circular"} if mode else {}
    model = model_of("TensorScatter", inputs, opset=24, axis=axis, **words)
    assert_same(model, inputs, "tensorscatter_to_scatternd")


MODES = [("nearest", "asymmetric"), ("linear", "half_pixel"), ("linear", "align_corners"), ("cubic", "half_pixel")]


@given(mode=st.sampled_from(MODES), axes=st.permutations([2, 3]), by_size=st.booleans(), wrapped=st.booleans())
def test_resize_of_some_axes(mode, axes, by_size, wrapped):
    assume(not (OLD_ONNXRUNTIME and wrapped))  # ONNX Runtime 1.19 crashes on negative axes
    axes = [axis - 4 if wrapped else axis for axis in axes]
    x = data([1, 2, 4, 6])
    words = {"mode": mode[0], "coordinate_transformation_mode": mode[1], "axes": axes}
    if by_size:
        inputs = {"x": x, "-r": x, "-s": x, "n": np.array([7, 9], np.int64)}
    else:
        inputs = {"x": x, "-r": x, "s": np.array([1.5, 2.0], np.float32)}
    model = model_of("Resize", inputs, opset=18, constants=[k for k in "sn" if k in inputs], **words)
    result = assert_same(model, inputs, "resize_full_rank", gone=False)
    assert [a.name for a in result.graph.node[0].attribute if a.name == "axes"] == []


def test_resize_of_a_region_is_left():
    x, roi = data([1, 2, 4, 6]), np.array([0, 0, 1, 1], np.float32)
    words = {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "axes": [2, 3]}
    inputs = {"x": x, "roi": roi, "s": np.array([2, 2], np.float32)}
    model = model_of("Resize", inputs, opset=18, constants=["s", "roi"], **words)
    assert "region" in rewritten(model, "resize_full_rank")[1][0]


@given(shape=st.lists(st.integers(2, 4), min_size=1, max_size=3), count=st.integers(1, 3), steps=st.booleans())
def test_slice_without_axes(shape, count, steps):
    count = min(count, len(shape))
    inputs = {"x": data(shape), "b": np.ones(count, np.int64), "e": np.full(count, 9, np.int64)}
    if steps:
        inputs.update({"-axes": inputs["x"], "t": np.full(count, 2, np.int64)})
    model = model_of("Slice", inputs, constants=[k for k in "bet" if k in inputs])
    result = assert_same(model, inputs, "slice_fill_axes", gone=False)
    assert result.graph.node[0].input[3]


@given(shape=SIZES, linear=st.booleans(), node=st.booleans(), seed=st.integers(0, 99))
def test_densify(shape, linear, node, seed):
    dense = data(shape, seed=seed) * (np.random.RandomState(seed).rand(*shape) > 0.5)
    dense.flat[0] = 1.0  # at least one value
    places = np.argwhere(dense).astype(np.int64)
    if linear:
        places = np.flatnonzero(dense).astype(np.int64)
    sparse = helper.make_sparse_tensor(
        numpy_helper.from_array(dense[dense != 0], "w"), numpy_helper.from_array(places, "places"), shape
    )
    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    nodes = [helper.make_node("Constant", [], ["w"], sparse_value=sparse)] if node else []
    nodes.append(helper.make_node("Add", ["x", "w"], ["y"]))
    graph = helper.make_graph(nodes, "g", [x], [value])
    if not node:
        graph.sparse_initializer.append(sparse)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    result, refusals, done = rewritten(model, "densify")
    assert done == 1, refusals
    zeros = {"x": np.zeros(shape, np.float32)}
    np.testing.assert_array_equal(outputs_of(result, zeros)["y"], dense)


@given(inner=st.booleans(), taken=st.booleans())
def test_default_domain_spelled_out(inner, taken):
    body = "If (c) <then_branch = t () => (float[4] a) { a = Abs (x) },"
    body += " else_branch = e () => (float[4] b) { b = Neg (x) }>"
    model = parsed("g (float[4] x, bool c) => (float[4] y) { t = %s y = Relu (t) }" % (body if inner else "Abs (x)"))
    feeds = {"x": data([4]), "c": np.array(taken)}
    expected = outputs_of(model, feeds)
    for node in list(model.graph.node) + [n for m in model.graph.node for a in m.attribute for n in a.g.node]:
        node.domain = "ai.onnx"
    model.opset_import[0].domain = "ai.onnx"
    result, refusals, done = rewritten(model, "normalize_default_domain")
    assert done == 1, refusals
    assert b"ai.onnx" not in result.SerializeToString()
    assert compare(expected, outputs_of(result, feeds)).equal


@given(
    ratio=st.booleans(), mode=st.sampled_from([None, False]), mask=st.booleans(), opset=st.sampled_from([7, 10, 12, 13])
)  # fmt: skip
def test_dropout(ratio, mode, mask, opset):
    x, inputs, words = data([2, 3]), {}, {}
    inputs["x"] = x
    if opset >= 12 and ratio:
        inputs["r"] = np.array(0.3, np.float32)
        if mode is not None:
            inputs["m"] = np.array(mode)
    elif opset < 12 and ratio:
        words["ratio"] = 0.3
    names = list(inputs)
    outputs = ["y", "mask"] if mask else ["y"]
    node = helper.make_node("Dropout", names, outputs, **words)
    info = [helper.make_tensor_value_info("x", 1, [2, 3])], [helper.make_tensor_value_info("z", 1, [2, 3])]
    weights = [numpy_helper.from_array(inputs[n], n) for n in names[1:]]
    graph = helper.make_graph([node, helper.make_node("Relu", ["y"], ["z"])], "g", *info, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    assert [n.op_type for n in same_model(model, {"x": x}, "dropout_remove", "Dropout").graph.node] == ["Relu"]


def test_dropout_that_is_needed():
    x = data([2, 3])
    inputs = {"x": x, "r": np.array(0.0, np.float32), "m": np.array(True)}
    model = model_of("Dropout", inputs, opset=13, constants=["r", "m"])
    assert "training" in rewritten(model, "dropout_remove")[1][0]
    used = model_of("Dropout", {"x": x}, outputs=2, opset=13)
    assert "mask" in rewritten(used, "dropout_remove")[1][0]


@pytest.mark.skipif(onnx.defs.onnx_opset_version() < 23, reason="this onnx is older than opset 23")
@given(wanted=st.sampled_from([TensorProto.FLOAT, TensorProto.FLOAT16]), axis=st.sampled_from([None, 0, 1]))
def test_dequantize_to_a_type(wanted, axis):
    sizes = [2, 3]
    count = [] if axis is None else [sizes[axis]]
    inputs = {"x": np.arange(-3, 3).reshape(sizes).astype(np.int8), "s": np.full(count, 0.5, np.float32)}
    inputs["z"] = np.zeros(count, np.int8)
    words = {} if axis is None else {"axis": axis}
    declared = model_of("DequantizeLinear", inputs, opset=21, constants=["s", "z"], **words)
    model = onnx.ModelProto()
    model.CopyFrom(declared)
    model.opset_import[0].version = 23
    model.graph.node[0].attribute.append(helper.make_attribute("output_dtype", wanted))
    model.graph.output[0].type.tensor_type.elem_type = wanted
    result, refusals, done = rewritten(model, "dq_output_dtype_to_cast")
    assert done == 1, refusals
    onnx.checker.check_model(result, full_check=True)
    result.opset_import[0].version = 21
    expected = outputs_of(declared, {"x": inputs["x"]})["y0"].astype(helper.tensor_dtype_to_np_dtype(wanted))
    np.testing.assert_array_equal(outputs_of(result, {"x": inputs["x"]})["y0"], expected)


@given(size=st.integers(1, 3), scale=st.sampled_from([1.0, 0.5]), mode=st.sampled_from(["avg", "max"]))
def test_roialign(size, scale, mode):
    inputs = {"x": data([1, 2, 6, 6]), "r": np.array([[0, 0, 5, 5], [1, 2, 4, 3]], np.float32)}
    inputs["b"] = np.zeros(2, np.int64)
    words = {"output_height": size, "output_width": size, "spatial_scale": scale, "mode": mode}
    model = model_of("RoiAlign", inputs, opset=16, **words)
    assert_same(model, inputs, "roialign_explicit_sampling", gone=False)


@given(shape=st.lists(st.integers(2, 4), min_size=1, max_size=3))
def test_scatternd(shape):
    inputs = {"x": data(shape), "i": np.array([[0], [1]], np.int64), "u": data([2, *shape[1:]], seed=1)}
    model = model_of("ScatterND", inputs, opset=16, reduction="none")
    assert not assert_same(model, inputs, "scatternd_drop_none", gone=False).graph.node[0].attribute


@given(turned=st.booleans(), alpha=st.sampled_from([1.0, 0.5]), beta=st.sampled_from([1.0, 2.0]))
def test_gemm(turned, alpha, beta):
    inputs = {"a": data([2, 3]), "b": data([4, 3] if turned else [3, 4], seed=1)}
    model = model_of("Gemm", inputs, opset=13, transB=int(turned), alpha=alpha, beta=beta)
    assert len(assert_same(model, inputs, "gemm_zero_bias", gone=False).graph.node[0].input) == 3


@given(rank=st.integers(2, 4), epsilon=st.sampled_from([1e-5, 1e-2]))
def test_batchnormalization_outputs_that_nobody_reads(rank, epsilon):
    inputs = {"x": data([2, 3, 4, 5][:rank])}
    inputs.update({name: np.abs(data([3], seed=seed)) + 0.1 for seed, name in enumerate("sbmv")})
    model = model_of("BatchNormalization", inputs, opset=15, constants=list("sbmv"), epsilon=epsilon)
    model.graph.node[0].attribute.append(helper.make_attribute("training_mode", 0))
    result = assert_same(model, inputs, "bn_inference_mode", gone=False)
    assert [a.name for a in result.graph.node[0].attribute] == ["epsilon"]


@given(
    value=st.one_of(st.integers(-(2**40), 2**40), st.lists(st.integers(-9, 9), max_size=3), st.floats(-9, 9, width=32),
                    st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=3)),
)  # fmt: skip
def test_constants(value):
    numbers = value if isinstance(value, list) else [value]
    kind = "float" if any(isinstance(number, float) for number in numbers) else "int"
    name = "value_%s%s" % (kind, "s" if isinstance(value, list) else "")
    attribute = helper.make_attribute(name, value) if value != [] else onnx.AttributeProto(name=name, type=7)
    node = onnx.NodeProto(op_type="Constant", output=["y"])
    node.attribute.append(attribute)
    element = TensorProto.INT64 if kind == "int" else TensorProto.FLOAT
    output = helper.make_tensor_value_info("z", element, [len(value)] if isinstance(value, list) else [])
    graph = helper.make_graph([node, helper.make_node("Identity", ["y"], ["z"])], "g", [], [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    result = same_model(model, {}, "constant_to_value_tensor")
    assert [a.name for a in result.graph.node[0].attribute] == ["value"]


@given(shape=SIZES, low=st.booleans(), high=st.booleans(), dtype=st.sampled_from([np.float32, np.float16]))
def test_clip(shape, low, high, dtype):
    assume(low or high)
    assume(not OLD_ONNXRUNTIME or dtype == np.float32)  # ONNX Runtime 1.19 takes a missing bound of FLOAT16 for 0
    x = data(shape, dtype)
    inputs = {"x": x, "l" if low else "-l": np.array(-1, dtype), "h" if high else "-h": np.array(0.5, dtype)}
    model = model_of("Clip", inputs, opset=13, constants=[n for n in "lh" if n in inputs])
    assert_same(model, inputs, "clip_fp32_or_minmax")


CAST_BACK = [
    ("TopK", np.int32, {"axis": 1}, ["k"]), ("TopK", np.int64, {"axis": 1, "largest": 0}, ["k"]),
    ("ReduceMax", np.int8, {"axes": [1]}, []), ("ReduceMin", np.int32, {"axes": [0]}, []),
    ("Abs", np.int32, {}, []), ("Relu", np.int32, {}, []), ("Neg", np.int64, {}, []),
    ("ArgMax", np.int32, {"axis": 1}, []),
]  # fmt: skip


@pytest.mark.parametrize("op_type, dtype, words, more", CAST_BACK)
def test_integers_in_float(op_type, dtype, words, more):
    x = np.array([[5, -3, 100, 7], [-128, 0, 1, 127]], dtype)  # each exact in FLOAT
    inputs = {"x": x, **({"k": np.array([2], np.int64)} if more else {})}
    outputs = 2 if op_type == "TopK" else 1
    model = model_of(op_type, inputs, outputs, opset=14, constants=more, **words)
    assert_same(model, inputs, "cast_to_float", gone=False)


@given(number=st.integers(-(2**63), 2**63 - 1), to=st.sampled_from([np.float32, np.float64]))
def test_cast_of_a_constant(number, to):
    inputs = {"x": np.array([number, 0], np.int64)}
    model = model_of("Cast", inputs, constants=["x"], to=helper.np_dtype_to_tensor_dtype(np.dtype(to)))
    assert_same(model, inputs, "cast_constant")


def contrib(op_type, inputs, shape, **attributes):
    """A model with one operator of ONNX Runtime."""
    node = helper.make_node(op_type, list(inputs), ["y"], domain="com.microsoft", **attributes)
    declared = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for n, a in inputs.items()
    ]  # fmt: skip
    graph = helper.make_graph([node], "g", declared, [helper.make_tensor_value_info("y", 1, shape)])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


@given(
    first=st.integers(0, 1), second=st.integers(0, 1), batch=st.lists(st.integers(1, 3), max_size=2),
    alpha=st.floats(0.5, 2),
)  # fmt: skip
def test_contrib_transpose_matmul(first, second, batch, alpha):
    a, b = data([*batch, *([4, 3] if first else [3, 4])]), data([*batch, *([5, 4] if second else [4, 5])], seed=1)
    words = {"transA": first, "transB": second, "alpha": float(np.float32(alpha))}
    model = contrib("TransposeMatMul", {"a": a, "b": b}, [*batch, 3, 5], **words)
    result = same_model(model, {"a": a, "b": b}, "rewrite_contrib")
    assert not any(node.domain for node in result.graph.node)


@given(start=st.integers(-3, 3), count=st.integers(1, 5), step=st.sampled_from([-2, 1, 3]), written=st.booleans())
def test_contrib_range(start, count, step, written):
    limit = start + count * step
    inputs = {"a": np.array(start, np.float32), "b": np.array(limit, np.float32), "d": np.array(step, np.float32)}
    if not written:
        inputs["b"] = np.array(start + count, np.float32)
        del inputs["d"]  # one by one
    result = same_model(contrib("Range", inputs, ["N"]), inputs, "rewrite_contrib")
    assert not any(node.domain for node in result.graph.node)


@given(align=st.integers(0, 1), padding=st.sampled_from(["zeros", "border", "reflection"]))
def test_contrib_gridsample(align, padding):
    inputs = {"x": data([1, 2, 4, 5]), "g": np.tanh(data([1, 3, 3, 2], seed=1))}
    words = {"align_corners": align, "padding_mode": padding, "mode": "bilinear"}
    result = same_model(contrib("GridSample", inputs, [1, 2, 3, 3], **words), inputs, "rewrite_contrib")
    assert not any(node.domain for node in result.graph.node)


def test_contrib_biasadd():
    """ONNX Runtime has it on the GPU only: the definition of its documentation is the reference."""
    inputs = {"x": data([2, 4, 8]), "b": data([8], seed=1), "s": data([2, 4, 8], seed=2)}
    result, refusals, done = rewritten(contrib("BiasAdd", inputs, [2, 4, 8]), "rewrite_contrib")
    assert done == 1, refusals
    y = outputs_of(result, inputs)["y"]
    np.testing.assert_allclose(y, inputs["x"] + inputs["b"] + inputs["s"], rtol=1e-6)


@pytest.mark.parametrize("op_type, attributes", [("ArgMax", {"keepdims": 1}), ("ArgMin", {"keepdims": 0})])
def test_an_outer_axis_goes_inward(op_type, attributes):
    inputs = {"x": data([3, 2, 1, 2, 2])}
    assert_same(model_of(op_type, inputs, axis=0, **attributes), inputs, "topk_axis_inward", gone=False)


def test_topk_along_an_outer_axis_goes_inward():
    inputs = {"x": data([4, 2, 1, 2, 2]), "k": np.array([2], np.int64)}
    model = model_of("TopK", inputs, outputs=2, constants=["k"], axis=0)
    assert_same(model, inputs, "topk_axis_inward", gone=False)
