"""Exact rewrites that move values to places: scatter, unfolded blocks, pooling places, masks, open sizes."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import parser

from jetdoctor.verify.compare import compare
from tests.rewriting import NEW_ONNXRUNTIME, assert_same, model_of, outputs_of, rewritten
from tests.test_rewrites import data

settings.register_profile("places", deadline=None, max_examples=15, derandomize=True)
settings.load_profile("places")

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@given(shape=SHAPES, depth=st.integers(1, 4), seed=st.integers(0, 99), open_end=st.booleans())
def test_scatternd_to_known_places(shape, depth, seed, open_end):
    depth, random = min(depth, len(shape)), np.random.RandomState(seed)
    rows = np.stack([grid.reshape(-1) for grid in np.indices(shape[:depth])], axis=-1)
    random.shuffle(rows)
    rows = rows[: random.randint(1, len(rows) + 1)]
    rows = np.where(random.rand(*rows.shape) < 0.3, rows - np.array(shape[:depth]), rows).astype(np.int64)
    inputs = {"x": data(shape), "i": rows, "u": data([len(rows)] + shape[depth:], seed=1)}
    dims = (
        {"x": shape[:-1] + ["N"], "u": [len(rows)] + shape[depth:-1] + ["N"]} if open_end and depth < len(shape) else {}
    )
    model = model_of("ScatterND", inputs, constants=["i"], dims=dims)
    assert_same(model, inputs, "scatter_to_gather")


@given(shape=SHAPES, axis=st.integers(-4, 3), same=st.booleans(), seed=st.integers(0, 99))
def test_scatterelements_to_known_places(shape, axis, same, seed):
    axis = axis % len(shape) - (len(shape) if axis < 0 else 0)
    random, size = np.random.RandomState(seed), shape[axis]
    count = random.randint(1, size + 1)
    lanes = list(np.delete(shape, axis))
    lines = [
        random.permutation(size)[:count] - size * random.randint(2) for _ in range(1 if same else int(np.prod(lanes)))
    ]
    index = np.broadcast_to(np.reshape(lines, ([1] * len(lanes) if same else lanes) + [count]), lanes + [count])
    index = np.ascontiguousarray(np.moveaxis(index, -1, axis)).astype(np.int64)
    inputs = {"x": data(shape), "i": index, "u": data(index.shape, seed=1)}
    assert_same(model_of("ScatterElements", inputs, constants=["i"], axis=axis), inputs, "scatter_to_gather")


def test_places_that_are_written_twice_or_unknown_are_left():
    inputs = {"x": data([4, 2]), "i": np.array([[1], [1]], np.int64), "u": data([2, 2])}
    assert "twice" in rewritten(model_of("ScatterND", inputs, constants=["i"]), "scatter_to_gather")[1][0]
    assert "not constant" in rewritten(model_of("ScatterND", inputs), "scatter_to_gather")[1][0]


@pytest.mark.parametrize("reduction", ["add", "mul", "max", "min"])
@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64])
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), axis=st.integers(-3, 2), count=st.integers(1, 6))
def test_scatterelements_by_hits(reduction, dtype, shape, axis, count):
    axis = axis % len(shape) - (len(shape) if axis < 0 else 0)
    covered = list(shape)
    covered[axis] = count
    random = np.random.RandomState(count)
    index = random.randint(-shape[axis], shape[axis], covered).astype(np.int64)
    inputs = {"x": (4 * data(shape)).astype(dtype), "i": index, "u": (4 * data(covered, seed=1)).astype(dtype)}
    model = model_of("ScatterElements", inputs, opset=18, axis=axis, reduction=reduction)
    assert_same(model, inputs, "scatter_by_hits")


@pytest.mark.parametrize("reduction", ["add", "mul", "max", "min"])
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), depth=st.integers(1, 3), count=st.integers(1, 5))
def test_scatternd_by_hits(reduction, shape, depth, count):
    depth, random = min(depth, len(shape)), np.random.RandomState(count)
    rows = np.stack([random.randint(-size, size, count) for size in shape[:depth]], axis=-1).astype(np.int64)
    inputs = {"x": data(shape), "i": rows, "u": data([count] + shape[depth:], seed=1)}
    assert_same(model_of("ScatterND", inputs, opset=18, reduction=reduction), inputs, "scatter_by_hits")


@given(
    image=st.tuples(st.integers(4, 7), st.integers(4, 7)),
    block=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    pads=st.lists(st.integers(0, 1), min_size=4, max_size=4),
    open_batch=st.booleans(),
)
def test_col2im(image, block, stride, dilation, pads, open_batch):
    room = [n + a + b - dilation * (k - 1) - 1 for n, k, a, b in zip(image, block, pads, pads[2:])]
    if min(room) < 0:
        return
    columns = int(np.prod([free // stride + 1 for free in room]))
    x = data([2, 3 * block[0] * block[1], columns])
    inputs = {"x": x, "image": np.array(image, np.int64), "block": np.array(block, np.int64)}
    dims = {"x": ["N"] + list(x.shape[1:])} if open_batch else {}
    model = model_of(
        "Col2Im", inputs, opset=18, constants=["image", "block"], dims=dims,
        strides=[stride] * 2, dilations=[dilation] * 2, pads=pads,
    )  # fmt: skip
    assert_same(model, inputs, "col2im_to_convtranspose")


@given(
    size=st.tuples(st.integers(3, 7), st.integers(3, 7)),
    window=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    step=st.integers(1, 3),
    gap=st.integers(1, 2),
    ties=st.booleans(),
)
def test_places_of_the_maximum(size, window, step, gap, ties):
    if any((k - 1) * gap + 1 > n for k, n in zip(window, size)):
        return
    x = np.round(data([2, 3, *size])) if ties else data([2, 3, *size])
    model = model_of("MaxPool", {"x": x}, 2, kernel_shape=window, strides=[step] * 2, dilations=[gap] * 2)
    result = assert_same(model, {"x": x}, "maxpool_indices", gone=False)
    assert all(len(node.output) == 1 for node in result.graph.node)


def test_windows_that_reach_into_padding_are_left():
    x = data([1, 1, 4, 4])
    for attributes in ({"pads": [1, 1, 1, 1]}, {"ceil_mode": 1, "strides": [3, 3]}):
        model = model_of("MaxPool", {"x": x}, 2, kernel_shape=[2, 2], **attributes)
        assert rewritten(model, "maxpool_indices")[1]


@given(size=st.integers(1, 4), window=st.integers(1, 3))
def test_max_unpool(size, window):
    x, random = data([2, 3, size, size]), np.random.RandomState(size)
    plane = (size * window) ** 2
    inside = np.stack([random.permutation(plane)[: size * size] for _ in range(6)]).reshape(x.shape)
    first = np.arange(6).reshape(2, 3, 1, 1) * plane
    inputs = {"x": x, "i": (inside + first).astype(np.int64)}
    model = model_of("MaxUnpool", inputs, kernel_shape=[window] * 2, strides=[window] * 2)
    assert_same(model, inputs, "maxunpool_to_scatter")


MASKED = """<ir_version: 8, opset_import: ["": 18]>
g (float[N,3,2] x, %s mask) => (float[N,3,2] y) <float k = {2.5}, int64[1] all = {-1}, int64[1] axis = {0}> {
  shape = Shape(x)
  %s
  places = NonZero(m) rows = Transpose <perm = [1,0]> (places)
  counted = Shape(rows) number = Gather(counted, axis)
  %s
  y = ScatterND(x, rows, u)
}"""


@pytest.mark.parametrize("declared, expand, updates", [
    ("bool[N,3,2]", "m = Identity(mask)", "u = Expand(k, number)"),
    ("bool[M,3,2]", "m = Expand(mask, shape)", "e = Expand(k, number) u = Reshape(e, all)"),
    ("float[N,3]", "m = Identity(mask)", "two = Constant <value = int64[1] {2}> () c = Concat <axis = 0> (number, two)"
     " u = Expand(k, c)"),
])  # fmt: skip
def test_assignment_under_a_mask(declared, expand, updates):
    model = parser.parse_model(MASKED % (declared, expand, updates))
    mask = data([4, 3, 2][: declared.count(",") + 1]) > 0
    feeds = {"x": data([4, 3, 2], seed=1), "mask": mask if "bool" in declared else mask.astype(np.float32)}
    result, refusals, done = rewritten(model, "nonzero_to_where")
    assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    assert "NonZero" not in {node.op_type for node in result.graph.node}
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal


def test_a_mask_of_another_size_is_left():
    model = parser.parse_model(MASKED % ("bool[M,3,2]", "m = Identity(mask)", "u = Expand(k, number)"))
    assert "smaller" in rewritten(model, "nonzero_to_where")[1][0]
    used = MASKED % ("bool[N,3,2]", "m = Identity(mask)", "u = Gather(k2, number)")
    model = parser.parse_model(used.replace("float k = {2.5}", "float[9] k2 = {1,2,3,4,5,6,7,8,9}"))
    assert "differ" in rewritten(model, "nonzero_to_where")[1][0]


@given(rows=st.integers(1, 4), columns=st.integers(1, 4), k=st.integers(-3, 3), dtype=st.sampled_from([None, 1, 7, 9]))
def test_eyelike_of_open_sizes(rows, columns, k, dtype):
    x = data([rows, columns])
    model = model_of("EyeLike", {"x": x}, dims={"x": ["N", "M"]}, k=k, dtype=dtype)
    assert_same(model, {"x": x}, "eyelike_decompose")


@given(rows=st.integers(1, 4), columns=st.integers(1, 4), k=st.integers(-4, 4), upper=st.integers(0, 1))
def test_trilu_of_open_sizes(rows, columns, k, upper):
    inputs = {"x": data([2, rows, columns]), "k": np.array(k, np.int64)}
    model = model_of("Trilu", inputs, constants=["k"], dims={"x": [2, "N", "M"]}, upper=upper)
    assert_same(model, inputs, "trilu_mask")
    assert_same(model_of("Trilu", inputs, dims={"x": [2, "N", "M"]}, upper=upper), inputs, "trilu_mask")


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect"])
@given(pads=st.lists(st.integers(-1, 2), min_size=6, max_size=6), fixed=st.integers(-1, 2))
def test_pad_of_open_sizes(mode, pads, fixed):
    x = data([4, 5, 6])
    if mode != "constant":
        pads = [abs(p) for p in pads]
    inputs = {"x": x, "pads": np.array(pads, np.int64), "v": np.array(1.5, np.float32)}
    dims = {"x": [n if axis == fixed else "D%d" % axis for axis, n in enumerate(x.shape)]}
    model = model_of("Pad", inputs, constants=["pads", "v"], dims=dims, mode=mode)
    if any(pads):
        assert_same(model, inputs, "pad_decompose")


def test_wrap_beside_an_open_batch():
    inputs = {"x": data([2, 5, 6]), "pads": np.array([0, 1, 2, 0, 0, 3], np.int64)}
    model = model_of("Pad", inputs, opset=19, constants=["pads"], dims={"x": ["N", 5, 6]}, mode="wrap")
    assert_same(model, inputs, "pad_decompose")
    model = model_of("Pad", inputs, opset=19, constants=["pads"], dims={"x": [2, "N", 6]}, mode="wrap")
    assert "wrap" in rewritten(model, "pad_decompose")[1][0]


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_gridsample_of_open_sizes(mode, padding):
    random = np.random.RandomState(3)
    inputs = {"x": data([3, 2, 4, 1 if mode == "nearest" else 5])}
    inputs["grid"] = random.uniform(-1.2, 1.2, (3, 2, 3, 2)).astype(np.float32)
    for dims in {"x": ["N", *inputs["x"].shape[1:]], "grid": ["N", 2, 3, 2]}, {"x": ["N", 2, "H", "W"]}:
        for align in (0, 1):
            attributes = {"mode": mode, "padding_mode": padding, "align_corners": align}
            assert_same(
                model_of("GridSample", inputs, opset=16, dims=dims, **attributes), inputs, "gridsample_decompose"
            )


ELLIPSES = {
    "...ij,...jk->...ik": ([2, 3, 4], [2, 4, 5]),
    "...ij,jk->...ik": ([2, 5, 3, 4], [4, 5]),
    "i...,i...": ([3, 2, 4], [3, 2, 4]),
    "b...d,bd->b...": ([2, 3, 4], [2, 4]),
    "...i->...": ([2, 3, 4],),
}


@pytest.mark.parametrize("equation", sorted(ELLIPSES))
def test_einsum_with_an_ellipsis(equation):
    inputs = {"x%d" % i: data(shape, seed=i) for i, shape in enumerate(ELLIPSES[equation])}
    assert_same(model_of("Einsum", inputs, equation=equation), inputs, "einsum_to_matmul")


def test_einsum_of_open_sizes():
    inputs = {"x": data([2, 3, 4, 5]), "y": data([2, 3, 5], seed=1)}
    dims = {"x": ["N", 3, 4, 5], "y": ["N", 3, 5]}
    assert_same(model_of("Einsum", inputs, dims=dims, equation="nchw,ncw->nhw"), inputs, "einsum_to_matmul")
    inputs = {"x": data([4]), "y": data([4], seed=1)}
    model = model_of("Einsum", inputs, dims={"x": ["N"], "y": ["N"]}, equation="i,i->")
    assert_same(model, inputs, "einsum_to_matmul")


def test_pow_of_a_float_by_a_constant_integer():
    inputs = {"x": data([2, 3]), "n": np.array([2, 3, -1], np.int64)}
    model = model_of("Pow", inputs, constants=["n"])
    result, _, done = rewritten(model, "pow_cast_float")
    feeds = {"x": inputs["x"]}
    assert done and compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal
    assert {t.data_type for t in result.graph.initializer} == {onnx.TensorProto.FLOAT}


@NEW_ONNXRUNTIME
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses(reduction):
    scores, labels = data([4, 6]), np.array([1, 5, 0, 2], np.int64)
    weights = np.linspace(0.5, 1.5, 6).astype(np.float32)
    for op_type in ("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"):
        inputs = {"x": scores, "t": labels, "w": weights}
        assert_same(model_of(op_type, inputs, reduction=reduction), inputs, "loss_inline")


def test_a_declared_type_goes_with_the_type():
    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (uint8[2,3] x) => (float[3,2] y) <uint8[3,2] t> {'
        " t = Transpose <perm = [1,0]> (x) y = Cast <to = 1> (t) }"
    )
    feeds = {"x": np.array([[0, 1, 255], [128, 7, 3]], np.uint8)}
    result, _, done = rewritten(model, "cast_int32")
    assert done and not result.graph.value_info
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal


@given(shape=SHAPES, axis=st.integers(-4, 3), count=st.integers(1, 4), seed=st.integers(0, 99), opened=st.booleans())
def test_gatherelements(shape, axis, count, seed, opened):
    axis = axis % len(shape) - (len(shape) if axis < 0 else 0)
    random, covered = np.random.RandomState(seed), [random_size(size, seed) for size in shape]
    covered[axis] = count
    index = random.randint(-shape[axis], shape[axis], covered).astype(np.int64 if seed % 2 else np.int32)
    inputs = {"x": data(shape), "i": index}
    dims = {"x": ["D%d" % a for a in range(len(shape))], "i": ["E%d" % a for a in range(len(shape))]} if opened else {}
    assert_same(model_of("GatherElements", inputs, dims=dims, axis=axis), inputs, "gatherelements_to_gather")


def random_size(size, seed):
    """A size that is not larger."""
    return 1 + seed % size


@given(shape=st.lists(st.integers(1, 4), min_size=2, max_size=4), depth=st.integers(1, 3), batch=st.integers(0, 2))
def test_gathernd_of_open_sizes_and_batches(shape, depth, batch):
    batch = min(batch, len(shape) - 1)
    depth, random = min(depth, len(shape) - batch), np.random.RandomState(depth)
    lead = shape[:batch] + [3]
    index = np.stack([random.randint(-s, s, lead) for s in shape[batch : batch + depth]], axis=-1).astype(np.int64)
    inputs = {"x": data(shape), "i": index}
    for name in "x", "i":
        dims = {name: ["N"] + list(inputs[name].shape[1:])}
        assert_same(model_of("GatherND", inputs, dims=dims, batch_dims=batch), inputs, "gathernd_to_gather")


LONG = [0, 1, -1, 2**24 + 1, 2**24 + 2, -(2**40) - 1, -(2**40), 2**62, 2**62 + 1]


@pytest.mark.parametrize("op_type", ["ArgMax", "ArgMin"])
@given(values=st.lists(st.sampled_from(LONG), min_size=6, max_size=6), axis=st.integers(-2, 1))
def test_argmax_of_int64(op_type, values, axis):
    x = np.array(values, np.int64).reshape(2, 3)
    assert_same(model_of(op_type, {"x": x}, opset=13, axis=axis), {"x": x}, "argmax_in_float", gone=False)


def test_small_integers_that_only_move():
    inputs = {"x": np.array([[0, 255]], np.uint8), "y": np.array([[128, 7]], np.uint8)}
    result = assert_same(model_of("Concat", inputs, axis=0), inputs, "cast_bool", gone=False)
    assert [node.op_type for node in result.graph.node] == ["Cast", "Cast", "Concat", "Cast"]
    mixed = {"c": np.array([True, False]), "x": inputs["x"][0], "y": inputs["y"][0]}
    assert_same(model_of("Where", mixed), mixed, "cast_bool", gone=False)


def test_upper_decomposed():
    x = data([3, 4])
    result = assert_same(model_of("Trilu", {"x": x}), {"x": x}, "trilu_explicit_upper", gone=False)
    assert [a.name for a in result.graph.node[0].attribute] == ["upper"]
    assert rewritten(result, "trilu_explicit_upper")[1]


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), axis=st.integers(-3, 2), count=st.integers(1, 6))
def test_the_last_update_stays(shape, axis, count):
    axis = axis % len(shape) - (len(shape) if axis < 0 else 0)
    covered = list(shape)
    covered[axis] = count
    index = np.random.RandomState(count).randint(-shape[axis], shape[axis], covered).astype(np.int64)
    inputs = {"x": data(shape), "i": index, "u": data(covered, seed=1)}
    names = ["N" if a == 0 else size for a, size in enumerate(shape)]
    covering = ["M" if a == axis % len(shape) else names[a] for a in range(len(shape))]
    for dims in ({}, {"x": names, "i": covering, "u": covering}):
        assert_same(model_of("ScatterElements", inputs, dims=dims, axis=axis), inputs, "scatter_by_hits")


@pytest.mark.parametrize("reduction", ["none", "add", "max"])
def test_scatternd_into_an_open_number_of_rows(reduction):
    inputs = {"x": data([5, 3]), "i": np.array([[1], [-1], [1]], np.int64), "u": data([3, 3], seed=1)}
    model = model_of("ScatterND", inputs, opset=18, dims={"x": ["N", 3]}, reduction=reduction)
    assert_same(model, inputs, "scatter_by_hits")


@given(start=st.integers(-3, 3), limit=st.integers(-9, 9), step=st.sampled_from([1.0, -1.0, 0.5, 2.0, -4.0]))
def test_range_of_floats(start, limit, step):
    inputs = {name: np.array(n, np.float32) for name, n in (("a", start / 2), ("b", limit / 2), ("c", step))}
    for constants in (["a", "c"], ["c"]):
        model = model_of("Range", inputs, constants=constants)
        result = assert_same(model, inputs, "range_of_integers", gone=False)
        assert any(node.op_type == "Cast" for node in result.graph.node)
    inputs["c"] = np.array(0.1, np.float32)
    assert "power of two" in rewritten(model_of("Range", inputs, constants=["c"]), "range_of_integers")[1][0]


@pytest.mark.parametrize("shape", [[1, 1], [2, 2], [3, 3], [4, 2, 2], [2, 3, 3, 3]])
def test_det(shape):
    x = data(shape)
    assert_same(model_of("Det", {"x": x}), {"x": x}, "det_by_minors")


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_resize_beside_an_open_batch(mode):
    x = data([2, 3, 5, 6])
    inputs = {"x": x, "-roi": np.zeros(0, np.float32), "scales": np.array([1, 1, 1.6, 0.5], np.float32)}
    dims = {"x": ["N", 3, 5, 6]}
    model = model_of("Resize", inputs, constants=["scales"], dims=dims, mode=mode)
    assert_same(model, inputs, "resize_to_matrices")
    text = """<ir_version: 8, opset_import: ["": 18]>
    g (float[N,3,5,6] x) => (float[N,3,8,3] y) <int64[1] z = {0}, int64[1] o = {1}, int64[3] rest = {3,8,3}> {
      s = Shape(x) n = Slice(s, z, o, z) sizes = Concat <axis = 0> (n, rest)
      y = Resize <mode = "%s", antialias = 1> (x, , , sizes)
    }"""
    assert_same(parser.parse_model(text % mode), {"x": x}, "resize_to_matrices", gone=False)


@given(
    size=st.tuples(st.integers(5, 8), st.integers(5, 8)),
    window=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    step=st.integers(1, 3),
    pads=st.lists(st.integers(0, 1), min_size=4, max_size=4),
)
def test_dilated_pool_of_an_open_size(size, window, step, pads):
    if any(pad >= (k - 1) * 2 + 1 for pad, k in zip(pads, window * 2)):
        return
    x = data([2, 3, *size])
    attributes = {"kernel_shape": window, "strides": [step] * 2, "dilations": [2, 2], "pads": pads}
    for dims in ({}, {"x": ["N", 3, "H", "W"]}):
        model = model_of("MaxPool", {"x": x}, dims=dims, **attributes)
        assert_same(model, {"x": x}, "dilated_pool_rewrite")


STACKED = """<ir_version: 8, opset_import: ["": 18]>
g (float[3] a, float[2,3] b) => (float[3,3] y) <int64 zero = {0}, int64 one = {1}, int64[2] row = {1,-1}> {
  s = SequenceConstruct(a, b)
  m = SequenceMap (s) <body = f (float[] t) => (float[] r) {
    shape = Shape(t) rank = Size(shape) flat = LessOrEqual(rank, one)
    r = If(flat) <then_branch = p () => (float[] u) { u = Reshape(t, row) },
                  else_branch = q () => (float[] v) { v = Identity(t) }>
  }>
  c = SequenceAt(m, zero)
  d = SequenceAt(m, one)
  y = Concat <axis = 0> (c, d)
}"""


def test_a_body_for_every_element():
    model = parser.parse_model(STACKED)
    feeds = {"a": data([3]), "b": data([2, 3], seed=1)}
    result = model
    for name in ("remove_sequence", "remove_sequence", "fold_if"):
        result, refusals, done = rewritten(result, name)
        assert done, refusals
    assert [node.op_type for node in result.graph.node if "Sequence" in node.op_type or node.op_type == "If"] == []
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal


def test_seven_bits():
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[2,8] x) => (float[2,8] y) <float s = {0.1}, uint8 z = {0}, uint8 most = {127}> {
      q = QuantizeLinear(x, s, z) c = Clip(q, , most) y = DequantizeLinear(c, s, z)
    }"""
    feeds = {"x": 9 * data([2, 8])}
    model = parser.parse_model(text)
    result, refusals, done = rewritten(model, "undo_quantization")
    assert done, refusals
    assert "QuantizeLinear" not in {node.op_type for node in result.graph.node}
    assert compare(outputs_of(model, feeds), outputs_of(result, feeds)).equal
