"""Adapters whose meaning changed between opsets, against ONNX Runtime on random forms."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper
from onnx.reference import ReferenceEvaluator

from jetdoctor.fix.opset import lower
from tests.opset_models import INT64, constant, floats, lowered_equal, one_node, operators, run

SETTINGS = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
REDUCTIONS = ("L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare").split()


@SETTINGS
@given(
    SHAPES, st.data(), st.sampled_from(["Softmax", "LogSoftmax", "Hardmax"]), st.sampled_from([12, 11, 10, 9])
)
def test_softmax_over_any_axis(shape, data, op_type, to):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    model = one_node(op_type, shape, 13, axis=axis)
    result = lowered_equal(model, to, {"x": floats(shape)})
    if axis % len(shape) == len(shape) - 1:
        assert operators(result.proto) == (op_type,)


def test_softmax_before_trailing_ones_needs_no_transpose():
    assert operators(lower(one_node("Softmax", [2, 5, 1, 1], 13, axis=1), 11).proto) == ("Softmax",)


@pytest.mark.parametrize("how", ["initializer", "Constant", "Identity", "Shape", "outer"])
def test_axes_are_found_wherever_they_are_constant(how):
    """A vector [2, 3] given in every way that exporters give one."""
    from tests.opset_models import FLOAT, model_of

    nodes, inner, inits = [], [], []
    if how == "Constant":
        nodes = [helper.make_node("Constant", [], ["axes"], value_ints=[2, 3])]
    elif how == "Identity":
        nodes, inits = [helper.make_node("Identity", ["two"], ["axes"])], [constant("two", [2, 3])]
    elif how == "Shape":
        nodes = [helper.make_node("Shape", ["x"], ["axes"], start=2, end=4)]
    else:
        inits = [constant("axes", [2, 3])]
    reduce = helper.make_node("ReduceMean", ["x", "axes"], ["m"], keepdims=0, name="mean")
    if how == "outer":
        branch = helper.make_graph([reduce], "b", [], [helper.make_tensor_value_info("m", FLOAT, ["n", "c"])])
        other = helper.make_graph(
            [helper.make_node("ReduceSum", ["x", "axes"], ["s"], keepdims=0)],
            "c",
            [],
            [helper.make_tensor_value_info("s", FLOAT, ["n", "c"])],
        )
        inits.append(constant("yes", True, "bool"))
        inner = [helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=other, name="if")]
    else:
        inner = [reduce, helper.make_node("Identity", ["m"], ["y"])]
    graph = helper.make_graph(
        nodes + inner,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, [1, 5, 2, 3])],
        [helper.make_tensor_value_info("y", FLOAT, ["n", "c"])],
        initializer=inits,
    )
    model, feeds = model_of(graph, 18), {"x": floats([1, 5, 2, 3])}
    expected = run(model, feeds)[0]
    result = lowered_equal(model, 11, feeds)
    if how in ("initializer", "Constant", "outer"):  # nobody reads the axes any more
        assert "axes" not in {t.name for t in result.proto.graph.initializer}
        assert "Constant" not in operators(result.proto)
    np.testing.assert_allclose(expected, feeds["x"].mean((2, 3)), rtol=1e-4)


@SETTINGS
@given(
    SHAPES,
    st.data(),
    st.sampled_from(REDUCTIONS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([17, 12, 10]),
)
def test_reductions(shape, data, name, keepdims, noop, to):
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True, max_size=len(shape)))
    axes = [axis - data.draw(st.sampled_from([0, len(shape)])) for axis in axes]
    # Elementwise results of a composite without axes differ between releases of ONNX Runtime.
    noop = noop and (bool(axes) or name in ("Max", "Mean", "Min", "Prod", "Sum"))
    model = one_node(
        "Reduce" + name,
        shape,
        18,
        [constant("axes", axes)],
        keepdims=int(keepdims),
        noop_with_empty_axes=int(noop),
    )
    lowered_equal(model, to, {"x": abs(floats(shape)) + 0.1}, rtol=1e-4)


@SETTINGS
@given(SHAPES, st.data(), st.sampled_from(REDUCTIONS), st.booleans(), st.sampled_from([17, 13, 12, 11, 10]))
def test_reductions_over_axes_of_the_run_time(shape, data, name, keepdims, to):
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1, max_size=len(shape)))
    axes = [axis - data.draw(st.sampled_from([0, len(shape)])) for axis in axes]
    model = one_node("Reduce" + name, shape, 18, [constant("axes", axes)], keepdims=int(keepdims))
    model.graph.initializer.pop()
    model.graph.input.append(helper.make_tensor_value_info("axes", INT64, [len(axes)]))
    for dim in model.graph.output[0].type.tensor_type.shape.dim:
        dim.Clear()
    feeds = {"x": abs(floats(shape)) + 0.1, "axes": np.array(axes, "int64")}
    lowered_equal(model, to, feeds, rtol=1e-4)


@SETTINGS
@given(st.integers(1, 9), st.integers(1, 4), st.booleans(), st.sampled_from([17, 12, 10, 9]))
def test_split_in_parts_with_a_remainder(size, count, dynamic, to):
    size = max(size, count)
    part = -(-size // count)
    if part * (count - 1) >= size:  # the last part would be empty
        return
    model = one_node("Split", [2, size], 18, outputs=count, axis=1, num_outputs=count)
    if dynamic and to >= 10:
        for value in list(model.graph.input) + list(model.graph.output):
            value.type.tensor_type.shape.dim[1].Clear()
    lowered_equal(model, to, {"x": floats([2, size])})


@SETTINGS
@given(st.data(), st.sampled_from(["constant", "edge", "reflect"]), st.sampled_from([17, 12, 10, 9]))
def test_pad_of_some_axes(data, mode, to):
    axes = data.draw(st.lists(st.integers(-3, -1), unique=True, min_size=1, max_size=2))
    pads = data.draw(st.lists(st.integers(0, 2), min_size=2 * len(axes), max_size=2 * len(axes)))
    tensors = [constant("pads", pads), constant("v", 1.5, "float32"), constant("axes", axes)]
    lowered_equal(one_node("Pad", [3, 4, 5], 18, tensors, mode=mode), to, {"x": floats([3, 4, 5])})


@SETTINGS
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_pad_that_wraps(pads):
    model = one_node("Pad", [3, 4], 19, [constant("pads", pads)], mode="wrap")
    lowered_equal(model, 11, {"x": floats([3, 4])})


@SETTINGS
@given(
    st.sampled_from(["nearest", "linear"]),
    st.booleans(),
    st.sampled_from([0.5, 1.0, 1.7, 2.0, 3.0]),
    st.sampled_from(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]),
    st.sampled_from([17, 12, 11]),
)
def test_resize_of_some_axes(mode, by_sizes, scale, coordinates, to):
    empty = constant("roi", [], "float32")
    if by_sizes:
        tensors = [empty, constant("s", [], "float32"), constant("sizes", [int(4 * scale), int(6 * scale)])]
    else:
        tensors = [empty, constant("s", [scale, scale], "float32")]
    names = ["x", "", "" if by_sizes else "s"] + (["sizes"] if by_sizes else [])
    model = one_node(
        "Resize",
        [1, 2, 4, 6],
        18,
        tensors,
        inputs=names,
        mode=mode,
        axes=[2, 3],
        coordinate_transformation_mode=coordinates,
    )
    lowered_equal(model, to, {"x": floats([1, 2, 4, 6])}, rtol=1e-4)


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("to, operator", [(10, "Resize"), (9, "Upsample")])
def test_resize_by_whole_factors_goes_down_to_upsample(scale, to, operator):
    tensors = [constant("roi", [], "float32"), constant("s", [1, 1, scale, scale], "float32")]
    result = lowered_equal(one_node("Resize", [1, 1, 3, 4], 13, tensors), to, {"x": floats([1, 1, 3, 4])})
    assert operators(result.proto) == (operator,)


@SETTINGS
@given(st.integers(1, 5), st.booleans(), st.sampled_from([0, 1]), st.sampled_from([10, 9]))
def test_topk(k, largest, axis, to):
    model = one_node("TopK", [5, 5], 11, [constant("k", [k])], outputs=2, largest=int(largest), axis=axis - 2)
    lowered_equal(model, to, {"x": floats([5, 5], seed=k)})


@SETTINGS
@given(SHAPES, st.data(), st.sampled_from([12, 10]), st.booleans())
def test_unsqueeze_and_squeeze(shape, data, to, run_time):
    count = data.draw(st.integers(1, 2))
    rank = len(shape) + count
    axes = data.draw(st.lists(st.integers(0, rank - 1), unique=True, min_size=count, max_size=count))
    wide = list(np.expand_dims(np.zeros(shape), tuple(axes)).shape)
    signed = [axis - data.draw(st.sampled_from([0, rank])) for axis in axes]
    for op_type, given_shape in (("Unsqueeze", shape), ("Squeeze", wide)):
        model = one_node(op_type, given_shape, 13, [constant("axes", signed)])
        feeds = {"x": floats(given_shape)}
        if run_time:
            model.graph.initializer.pop()
            model.graph.input.append(helper.make_tensor_value_info("axes", INT64, [count]))
            feeds["axes"] = np.array(signed, "int64")
        lowered_equal(model, to, feeds)


@SETTINGS
@given(st.sampled_from([None, -0.5, 0.0]), st.sampled_from([None, -1.0, 0.5]), st.sampled_from([10, 9]))
def test_clip(low, high, to):
    tensors = [
        constant(name, value, "float32") for name, value in (("lo", low), ("hi", high)) if value is not None
    ]
    names = ["x", "lo" if low is not None else "", "hi" if high is not None else ""]
    lowered_equal(one_node("Clip", [20], 13, tensors, inputs=names), to, {"x": floats([20])})


@pytest.mark.parametrize("op_type", ["Clip", "Max", "Min"])
def test_integers_where_only_floats_were_taken(op_type):
    tensors = [constant("a", -2), constant("b", 2)]
    model = one_node(op_type, [9], 13, tensors, element=INT64)
    lowered_equal(model, 9, {"x": np.arange(-4, 5)})


@SETTINGS
@given(st.data(), st.sampled_from([(17, 16), (17, 11), (17, 9)]), st.booleans(), st.booleans())
def test_layer_normalization(data, opsets, bias, statistics):
    axis = data.draw(st.integers(-3, 2))
    shape, normal = [2, 3, 4], [2, 3, 4][axis:]
    tensors = [constant("s", floats(normal, 1), "float32")] + [
        constant("b", floats(normal, 2), "float32")
    ] * bias
    model = one_node(
        "LayerNormalization", shape, opsets[0], tensors, outputs=3 if statistics else 1, axis=axis
    )
    lowered_equal(model, opsets[1], {"x": floats(shape)}, rtol=1e-3)


@pytest.mark.skipif(onnx.defs.onnx_opset_version() < 21, reason="GroupNormalization 21")
@pytest.mark.parametrize("to", [20, 17, 11])
def test_group_normalization_per_channel(to):
    tensors = [constant("s", floats([6], 1), "float32"), constant("b", floats([6], 2), "float32")]
    model = one_node("GroupNormalization", [2, 6, 4, 4], 21, tensors, num_groups=3)
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("y0", onnx.TensorProto.FLOAT, [2, 6, 4, 4]))
    lowered_equal(model, to, {"x": floats([2, 6, 4, 4])}, rtol=1e-3)


@SETTINGS
@given(st.integers(-3, 3), st.booleans(), st.booleans(), st.sampled_from([13, 11]))
def test_trilu(k, upper, dynamic, to):
    model = one_node("Trilu", [2, 3, 4], 14, [constant("k", k)], upper=int(upper))
    if dynamic:
        for value in list(model.graph.input) + list(model.graph.output):
            value.type.tensor_type.shape.dim[1].Clear()
    lowered_equal(model, to, {"x": floats([2, 3, 4])})


@pytest.mark.parametrize("attributes", [{}, {"approximate": "tanh"}])
@pytest.mark.parametrize("to", [19, 17, 13, 11, 9])
def test_gelu(attributes, to):
    lowered_equal(one_node("Gelu", [2, 50], 20, **attributes), to, {"x": 3 * floats([2, 50])}, rtol=1e-4)


@pytest.mark.parametrize(
    "op_type, opset, to, attributes",
    [
        ("Mish", 18, 11, {}),
        ("HardSwish", 14, 11, {}),
        ("Celu", 12, 11, {"alpha": 0.7}),
        ("ThresholdedRelu", 10, 9, {"alpha": 0.3}),
    ],
)
def test_activations_of_newer_opsets(op_type, opset, to, attributes):
    lowered_equal(one_node(op_type, [2, 50], opset, **attributes), to, {"x": 3 * floats([2, 50])}, rtol=1e-4)


@pytest.mark.parametrize("start, end", [(0, None), (1, None), (-2, None), (1, 3), (-3, -1), (0, -9), (5, 9)])
def test_part_of_a_shape(start, end):
    limits = {"start": start} if end is None else {"start": start, "end": end}
    lowered_equal(one_node("Shape", [2, 3, 4, 5], 15, **limits), 11, {"x": floats([2, 3, 4, 5])})


@pytest.mark.parametrize("op_type, gates", [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_recurrent_batch_first(op_type, gates):
    tensors = [
        constant("w", floats([1, gates * 5, 3]), "float32"),
        constant("r", floats([1, gates * 5, 5], 1), "float32"),
    ]
    model = one_node(op_type, [2, 4, 3], 14, tensors, outputs=2, hidden_size=5, layout=1)
    # ONNX Runtime does not run layout=1 on every release, so that numpy's order is the reference.
    result = lower(model, 13)
    assert result.reached == 13
    lstm = one_node(op_type, [4, 2, 3], 13, tensors, outputs=2, hidden_size=5)
    x = floats([2, 4, 3])
    found, plain = run(result.proto, {"x": x}), run(lstm, {"x": x.transpose(1, 0, 2)})
    np.testing.assert_allclose(found[0], plain[0].transpose(2, 0, 1, 3), rtol=1e-5)
    np.testing.assert_allclose(found[1], plain[1].transpose(1, 0, 2), rtol=1e-5)


@pytest.mark.parametrize("to", [12, 11])
def test_quantization_per_channel_is_decomposed(to):
    tensors = [constant("s", [0.1, 0.02, 0.3], "float32"), constant("z", [0, 3, -5], "int8")]
    quantize = one_node("QuantizeLinear", [2, 3, 4], 13, tensors, axis=1)
    lowered_equal(quantize, to, {"x": floats([2, 3, 4])})
    dequantize = one_node("DequantizeLinear", [2, 3, 4], 13, tensors, axis=1, element=onnx.TensorProto.INT8)
    lowered_equal(dequantize, to, {"x": np.arange(-12, 12, dtype="int8").reshape(2, 3, 4)})


@pytest.mark.parametrize("op_type", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("size", [5, 6, 7, 8])
def test_pooling_that_rounds_up(op_type, size):
    model = one_node(op_type, [1, 2, size, size], 12, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    result = lowered_equal(model, 9, {"x": floats([1, 2, size, size])})
    assert operators(result.proto) == (op_type,)


@pytest.mark.parametrize("reduction", ["add", "mul", "max", "min"])
def test_scatter_with_a_reduction(reduction):
    opset = 18
    elements = [constant("i", [[0, 1, 0], [0, -1, 1]]), constant("u", floats([2, 3], 3), "float32")]
    lowered_equal(
        one_node("ScatterElements", [4, 3], opset, elements, axis=0, reduction=reduction),
        11,
        {"x": floats([4, 3])},
    )
    tuples = [constant("i", [[0, 1], [2, 0], [0, 1], [-1, -1]]), constant("u", floats([4, 3], 3), "float32")]
    lowered_equal(
        one_node("ScatterND", [4, 2, 3], opset, tuples, reduction=reduction), 11, {"x": floats([4, 2, 3])}
    )


def test_training_batch_normalization_is_decomposed():
    tensors = [constant(name, abs(floats([3], seed)) + 0.1, "float32") for seed, name in enumerate("sbmv")]
    model = one_node(
        "BatchNormalization", [2, 3, 4, 4], 15, tensors, outputs=3, training_mode=1, momentum=0.8
    )
    result = lower(model, 13)
    assert result.reached == 13 and "BatchNormalization" not in operators(result.proto)
    x = floats([2, 3, 4, 4])
    y, mean, var = run(result.proto, {"x": x})
    s, b, m, v = (onnx.numpy_helper.to_array(tensor).reshape(1, 3, 1, 1) for tensor in tensors)
    batch_mean, batch_var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    np.testing.assert_allclose(y, (x - batch_mean) / np.sqrt(batch_var + 1e-5) * s + b, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(mean, (m * 0.8 + batch_mean * 0.2).ravel(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(var, (v * 0.8 + batch_var * 0.2).ravel(), rtol=1e-4)


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("bhqd,bhkd->bhqk", [(2, 3, 4, 5), (2, 3, 6, 5)]),
        ("bqhd,bkhd->bhqk", [(2, 4, 3, 5), (2, 6, 3, 5)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("ij->ji", [(2, 3)]),
        ("ij->i", [(2, 3)]),
        ("i,j->ij", [(2,), (3,)]),
        ("i,i->", [(4,), (4,)]),
        ("bi,bi->b", [(3, 4), (3, 4)]),
        ("bij,jkl->bikl", [(2, 3, 4), (4, 5, 6)]),
        ("abc,cd,de->abe", [(2, 3, 4), (4, 5), (5, 6)]),
        ("...ij,...jk->...ik", [(2, 3, 4, 5), (2, 3, 5, 6)]),
        ("ij,kl->ki", [(2, 3), (4, 5)]),
        ("bi,bi->bi", [(3, 4), (3, 4)]),
        ("ii->i", [(3, 3)]),
        ("bijj->bi", [(2, 3, 4, 4)]),
    ],
)
def test_einsum(equation, shapes):
    others = [
        constant("w%d" % index, floats(shape, index), "float32") for index, shape in enumerate(shapes[1:], 1)
    ]
    model = one_node("Einsum", shapes[0], 12, others, equation=equation)
    lowered_equal(model, 11, {"x": floats(shapes[0])}, rtol=1e-4)


def test_einsum_with_an_ellipsis_that_broadcasts_is_refused():
    tensors = [constant("w", floats((1, 3)), "float32")]
    model = one_node("Einsum", (2, 3), 12, tensors, equation="...i,...i->...i")
    assert "ellipsis" in lower(model, 11).blocked[0].reason


@pytest.mark.parametrize("include", [0, 1])
@pytest.mark.parametrize("ceil_mode", [0, 1])
def test_dilated_average_pool(include, ceil_mode):
    if include and ceil_mode and onnx.defs.onnx_opset_version() < 23:
        pytest.skip("this onnx still counts pixels beyond the padding")
    model = one_node(
        "AveragePool",
        [1, 2, 9, 8],
        19,
        kernel_shape=[3, 2],
        dilations=[2, 3],
        strides=[2, 2],
        pads=[1, 0, 1, 1],
        count_include_pad=include,
        ceil_mode=ceil_mode,
    )
    # ONNX Runtime 1.19 and 1.23 divide by other counts than the definition, so that onnx itself is asked.
    result, feeds = lower(model, 17), {"x": floats([1, 2, 9, 8])}
    assert result.reached == 17
    expected = ReferenceEvaluator(model).run(None, feeds)[0]
    np.testing.assert_allclose(run(result.proto, feeds)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("outside", [0, 1])
def test_antialiased_shrinking_is_decomposed(mode, outside):
    tensors = [constant("roi", [], "float32"), constant("s", [0.6, 0.45], "float32")]
    model = one_node(
        "Resize", [1, 2, 10, 9], 18, tensors, mode=mode, antialias=1, axes=[2, 3], exclude_outside=outside
    )
    result = lowered_equal(model, 11, {"x": floats([1, 2, 10, 9])})
    assert "Resize" not in operators(result.proto)


@pytest.mark.parametrize("policy", ["not_larger", "not_smaller"])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_kept_aspect_ratio(policy, mode):
    tensors = [constant("roi", [], "float32"), constant("s", [], "float32"), constant("sizes", [7, 5])]
    model = one_node(
        "Resize",
        [1, 1, 4, 6],
        18,
        tensors,
        inputs=["x", "", "", "sizes"],
        mode=mode,
        axes=[2, 3],
        keep_aspect_ratio_policy=policy,
    )
    for dim in model.graph.output[0].type.tensor_type.shape.dim:
        dim.Clear()
    lowered_equal(model, 13, {"x": floats([1, 1, 4, 6])}, rtol=1e-4)


def test_gather_nd_of_a_batch():
    model = one_node("GatherND", [2, 3, 4], 12, [constant("i", [[[0], [2]], [[1], [1]]])], batch_dims=1)
    lowered_equal(model, 11, {"x": floats([2, 3, 4])})


@pytest.mark.parametrize(
    "axis, parts, length", [(1, 1, None), (1, 2, None), (2, 1, None), (1, 1, 6), (1, 2, 12)]
)
@pytest.mark.parametrize("way", [{}, {"inverse": 1}, {"onesided": 1}])
def test_dft_as_a_matrix(axis, parts, length, way):
    if "onesided" in way and parts == 2:
        return  # defined for real signals only
    tensors = [constant("n", length)] if length else []
    model = one_node("DFT", [2, 9, 8, parts], 17, tensors, axis=axis, **way)
    lowered_equal(model, 11, {"x": floats([2, 9, 8, parts])}, rtol=1e-3)


@pytest.mark.parametrize("corners", [0, 1])
@pytest.mark.parametrize("size", [[2, 3, 4, 5], [2, 1, 3, 4, 5]])
def test_affine_grid(corners, size):
    rank = len(size) - 2
    model = one_node("AffineGrid", [2, rank, rank + 1], 20, [constant("size", size)], align_corners=corners)
    lowered_equal(model, 13, {"x": floats([2, rank, rank + 1])}, rtol=1e-4)
