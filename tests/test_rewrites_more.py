"""More exact rewrites, property-tested on one node against ONNX Runtime: indices, sums, pads, pools, Q/DQ."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rewriting import assert_same, model_of, outputs_of, rewritten
from tests.test_rewrites import SIZES, data

settings.register_profile("more", deadline=None, max_examples=12, derandomize=True)
settings.load_profile("more")


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), depth=st.integers(1, 4), seed=st.integers(0, 99))
def test_gathernd(shape, depth, seed):
    assume(depth <= len(shape))
    random = np.random.RandomState(seed)
    index = np.stack([random.randint(-s, s, (2, 3)) for s in shape[:depth]], axis=-1).astype(np.int64)
    inputs = {"x": data(shape), "i": index}
    for constants in ([], ["i"]):
        assert_same(model_of("GatherND", inputs, constants=constants), inputs, "gathernd_to_gather")


EQUATIONS = {
    "bhid,bhjd->bhij": 2, "bhij,bhjd->bhid": 2, "ij,jk->ik": 2, "ij,jk": 2, "ij,j->i": 2, "i,i->": 2,
    "i,j->ij": 2, "ijk,kl->lij": 2, "bi,bj,bk->bijk": 3, "ab,bc,cd->da": 3, "ij->ji": 1, "ij->i": 1,
    "bij,bij->b": 2, "Bij,Bjk->Bik": 2, "abc,abd->cd": 2, "ab,ab->ab": 2, "ij,kl->ijkl": 2,
    "ii->i": 1, "bii->b": 1, "iij,jk->ik": 2,
}  # fmt: skip


@pytest.mark.parametrize("equation", sorted(EQUATIONS))
def test_einsum(equation):
    sizes = {label: 2 + index for index, label in enumerate(sorted(set(equation) - set("->, ")))}
    terms = equation.split("->")[0].split(",")
    inputs = {"x%d" % i: data([sizes[label] for label in term], seed=i) for i, term in enumerate(terms)}
    model = model_of("Einsum", inputs, equation=equation)
    assert_same(model, inputs, "einsum_to_matmul")


def test_einsum_with_an_open_batch():
    inputs = {"q": data([2, 3, 4, 5]), "k": data([2, 3, 6, 5], seed=1)}
    dims = {"q": ["N", 3, "S", 5], "k": ["N", 3, "T", 5]}
    assert_same(model_of("Einsum", inputs, dims=dims, equation="bhid,bhjd->bhij"), inputs, "einsum_to_matmul")
    ellipsis = model_of("Einsum", {"x": data([1, 3]), "y": data([2, 3])}, equation="...i,...i->...i")
    assert "ellipsis" in rewritten(ellipsis, "einsum_to_matmul")[1][0]


@given(shape=SIZES, axis=st.integers(-4, 3), exclusive=st.integers(0, 1), reverse=st.integers(0, 1))
def test_cumsum(shape, axis, exclusive, reverse):
    assume(-len(shape) <= axis < len(shape))
    inputs = {"x": data(shape), "axis": np.array(axis, np.int64)}
    model = model_of("CumSum", inputs, constants=["axis"], exclusive=exclusive, reverse=reverse)
    assert_same(model, inputs, "cumsum_to_matmul")


@given(shape=SIZES, axis=st.integers(-4, 3))
def test_hardmax(shape, axis):
    assume(-len(shape) <= axis < len(shape))
    x = np.round(data(shape))  # ties: the first one wins
    assert_same(model_of("Hardmax", {"x": x}, opset=13, axis=axis), {"x": x}, "hardmax_to_argmax_onehot")


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_hardmax_that_flattens(axis):
    x = data([2, 3, 4])
    assert_same(model_of("Hardmax", {"x": x}, opset=11, axis=axis), {"x": x}, "hardmax_to_argmax_onehot")


@given(shape=SIZES, axis=st.integers(-4, 3), p=st.integers(1, 2))
def test_lpnormalization(shape, axis, p):
    assume(-len(shape) <= axis < len(shape))
    x = data(shape)
    assert_same(model_of("LpNormalization", {"x": x}, axis=axis, p=p), {"x": x}, "lpnormalization_decompose")


def test_mvn_shrink_and_comparisons():
    x = data([2, 3, 4, 5])
    assert_same(model_of("MeanVarianceNormalization", {"x": x}, opset=13), {"x": x}, "mvn_decompose")
    assert_same(model_of("Shrink", {"x": x}, lambd=1.0, bias=0.5), {"x": x}, "shrink_decompose")
    pair = {"a": np.array([1, 2, np.nan, 3], np.float32), "b": np.array([1, 1, 1, 4], np.float32)}
    for op_type in ("GreaterOrEqual", "LessOrEqual"):
        assert_same(model_of(op_type, pair), pair, "comparison_decompose")


def test_integer_power():
    inputs = {"x": np.arange(-4, 5, dtype=np.int64), "p": np.array(3, np.int64)}
    assert_same(model_of("Pow", inputs, constants=["p"]), inputs, "pow_cast_float")


@given(
    shape=st.lists(st.integers(3, 5), min_size=1, max_size=3), seed=st.integers(0, 999),
    mode=st.sampled_from(["constant", "edge", "reflect", "wrap"]),
)  # fmt: skip
@settings(max_examples=40)
def test_pad(shape, seed, mode):
    random = np.random.RandomState(seed)
    low = -1 if mode == "constant" else 0
    pads = random.randint(low, 2, 2 * len(shape)).astype(np.int64)
    assume(pads.any())
    inputs = {"x": data(shape), "pads": pads}
    if mode == "constant":
        inputs["v"] = np.array(1.5, np.float32)
    model = model_of("Pad", inputs, opset=19, constants=[n for n in inputs if n != "x"], mode=mode)
    assert_same(model, inputs, "pad_decompose")


@given(kernel=st.integers(1, 3), stride=st.integers(1, 2), dilation=st.integers(1, 3), pad=st.integers(0, 1))
def test_dilated_pool(kernel, stride, dilation, pad):
    assume(pad < kernel)
    x = data([1, 2, 8, 9])
    model = model_of(
        "MaxPool", {"x": x}, kernel_shape=[kernel] * 2, strides=[stride] * 2, dilations=[dilation] * 2, pads=[pad] * 4
    )
    assert_same(model, {"x": x}, "dilated_pool_rewrite")


@pytest.mark.parametrize("op_type, opset", [("MaxPool", 13), ("AveragePool", 19), ("AveragePool", 13), ("LpPool", 18)])
def test_a_pool_that_names_no_dilations(op_type, opset):
    x = data([1, 2, 9])
    model = model_of(op_type, {"x": x}, opset=opset, kernel_shape=[3], strides=[2], pads=[1, 1])
    assert_same(model, {"x": x}, "dilated_pool_rewrite")


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 0, 1, 1]])
def test_dilated_pool_of_the_first_opset_that_has_it(pads):
    x = data([1, 2, 8, 9])
    more = {"kernel_shape": [2, 3], "strides": [2, 1], "dilations": [2, 1], "pads": pads}
    assert_same(model_of("MaxPool", {"x": x}, opset=10, **more), {"x": x}, "dilated_pool_rewrite")


@pytest.mark.parametrize("op_type, opset", [("MaxPool", 11), ("LpPool", 18)])
def test_dilated_pool_that_pads_nothing(op_type, opset):
    x = data([1, 2, 8, 9])
    more = {"kernel_shape": [3, 2], "strides": [1, 2], "dilations": [2, 1], "auto_pad": "VALID"}
    assert_same(model_of(op_type, {"x": x}, opset=opset, **more), {"x": x}, "dilated_pool_rewrite")


@pytest.mark.parametrize("more", [{"ceil_mode": 1}, {"dilations": [2, 1]}, {"ceil_mode": 1, "dilations": [1, 2]}])
@pytest.mark.parametrize("p", [1, 3])
def test_lppool_beyond_the_border(p, more):
    x = data([1, 2, 6, 7])
    model = model_of("LpPool", {"x": x}, opset=18, p=p, kernel_shape=[2, 2], strides=[2, 2], **more)
    assert_same(model, {"x": x}, "lppool_decompose")


@given(p=st.integers(1, 4), kernel=st.integers(1, 3), stride=st.integers(1, 2), pad=st.integers(0, 1))
def test_lppool(p, kernel, stride, pad):
    assume(pad < kernel)
    x = data([1, 2, 6, 7])
    model = model_of("LpPool", {"x": x}, p=p, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)
    assert_same(model, {"x": x}, "lppool_decompose")


@pytest.mark.parametrize("op_type, gates, states", [("LSTM", 4, 2), ("GRU", 3, 1), ("RNN", 1, 1)])
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_batch_first_recurrence(op_type, gates, states, direction):
    hidden, size, ways = 3, 4, 2 if direction == "bidirectional" else 1
    inputs = {
        "x": data([2, 5, size]), "w": data([ways, gates * hidden, size], seed=1),
        "r": data([ways, gates * hidden, hidden], seed=2),
    }  # fmt: skip
    # ONNX Runtime has no layout=1: the expected values come from layout=0 on turned inputs.
    model = model_of(
        op_type, dict(inputs, x=inputs["x"].transpose(1, 0, 2)), 1 + states, opset=14, constants=["w", "r"],
        hidden_size=hidden, direction=direction,
    )  # fmt: skip
    expected = outputs_of(model, {"x": inputs["x"].transpose(1, 0, 2)})
    turned = type(model)()
    turned.CopyFrom(model)
    turned.graph.node[0].attribute.add(name="layout", type=2, i=1)
    del turned.graph.output[:]
    for index in range(1 + states):
        turned.graph.output.add(name="y%d" % index).type.tensor_type.elem_type = 1
    for axis, dim in enumerate(inputs["x"].shape):
        turned.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = dim
    result, refusals, done = rewritten(turned, "rnn_layout_transpose")
    assert done, refusals
    found = outputs_of(result, {"x": inputs["x"]})
    np.testing.assert_allclose(found["y0"], expected["y0"].transpose(2, 0, 1, 3), rtol=1e-5)
    for state in range(1, 1 + states):
        np.testing.assert_allclose(found["y%d" % state], expected["y%d" % state].transpose(1, 0, 2), rtol=1e-5)


def test_quantization_forms():
    x = np.arange(-6, 6, dtype=np.int8).reshape(2, 2, 3)
    inputs = {"x": x, "s": np.array([0.5, 2], np.float32)}
    model = model_of("DequantizeLinear", inputs, opset=13, constants=["s"])
    assert_same(model, inputs, "qdq_explicit_axis", gone=False)
    assert_same(model, inputs, "qdq_int8_zero_point", gone=False)
    unsigned = {"x": x.view(np.uint8), "s": np.float32(0.5), "z": np.array(128, np.uint8)}
    weights = model_of("DequantizeLinear", unsigned, opset=13, constants=["x", "s", "z"])
    assert_same(weights, {}, "qdq_uint8_to_int8", gone=False)


def test_unread_outputs_are_left_out():
    x = data([1, 2, 4, 4])
    model = model_of("MaxPool", {"x": x}, 2, kernel_shape=[2, 2])
    del model.graph.output[1:]
    assert len(assert_same(model, {"x": x}, "maxpool_drop_indices", gone=False).graph.node[0].output) == 1


@pytest.mark.parametrize("dtype, zero", [(np.int8, 3), (np.uint8, 100), (np.int8, 0)])
def test_weights_dequantized_beforehand(dtype, zero):
    inputs = {
        "x": np.arange(12).reshape(3, 4).astype(dtype), "s": np.array([0.5, 2, 0.1], np.float32),
        "z": np.full(3, zero, dtype),
    }  # fmt: skip
    model = model_of("DequantizeLinear", inputs, opset=13, constants=list(inputs), axis=0)
    assert_same(model, {}, "dequantize_weights")


@given(shape=SIZES, axis=st.integers(-4, 3), keepdims=st.integers(0, 1))
def test_argmax_of_the_last(shape, axis, keepdims):
    assume(-len(shape) <= axis < len(shape))
    x = np.round(data(shape) / 3)
    model = model_of("ArgMax", {"x": x}, opset=13, axis=axis, keepdims=keepdims, select_last_index=1)
    assert_same(model, {"x": x}, "argmax_flip", gone=False)


def test_kernel_shape_from_the_weights():
    inputs = {"x": data([1, 3, 5, 6]), "w": data([4, 3, 3, 2], seed=1)}
    result = assert_same(model_of("Conv", inputs, constants=["w"]), inputs, "conv_write_kernel_shape", gone=False)
    assert list(result.graph.node[0].attribute[0].ints) == [3, 2]


@pytest.mark.skipif(onnx.defs.onnx_opset_version() < 21, reason="blocks came with opset 21")
def test_blocks_of_weights_dequantized_beforehand():
    inputs = {"x": np.arange(12).reshape(3, 4).astype(np.int8), "s": data([3, 2]), "z": np.ones((3, 2), np.int8)}
    model = model_of("DequantizeLinear", inputs, opset=21, constants=list(inputs), axis=1, block_size=2)
    assert_same(model, {}, "dequantize_weights")
