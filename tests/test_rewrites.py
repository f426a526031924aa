"""Every exact rewrite, property-tested on one node against ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.parser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rewriting import NEW_ONNXRUNTIME, OLD_ONNXRUNTIME, assert_same, model_of, rewritten, target

settings.register_profile("rewrites", deadline=None, max_examples=12, derandomize=True)
settings.load_profile("rewrites")

NEW_OPSETS = pytest.mark.skipif(onnx.defs.onnx_opset_version() < 23, reason="this onnx is older than opset 23")
SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
FLOATS = st.sampled_from([np.float32, np.float64, np.float16])


def data(shape, dtype=np.float32, seed=0, scale=3.0):
    return (np.random.RandomState(seed).standard_normal(shape) * scale).astype(dtype)


@pytest.mark.parametrize(
    "op_type, rewrite, opset, attributes",
    [
        ("Mish", "mish_decompose", 18, {}),
        ("HardSwish", "hardswish_decompose", 14, {}),
        ("Gelu", "gelu_decompose", 20, {}),
        ("Gelu", "gelu_decompose", 20, {"approximate": "tanh"}),
        ("Celu", "celu_decompose", 12, {"alpha": 0.7}),
        ("Round", "round_decompose", 11, {}),
        ("Sign", "sign_decompose", 13, {}),
        ("IsNaN", "isnan_decompose", 13, {}),
        ("IsInf", "isinf_decompose", 13, {}),
        ("IsInf", "isinf_decompose", 13, {"detect_negative": 0}),
        ("IsInf", "isinf_decompose", 13, {"detect_positive": 0}),
        ("IsInf", "isinf_decompose", 13, {"detect_positive": 0, "detect_negative": 0}),
    ],
)
@given(shape=SIZES, seed=st.integers(0, 99))
def test_elementwise(op_type, rewrite, opset, attributes, shape, seed):
    x = data(shape, seed=seed)
    if op_type in ("IsNaN", "IsInf"):
        x.flat[:1], x.flat[-1:] = np.nan, -np.inf
    if op_type == "Round":
        x = np.round(x * 2) / 2
    assert_same(model_of(op_type, {"x": x}, opset=opset, **attributes), {"x": x}, rewrite)


@given(shape=SIZES, seed=st.integers(0, 99), axis=st.integers(-4, 3), dtype=FLOATS, outputs=st.integers(1, 3))
def test_layernorm(shape, seed, axis, dtype, outputs):
    assume(-len(shape) <= axis < len(shape) and int(np.prod(shape[axis:])) > 1)
    inputs = {"x": data(shape, dtype, seed), "s": data(shape[axis:], dtype, 1), "b": data(shape[axis:], dtype, 2)}
    if dtype == np.float16 or dtype == np.float64:
        outputs = 1  # the type of the statistics is a matter of stash_type
    stash = {} if dtype != np.float64 else {"stash_type": 11}
    model = model_of("LayerNormalization", inputs, outputs, constants=["s", "b"], axis=axis, epsilon=1e-4, **stash)
    assert_same(model, inputs, "layernorm_decompose")


@NEW_OPSETS
@given(shape=SIZES, seed=st.integers(0, 99), axis=st.integers(-4, 3))
def test_rmsnorm(shape, seed, axis):
    assume(-len(shape) <= axis < len(shape))
    assume(not OLD_ONNXRUNTIME or np.prod(shape[axis:]) > 1)
    inputs = {"x": data(shape, seed=seed), "s": data(shape[axis:], seed=1)}
    assert_same(model_of("RMSNormalization", inputs, opset=23, axis=axis), inputs, "rmsnorm_decompose")


@given(
    groups=st.integers(1, 3), width=st.integers(1, 3), space=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    opset=st.sampled_from([18, 21]),
)  # fmt: skip
def test_groupnorm(groups, width, space, opset):
    channels = groups * width
    count = groups if opset == 18 else channels
    inputs = {"x": data([2, channels] + space), "s": data([count], seed=1), "b": data([count], seed=2)}
    model = model_of("GroupNormalization", inputs, opset=opset, num_groups=groups)
    assert_same(model, inputs, "groupnorm_decompose")


@given(channels=st.integers(1, 4), space=st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_instancenorm(channels, space):
    inputs = {"x": data([2, channels] + space), "s": data([channels], seed=1), "b": data([channels], seed=2)}
    assert_same(model_of("InstanceNormalization", inputs, epsilon=1e-3), inputs, "instancenorm_decompose")


REDUCTIONS = ["ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"]


@pytest.mark.parametrize("op_type", REDUCTIONS)
@given(shape=SIZES, keepdims=st.integers(0, 1), choice=st.sets(st.integers(-4, 3), max_size=3))
def test_reductions(op_type, shape, keepdims, choice):
    axes = sorted({a % len(shape) for a in choice if -len(shape) <= a < len(shape)})
    x = np.abs(data(shape)) + 0.1
    inputs = {"x": x, "axes": np.array(axes, np.int64)} if axes else {"x": x}
    model = model_of(op_type, inputs, opset=18, constants=["axes"] if axes else [], keepdims=keepdims)
    assert_same(model, {"x": x}, "reduce_via_reduce_sum")


@NEW_ONNXRUNTIME
def test_noop_reductions():
    x = np.abs(data([2, 3])) + 0.1
    for op_type in REDUCTIONS[1:]:
        model = model_of(op_type, {"x": x}, opset=18, noop_with_empty_axes=1)
        assert_same(model, {"x": x}, "noop_composite_to_elementwise")
    assert_same(model_of("ReduceMean", {"x": x}, opset=18, noop_with_empty_axes=1), {"x": x}, "drop_noop_reduce")
    assert rewritten(model_of("ReduceMean", {"x": x}, opset=18), "drop_noop_reduce")[1] == ["the reduction reduces"]


@given(size=st.integers(2, 13), parts=st.integers(2, 4), axis=st.integers(-2, 1))
def test_split(size, parts, axis):
    assume(-(-size // parts) * (parts - 1) < size)
    shape = [size, size]
    x = data(shape)
    result = assert_same(
        model_of("Split", {"x": x}, parts, opset=18, num_outputs=parts, axis=axis),
        {"x": x}, "split_explicit_sizes", gone=False,
    )  # fmt: skip
    assert len(result.graph.node[0].input) == 2 and not any(
        a.name == "num_outputs" for a in result.graph.node[0].attribute
    )


@given(shape=st.lists(st.integers(2, 5), min_size=1, max_size=3), axis=st.integers(-3, 2))
def test_topk(shape, axis):
    assume(-len(shape) <= axis < len(shape))
    inputs = {"x": data(shape), "k": np.array([2], np.int64)}
    model = model_of("TopK", inputs, 2, constants=["k"], axis=axis, largest=0)
    assert_same(model, inputs, "topk_negate", gone=False)


@given(shape=SIZES, mode=st.sampled_from(["constant", "edge"]), choice=st.sets(st.integers(-4, 3), min_size=1))
def test_pad_axes(shape, mode, choice):
    axes = sorted({a for a in choice if -len(shape) <= a < len(shape)}, key=lambda a: a % len(shape))
    assume(axes and len({a % len(shape) for a in axes}) == len(axes))
    pads = np.array([(i % 3) for i in range(2 * len(axes))], np.int64)
    inputs = {"x": data(shape), "pads": pads, "-": None, "axes": np.array(axes, np.int64)}
    model = model_of("Pad", inputs, opset=18, constants=["pads", "axes"], mode=mode)
    assert_same(model, inputs, "pad_full_rank_pads", gone=False)


@given(shape=SIZES, start=st.integers(-5, 5), end=st.integers(-5, 5))
def test_shape_slice(shape, start, end):
    x = data(shape)
    assert_same(model_of("Shape", {"x": x}, opset=15, start=start, end=end), {"x": x}, "shape_then_slice", gone=False)


@given(shape=st.lists(st.integers(1, 5), min_size=2, max_size=4), k=st.integers(-4, 4), upper=st.integers(0, 1))
def test_trilu(shape, k, upper):
    inputs = {"x": data(shape), "k": np.array(k, np.int64)}
    inputs["x"].flat[0] = np.inf
    assert_same(model_of("Trilu", inputs, constants=["k"], upper=upper), inputs, "trilu_mask")


@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=3), axis=st.integers(-3, 2), depth=st.integers(1, 5))
def test_onehot(shape, axis, depth):
    assume(-len(shape) - 1 <= axis <= len(shape))
    indices = np.random.RandomState(1).randint(-depth - 1, depth + 1, shape).astype(np.int64)
    inputs = {"i": np.asarray(indices), "d": np.array(depth, np.int64), "v": np.array([-1, 2], np.float32)}
    assert_same(model_of("OneHot", inputs, constants=["d", "v"], axis=axis), inputs, "onehot_to_equal")


@given(fmod=st.integers(0, 1), dtype=st.sampled_from([np.int32, np.int64]), seed=st.integers(0, 99))
def test_mod(fmod, dtype, seed):
    random = np.random.RandomState(seed)
    b = random.choice([-5, -3, -1, 1, 2, 7], 20).astype(dtype)
    inputs = {"a": random.randint(-20, 20, 20).astype(dtype), "b": b}
    assert_same(model_of("Mod", inputs, fmod=fmod), inputs, "mod_decompose")


@pytest.mark.parametrize("version", ["8.0.3", "8.4.1", "10.3.0"])
def test_booleans(version):
    a, b, c = (np.random.RandomState(s).rand(3, 4) > 0.5 for s in range(3))
    model = model_of("Equal", {"a": a, "b": b}, opset=13)
    assert_same(model, {"a": a, "b": b}, "equal_bool_to_xor", target(version), gone=False)
    assert_same(model_of("Where", {"c": c, "a": a, "b": b}), {"c": c, "a": a, "b": b}, "where_bool_to_logic")
    repeats = {"a": a, "r": np.array([2, 1], np.int64)}
    assert_same(model_of("Tile", repeats, constants=["r"]), repeats, "cast_bool", gone=False)


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), axis=st.integers(-3, 2),
    op_type=st.sampled_from(["ArgMax", "ArgMin"]), keepdims=st.integers(0, 1), seed=st.integers(0, 99),
)  # fmt: skip
def test_argmax(shape, axis, op_type, keepdims, seed):
    assume(-len(shape) <= axis < len(shape))
    random = np.random.RandomState(seed)
    x = (random.choice([-(2**31), 2**31 - 1, 2**24, 2**24 + 1, 0, 5], shape)).astype(np.int32)
    model = model_of(op_type, {"x": x}, opset=13, axis=axis, keepdims=keepdims)
    assert_same(model, {"x": x}, "argmax_in_float", gone=False)


def test_clip_and_castlike():
    inputs = {"x": data([3, 4]), "low": np.float32(-1), "high": np.float32(1)}
    assert_same(model_of("Clip", inputs, opset=13), inputs, "clip_to_minmax")
    assert_same(model_of("Clip", {"x": inputs["x"]}, opset=10, min=-1.0, max=0.5), inputs, "clip_to_minmax")
    inputs = {"x": data([3]), "like": np.zeros(1, np.int64)}
    assert_same(model_of("CastLike", inputs, opset=15), inputs, "castlike_to_cast")


def test_reshape_gets_allowzero():
    inputs = {"x": data([2, 3]), "shape": np.array([3, 2], np.int64)}
    result = assert_same(
        model_of("Reshape", inputs, opset=14, constants=["shape"]), inputs, "reshape_add_allowzero", gone=False
    )
    assert [(a.name, a.i) for a in result.graph.node[0].attribute] == [("allowzero", 0)]


def test_squeeze_and_conv_bias():
    x = data([1, 3, 1, 2])
    assert_same(model_of("Squeeze", {"x": x}, opset=13), {"x": x}, "squeeze_explicit_axes", gone=False)
    inputs = {"x": data([1, 3, 5, 5]), "w": data([4, 3, 3, 3], seed=1), "b": data([4], seed=2)}
    assert_same(model_of("Conv", inputs, constants=["w"]), inputs, "conv_bias_to_add", gone=False)


@NEW_OPSETS
def test_attention_by_its_definition():
    inputs = {name: data([2, 3, 4, 8], seed=seed) for seed, name in enumerate("qkv")}
    assert_same(model_of("Attention", inputs, opset=23), inputs, "attention_inline")


def test_xor():
    a, b = (np.random.RandomState(seed).rand(3, 4) > 0.5 for seed in range(2))
    assert_same(model_of("Xor", {"a": a, "b": b}), {"a": a, "b": b}, "xor_decompose")


def test_unsqueeze_over_no_axes():
    inputs = {"x": data([2, 3]), "axes": np.zeros(0, np.int64)}
    assert_same(model_of("Unsqueeze", inputs, constants=["axes"]), inputs, "drop_empty_unsqueeze")
    inputs["axes"] = np.array([0], np.int64)
    refusals = rewritten(model_of("Unsqueeze", inputs, constants=["axes"]), "drop_empty_unsqueeze")[1]
    assert refusals == ["the axes are not an empty constant"]


LOOP = """<ir_version: 8, opset_import: ["" : 13]>
g (float[3] z) => (float[3] y) <int64 n = {3}> {
  y = Loop (n, , z) <body = turn (int64 i, bool c, float[3] a) => (bool d, float[3] b) {
    b = Add (a, a)
    d = %s (c)
  }>
}"""


def test_a_counted_loop_gets_a_condition():
    model = onnx.parser.parse_model(LOOP % "Identity")
    result = assert_same(model, {"z": data([3])}, "loop_true_condition", gone=False)
    assert result.graph.node[-1].input[1]
    stops = onnx.parser.parse_model(LOOP % "Not")
    assert "would stop the loop" in rewritten(stops, "loop_true_condition")[1][0]


@NEW_ONNXRUNTIME
@pytest.mark.parametrize("lowest", [-np.inf, np.finfo(np.float32).min])
def test_attention_where_every_key_is_blocked(lowest):
    inputs = {name: data([1, 2, 3, 8], seed=seed) for seed, name in enumerate("qkv")}
    mask = np.where(np.tri(3, k=-1), 0, lowest).astype(np.float32)
    assert_same(model_of("Attention", {**inputs, "m": mask}, opset=23), {**inputs, "m": mask}, "attention_inline")


WHILE = """<ir_version: 8, opset_import: ["" : 13]>
g (float[3] x) => (int64 n, float[3] y, float[K,3] all) <bool go = {1}, int64 start = {0}, int64 one = {1}, %s> {
  n, y, all = Loop (one, go, start, x) <body = turn (int64 i, bool c, int64 k, float[3] a)
      => (bool d, int64 m, float[3] b, float[3] s) {
    m = Add (k, one) b = Add (a, a) s = Identity (b) %s
  }>
}"""


def while_loop(constant, condition):
    model = onnx.parser.parse_model(WHILE % (constant, condition))
    model.graph.node[-1].input[0] = ""  # older onnx has no text for it
    return model


@pytest.mark.parametrize("limit", [1, 4, 20])
def test_a_loop_that_counts_is_told_its_turns(limit):
    model = while_loop("int64 limit = {%d}" % limit, "d = Less (m, limit)")
    result = assert_same(model, {"x": data([3])}, "loop_known_turns", gone=False)
    turns = next(t for t in result.graph.initializer if t.name == result.graph.node[-1].input[0])
    assert onnx.numpy_helper.to_array(turns) == limit


def test_turns_that_depend_on_the_data_are_not_guessed():
    body = "sum = ReduceSum <keepdims = 0> (b) d = Less (sum, limit)"
    model = while_loop("float limit = {9}", body)
    assert "depends on the data" in rewritten(model, "loop_known_turns")[1][0]
    endless = while_loop("int64 limit = {-1}", "d = Greater (m, limit)")
    assert "more than" in rewritten(endless, "loop_known_turns")[1][0]
