"""Rewrites of sampling, resizing, transforms and scattered sums, property-tested against ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rewriting import NEW_ONNXRUNTIME, assert_same, model_of, outputs_of, rewritten
from tests.test_rewrites import data

settings.register_profile("images", deadline=None, max_examples=12, derandomize=True)
settings.load_profile("images")


OPEN_SIZES = [None, {"x": ["N", 3, 4, 5], "g": ["N", 2, 3, 2]}, {"x": ["N", 3, "H", "W"], "g": ["N", "h", "w", 2]}]


@given(
    mode=st.sampled_from(["bilinear", "nearest", "bicubic"]), align=st.integers(0, 1),
    padding=st.sampled_from(["zeros", "border", "reflection"]), batch=st.integers(1, 2), seed=st.integers(0, 99),
    given=st.sampled_from(OPEN_SIZES),
)  # fmt: skip
@settings(max_examples=60)
def test_gridsample(mode, align, padding, batch, seed, given):
    x = data([batch, 3, 4, 5], seed=seed)
    grid = data([batch, 2, 3, 2], seed=seed + 1, scale=0.9)
    inputs = {"x": x, "g": grid}
    words = {"mode": mode, "align_corners": align, "padding_mode": padding}
    model = model_of("GridSample", inputs, opset=16, dims=given, **words)
    assert_same(model, inputs, "gridsample_decompose")


def test_gridsample_at_no_number():
    """PyTorch and ONNX Runtime take NaN for -1; an index made of it would be out of bounds."""
    grid = np.array([[np.nan, 0.2], [0.1, 0.4]], np.float32).reshape(1, 1, 2, 2)
    model = model_of("GridSample", {"x": data([1, 2, 4, 5]), "g": grid}, opset=16, mode="bilinear")
    result, _, done = rewritten(model, "gridsample_decompose")
    feeds = {"x": data([1, 2, 4, 5]), "g": grid}
    found = outputs_of(result, feeds)["y0"]
    wanted = outputs_of(model, {**feeds, "g": np.nan_to_num(grid, nan=-1.0)})["y0"]
    assert done and np.allclose(found, wanted, atol=1e-6)


@given(align=st.integers(0, 1), padding=st.sampled_from(["zeros", "border", "reflection"]))
def test_gridsample_of_volumes(align, padding):
    inputs = {"x": data([2, 2, 3, 4, 5]), "g": data([2, 2, 3, 2, 3], seed=1, scale=0.8)}
    model = model_of("GridSample", inputs, opset=20, mode="linear", align_corners=align, padding_mode=padding)
    assert_same(model, inputs, "gridsample_decompose")


COORDINATES = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel", "half_pixel_symmetric"]


@given(
    mode=st.sampled_from(["cubic", "linear", "nearest"]), coordinate=st.sampled_from(COORDINATES),
    size=st.tuples(st.integers(2, 6), st.integers(2, 6)), out=st.tuples(st.integers(1, 11), st.integers(1, 11)),
    by_scale=st.booleans(), exclude=st.integers(0, 1),
)  # fmt: skip
@settings(max_examples=60)
def test_resize(mode, coordinate, size, out, by_scale, exclude):
    assume(size != out)
    x = data([1, 2] + list(size))
    inputs = {"x": x, "-roi": None}
    if by_scale:
        inputs["scales"] = np.array([1, 1, out[0] / size[0], out[1] / size[1]], np.float32)
    else:
        inputs["-scales"] = None
        inputs["sizes"] = np.array([1, 2] + list(out), np.int64)
    attributes = {"mode": mode, "coordinate_transformation_mode": coordinate}
    if mode == "cubic":
        attributes["exclude_outside"] = exclude
    model = model_of(
        "Resize", inputs, opset=19, constants=[n for n in ("scales", "sizes") if n in inputs], **attributes
    )
    scaled = [int(s * np.float32(o / s)) for s, o in zip(size, out)]
    assume(not by_scale or scaled == list(out))
    assert_same(model, inputs, "resize_to_matrices")


@given(mode=st.sampled_from(["cubic", "linear"]), out=st.tuples(st.integers(2, 9), st.integers(2, 9)))
@settings(max_examples=40)
def test_resize_antialias(mode, out):
    inputs = {"x": data([1, 2, 7, 8]), "-roi": None, "-scales": None, "sizes": np.array([1, 2] + list(out), np.int64)}
    model = model_of("Resize", inputs, opset=18, constants=["sizes"], mode=mode, antialias=1)
    assert_same(model, inputs, "resize_to_matrices")


@given(
    mode=st.sampled_from(["cubic", "linear", "nearest"]), coordinate=st.sampled_from(COORDINATES[:4]),
    size=st.tuples(st.integers(2, 7), st.integers(2, 7)), out=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    scale=st.sampled_from([None, 2.0, 1.5, 0.5, 0.75]), exclude=st.integers(0, 1),
    nearest=st.sampled_from(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]),
)  # fmt: skip
@settings(max_examples=60)
def test_resize_of_open_sizes(mode, coordinate, size, out, scale, exclude, nearest):
    inputs = {"x": data([1, 2, *size]), "-roi": None}
    if scale:
        inputs["scales"] = np.array([1, 1, scale, scale], np.float32)
    else:
        inputs["-scales"] = None
        inputs["sizes"] = np.array([1, 2, *out], np.int64)
    attributes = {"mode": mode, "coordinate_transformation_mode": coordinate, "nearest_mode": nearest}
    if mode == "cubic":
        attributes["exclude_outside"] = exclude
    names = [n for n in ("scales", "sizes") if n in inputs]
    model = model_of("Resize", inputs, opset=13, constants=names, dims={"x": ["N", 2, "H", "W"]}, **attributes)
    for value in model.graph.output:
        del value.type.tensor_type.shape.dim[:]
        value.type.tensor_type.shape.dim.extend(onnx.TensorShapeProto.Dimension(dim_param=d) for d in "NCHW")
    assert_same(model, inputs, "resize_at_run_time")


@given(shape=st.lists(st.integers(1, 4), min_size=2, max_size=4), constant=st.booleans(), seed=st.integers(0, 9))
@settings(max_examples=30)
def test_batch_statistics(shape, constant, seed):
    assume(np.prod(shape) > shape[1])  # a batch of one element has no spread: only rounding noise is left
    inputs = {"x": data(shape, seed=seed)}
    inputs.update((name, np.abs(data([shape[1]], seed=seed + 1))) for name in ("scale", "bias", "mean", "variance"))
    names = list(inputs) if constant else list(inputs)[1:]
    model = model_of("BatchNormalization", inputs, 3, constants=names, training_mode=1)
    del model.graph.output[1:]
    assert_same(model, inputs, "bn_batch_statistics")


@given(
    size=st.integers(2, 7), length=st.integers(2, 9), complex_input=st.booleans(), onesided=st.integers(0, 1),
    inverse=st.integers(0, 1), axis=st.sampled_from([0, 1]), given_length=st.booleans(),
)  # fmt: skip
@settings(max_examples=30)
def test_dft(size, length, complex_input, onesided, inverse, axis, given_length):
    assume(not (inverse and onesided) and not (onesided and complex_input))
    inputs = {"x": data([size, size, 2 if complex_input else 1])}
    if given_length:
        inputs["n"] = np.array(length, np.int64)
    model = model_of(
        "DFT", inputs, constants=["n"] if given_length else [], axis=axis, onesided=onesided, inverse=inverse
    )
    assert_same(model, inputs, "dft_matmul")


@given(
    axis=st.integers(-2, 1), seed=st.integers(0, 99), constant=st.booleans(), reduction=st.sampled_from(["add", "mul"])
)
def test_scatter(axis, seed, constant, reduction):
    random = np.random.RandomState(seed)
    x = data([3, 4])
    index_shape = [2, 4] if axis % 2 == 0 else [3, 2]
    size = x.shape[axis]
    if constant:  # distinct along the axis
        indices = np.argsort(random.rand(*x.shape), axis=axis).take([0, 1], axis=axis)
    else:
        indices = random.randint(-size, size, index_shape)
    inputs = {"x": x, "i": indices.astype(np.int64), "u": data(index_shape, seed=seed)}
    assume(constant or reduction == "add")
    names = ["i"] if constant else []
    model = model_of("ScatterElements", inputs, opset=16, constants=names, axis=axis, reduction=reduction)
    assert_same(model, inputs, "scatter_reduction_rewrite", gone=False)


@given(align=st.integers(0, 1), volume=st.booleans(), batch=st.integers(1, 2))
def test_affine_grid(align, volume, batch):
    size = np.array([batch, 3, 4, 5, 6][: 5 if volume else 4], np.int64)
    inputs = {"t": data([batch, 3, 4] if volume else [batch, 2, 3]), "size": size}
    model = model_of("AffineGrid", inputs, opset=20, constants=["size"], align_corners=align)
    assert_same(model, inputs, "affinegrid_inline")


@given(source=st.sampled_from(["int8", "int16", "int32", "int64", "bool", "uint8"]), to=st.sampled_from([2, 6, 7, 9]))
def test_casts_of_pixels(source, to):
    assume((to == 2) != (source == "uint8"))
    numbers = np.array([0, 1, 100, 127, 128, 255, 256, 70000, 1 << 25, -1, -300]).astype(source)
    inputs = {"x": numbers}
    assert_same(model_of("Cast", inputs, opset=13, to=to), inputs, "cast_through_float", gone=False)


@given(limit=st.integers(-3, 9), delta=st.sampled_from([1.0, 2.0, -1.0]), element=st.sampled_from(["int32", "int64"]))
def test_range_of_an_open_width(limit, delta, element):
    text = (
        '<ir_version: 8, opset_import: ["" : 13]> g (%s w) => (float[N] y) <float zero = {0}, float step = {%s}>'
        " { f = Cast <to = 1> (w) y = Range (zero, f, step) }"
    )
    model = onnx.parser.parse_model(text % (element, delta))
    result = assert_same(model, {"w": np.array(limit, element)}, "range_in_int", gone=False)
    (counted,) = (node for node in result.graph.node if node.op_type == "Range")
    assert counted.output[0] not in [value.name for value in result.graph.output]


def test_range_of_what_may_be_no_whole_number():
    text = '<ir_version: 8, opset_import: ["" : 13]> g (float w) => (float[N] y) { y = Range (w, w, w) }'
    assert "may not be an integer" in rewritten(onnx.parser.parse_model(text), "range_in_int")[1][0]


@given(
    groups=st.sampled_from([1, 2]), shared=st.sampled_from([1, 2]), stride=st.integers(1, 2), mask=st.booleans(),
    dilation=st.integers(1, 2), batch=st.sampled_from([1, "N"]), opset=st.sampled_from([19, 22]),
    seed=st.integers(0, 9),
)  # fmt: skip
@NEW_ONNXRUNTIME
def test_deformable_convolution(groups, shared, stride, mask, dilation, batch, opset, seed):
    kernel, pads = (2, 3), (1, 0, 0, 2)
    size = [6 + pads[a] + pads[a + 2] - dilation * (kernel[a] - 1) - 1 for a in (0, 1)]
    out = [s // stride + 1 for s in size]
    inputs = {
        "x": data([2, 4, 6, 6], seed=seed),
        "w": data([2, 4 // groups, *kernel], seed=seed + 1),
        "o": data([2, shared * 12, *out], seed=seed + 2, scale=2.0),
        "b": data([2], seed=seed + 3),
    }
    if mask:
        inputs["m"] = np.abs(data([2, shared * 6, *out], seed=seed + 4))
    dims = {"x": [batch, 4, 6, 6], "o": [batch, shared * 12, *out], "m": [batch, shared * 6, *out]}
    model = model_of(
        "DeformConv", inputs, opset=opset, constants=["w", "b"], group=groups, offset_group=shared, pads=pads,
        strides=[stride] * 2, dilations=[dilation] * 2,
        dims=dims if batch == "N" else None,
    )  # fmt: skip
    assert_same(model, inputs, "deformconv_decompose")


@given(
    half=st.sampled_from(["half_pixel", "output_half_pixel"]), count=st.integers(1, 3), batch=st.integers(1, 2),
    scale=st.sampled_from([1.0, 0.5, 0.25]), size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    given=st.sampled_from([None, {"x": ["N", 3, "H", "W"], "r": ["R", 4], "b": ["R"]}]), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=40)
def test_regions(half, count, batch, scale, size, given, seed):
    random = np.random.RandomState(seed)
    corners = random.uniform(-6, 20, (5, 4)).astype(np.float32)
    low, high = (pick(corners[:, :2], corners[:, 2:]) for pick in (np.minimum, np.maximum))
    corners = np.concatenate([low, high], axis=1)
    inputs = {"x": data([batch, 3, 6, 7], seed=seed), "r": corners, "b": random.randint(0, batch, 5).astype(np.int64)}
    model = model_of(
        "RoiAlign", inputs, opset=16, dims=given, coordinate_transformation_mode=half, sampling_ratio=count,
        spatial_scale=scale, output_height=size[0], output_width=size[1],
    )  # fmt: skip
    assert_same(model, inputs, "roialign_decompose")
