"""Adapters for sizes, pads, axes and shapes that are only known at run time, against ONNX Runtime."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper

from tests.opset_models import FLOAT, INT64, floats, lowered_equal, model_of, operators, run

SETTINGS = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
_INT4 = 22
ELEMENTS = {"float32": FLOAT, "int64": INT64, "int32": 6, "int8": 3, "uint8": 2, "float64": 11}
ELEMENTS.update(bool=9, uint16=4, int16=5, uint32=12, uint64=13)


def model_with_inputs(
    op_type: str, opset: int, feeds: Dict[str, np.ndarray], rank: int, element: int = FLOAT, **attributes: Any
) -> onnx.ModelProto:
    """``op(*feeds)`` whose inputs all come at run time and whose data has no size that is known."""
    node = helper.make_node(op_type, [name if name[0] != "_" else "" for name in feeds], ["y"], name="n", **attributes)
    inputs = []
    for place, (name, array) in enumerate(feeds.items()):
        dims = [None] * array.ndim if not place else list(array.shape)
        if name[0] != "_":
            inputs.append(helper.make_tensor_value_info(name, ELEMENTS[str(array.dtype)], dims))
    output = helper.make_tensor_value_info("y", element, [None] * rank)
    return model_of(helper.make_graph([node], "g", inputs, [output]), opset)


def ints(values: Sequence[int]) -> np.ndarray:
    return np.array(values, "int64")


@SETTINGS
@given(
    st.sampled_from(["constant", "edge", "reflect", "wrap"]),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.sampled_from([None, [1, 2], [-1, 0]]),
    st.sampled_from([18, 11, 10, 9]),
)
def test_pad(mode: str, pads: List[int], axes: Any, to: int) -> None:
    feeds = {"x": floats([4, 5, 6]), "p": ints(pads if axes else [pads[0], 0, pads[1], pads[2], 0, pads[3]])}
    if mode == "constant":
        feeds["v"] = np.array(1.5, "float32")
    if axes:
        feeds.update({} if "v" in feeds else {"_": ints([])}, axes=ints(axes))
    model = model_with_inputs("Pad", 19, feeds, 3, mode=mode)
    lowered_equal(model, to, {name: array for name, array in feeds.items() if name != "_"})


@pytest.mark.parametrize("pads", [[0, -1, 2, 1], [-2, 0, -1, 0]])
@pytest.mark.parametrize("to", [10, 9])
def test_negative_pads_crop(pads: List[int], to: int) -> None:
    feeds = {"x": floats([4, 5]), "p": ints(pads)}
    lowered_equal(model_with_inputs("Pad", 13, feeds, 2), to, feeds)


@pytest.mark.parametrize(
    "shape, target", [([0, 3, 4], [3, 4, 0]), ([0, 3], [0, 7]), ([2, 3], [3, 2]), ([2, 6], [-1, 3])]
)
@pytest.mark.parametrize("to", [13, 11, 10])
def test_reshape_to_a_shape_that_may_hold_a_zero(shape: List[int], target: List[int], to: int) -> None:
    feeds = {"x": floats(shape), "s": ints(target)}
    lowered_equal(model_with_inputs("Reshape", 14, feeds, len(target), allowzero=1), to, feeds)


@SETTINGS
@given(
    st.sampled_from(["nearest", "linear", "cubic"]),
    st.sampled_from([0.45, 0.6, 1.0, 1.3, 2.0]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([17, 11, 10]),
)
def test_antialiased_resize(mode: str, scale: float, by_sizes: bool, outside: bool, to: int) -> None:
    feeds = {"x": floats([1, 2, 10, 9]), "_r": ints([])}
    if by_sizes:
        feeds.update(_s=ints([]), sizes=ints([1, 2, int(10 * scale), int(9 * scale)]))
    else:
        feeds.update(s=np.array([1, 1, scale, scale], "float32"))
    way = {"antialias": int(mode != "nearest"), "exclude_outside": int(outside and mode == "cubic")}
    model = model_with_inputs("Resize", 19, feeds, 4, mode=mode, **way)
    given_ = {name: array for name, array in feeds.items() if name[0] != "_"}
    lowered_equal(model, to, given_, rtol=1e-3)


@SETTINGS
@given(
    st.sampled_from(["nearest", "linear"]),
    st.sampled_from(["not_larger", "not_smaller"]),
    st.lists(st.integers(2, 9), min_size=2, max_size=2),
    st.sampled_from([17, 11]),
)
def test_kept_aspect_ratio(mode: str, policy: str, sizes: List[int], to: int) -> None:
    feeds = {"x": floats([1, 1, 4, 6]), "_r": ints([]), "_s": ints([]), "sizes": ints(sizes)}
    model = model_with_inputs("Resize", 19, feeds, 4, mode=mode, keep_aspect_ratio_policy=policy, axes=[2, 3])
    lowered_equal(model, to, {"x": feeds["x"], "sizes": feeds["sizes"]}, rtol=1e-3)


@pytest.mark.parametrize("scale", [0.55, 0.8, 1.7])
@pytest.mark.parametrize("to", [18, 11])
def test_symmetric_pixels(scale: float, to: int) -> None:
    feeds = {"x": floats([1, 1, 4, 7]), "_r": ints([]), "s": np.array([1, 1, scale, scale], "float32")}
    way = {"mode": "linear", "coordinate_transformation_mode": "half_pixel_symmetric"}
    lowered_equal(model_with_inputs("Resize", 19, feeds, 4, **way), to, {"x": feeds["x"], "s": feeds["s"]}, rtol=1e-3)


@pytest.mark.parametrize("coordinates", ["align_corners", "tf_half_pixel_for_nn", "pytorch_half_pixel", "half_pixel"])
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize("run_time", [True, False])
def test_resize_that_opset_10_does_not_know(coordinates: str, mode: str, run_time: bool) -> None:
    if coordinates.startswith("tf") and mode != "nearest":
        return
    feeds = {"x": floats([1, 2, 5, 4]), "r": np.zeros(0, "float32"), "s": np.array([1, 1, 1.4, 0.6], "float32")}
    way = {"mode": mode, "coordinate_transformation_mode": coordinates}
    model = model_with_inputs("Resize", 11, feeds, 4, **way)
    if not run_time:
        model.graph.initializer.append(onnx.numpy_helper.from_array(feeds.pop("s"), "s"))
        del model.graph.input[2]
    lowered_equal(model, 10, feeds, rtol=1e-3)


@pytest.mark.parametrize("mode, axes", [("linear", 2), ("nearest", 2), ("cubic", 2), ("linear", 3), ("nearest", 3)])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [0, 1])
@pytest.mark.parametrize("known", [True, False])
def test_grid_sample(mode: str, axes: int, padding: str, corners: int, known: bool) -> None:
    feeds = {"x": floats([2, 3, 5, 4, 3][: axes + 2]), "g": floats([2, 4, 3, 5][: axes + 1] + [axes], 1)}
    way = {"mode": mode, "padding_mode": padding, "align_corners": corners}
    model = model_with_inputs("GridSample", 20, feeds, axes + 2, **way)
    if known:
        for place, size in enumerate(feeds["x"].shape):
            model.graph.input[0].type.tensor_type.shape.dim[place].dim_value = size
    for to in (15, 11):
        lowered_equal(model, to, feeds, rtol=1e-3)


@pytest.mark.parametrize("axis", [1, 2, -2, -3])
@pytest.mark.parametrize("parts, way", [(1, {}), (2, {}), (2, {"inverse": 1}), (1, {"onesided": 1})])
def test_dft_along_an_axis_of_the_run_time(axis: int, parts: int, way: Dict[str, int]) -> None:
    feeds = {"x": floats([2, 6, 5, parts]), "_n": ints([]), "axis": np.array(axis, "int64")}
    model = model_with_inputs("DFT", 20, feeds, 4, **way)
    model.graph.input[0].type.tensor_type.shape.dim[3].dim_value = parts
    for to in (17, 16, 11, 10):
        lowered_equal(model, to, {"x": feeds["x"], "axis": feeds["axis"]}, rtol=1e-3)


@pytest.mark.parametrize("length", [4, 6, 9])
@pytest.mark.parametrize("parts, way", [(1, {}), (2, {"inverse": 1}), (1, {"onesided": 1})])
def test_dft_of_a_length_of_the_run_time(length: int, parts: int, way: Dict[str, int]) -> None:
    feeds = {"x": floats([2, 6, parts]), "n": np.array(length, "int64")}
    model = model_with_inputs("DFT", 17, feeds, 3, axis=1, **way)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = parts
    lowered_equal(model, 13, feeds, rtol=1e-3)


@pytest.mark.parametrize("onesided", [0, 1])
@pytest.mark.parametrize("window", [True, False])
def test_stft_of_a_signal_of_any_length(onesided: int, window: bool) -> None:
    feeds = {"x": floats([2, 21, 1]), "step": np.array(3, "int64")}
    feeds.update({"w": floats([6])} if window else {"_w": ints([])})
    feeds.update({} if window else {"n": np.array(6, "int64")})
    model = model_with_inputs("STFT", 17, feeds, 4, onesided=onesided)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 1
    if not window:
        model.graph.initializer.append(onnx.numpy_helper.from_array(feeds["n"], "n"))
        del model.graph.input[2]
    lowered_equal(model, 13, {value.name: feeds[value.name] for value in model.graph.input}, rtol=1e-3)


@pytest.mark.parametrize("dtype", ["int64", "int32", "float32", "float64"])
@pytest.mark.parametrize("limits", [(0, 5, 1), (3, -7, -2), (10, 2, 3), (1, 1, 1), (-5, 5, 3), (5, -5, -3)])
def test_range(dtype: str, limits: Sequence[int]) -> None:
    feeds = {name: np.array(limit, dtype) for name, limit in zip("abc", limits)}
    lowered_equal(model_with_inputs("Range", 13, feeds, 1, ELEMENTS[dtype]), 9, feeds)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8"])
@pytest.mark.parametrize("fmod", [0, 1])
def test_integer_remainders(dtype: str, fmod: int) -> None:
    for divisor in (5, 3) if dtype == "uint8" else (5, -3):
        feeds = {"x": np.arange(-9, 9).astype(dtype), "d": np.array(divisor, dtype)}
        lowered_equal(model_with_inputs("Mod", 13, feeds, 1, ELEMENTS[dtype], fmod=fmod), 9, feeds)


def test_rounding_to_the_even() -> None:
    values = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 1e9, 0.2, -0.7, 3.0, np.inf, -np.inf, np.nan]
    feeds = {"x": np.array(values, "float32")}
    lowered_equal(model_with_inputs("Round", 13, feeds, 1), 9, feeds)


@pytest.mark.parametrize("dtype", "uint8 int8 uint16 int16 int32 int64 uint32 uint64".split())
@pytest.mark.parametrize("op_type", ["And", "Or", "Xor", "Not"])
def test_bits(dtype: str, op_type: str) -> None:
    limits, random = np.iinfo(dtype), np.random.default_rng(1)
    x = random.integers(limits.min, limits.max, (4, 5), dtype, endpoint=True)
    x[0] = [limits.min, limits.max, 0, 1, limits.max - 1]
    feeds = {"x": x, "z": random.integers(limits.min, limits.max, 5, dtype, endpoint=True)}
    if op_type == "Not":
        del feeds["z"]
    model = model_with_inputs("Bitwise" + op_type, 18, feeds, 2, ELEMENTS[dtype])
    for to in (17, 11):
        lowered_equal(model, to, feeds)


@pytest.mark.parametrize("op_type, opset", [("Trilu", 14), ("Clip", 12)])
def test_types_that_no_runtime_has_in_the_older_form(op_type: str, opset: int) -> None:
    feeds = {"x": floats([3, 4]).astype("float64")}
    if op_type == "Trilu":
        feeds["x"] = feeds["x"] > 0
    else:
        feeds.update(low=np.array(-0.5), high=np.array(0.5))
    element = ELEMENTS[str(feeds["x"].dtype)]
    lowered_equal(model_with_inputs(op_type, opset, feeds, 2, element), 11, feeds)


def test_identity_of_a_sequence() -> None:
    value = helper.make_tensor_sequence_value_info
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "g", [value("x", FLOAT, None)], [value("y", FLOAT, None)])
    model, feeds = model_of(graph, 14), {"x": [floats([2]), floats([3, 1])]}
    from jetdoctor.fix.opset import lower

    result = lower(model, 11)
    assert operators(result.proto) == ("SequenceInsert", "SequenceErase")
    for before, after in zip(feeds["x"], run(result.proto, feeds)[0]):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("dtype", [4, 5])
@pytest.mark.parametrize("axis", [None, 1])
def test_sixteen_bits(dtype: int, axis: Any) -> None:
    """Quantized to 16 bits and back, per tensor and per channel."""
    scale = np.array(0.01 if axis is None else [0.01, 0.02, 0.5], "float32")
    zero = np.full(scale.shape, 7, "uint16" if dtype == 4 else "int16")
    constants = [onnx.numpy_helper.from_array(scale, "s"), onnx.numpy_helper.from_array(zero, "z")]
    way = {} if axis is None else {"axis": axis}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **way),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **way),
    ]
    values = [helper.make_tensor_value_info(name, FLOAT, [2, 3, 4]) for name in "xy"]
    model = model_of(helper.make_graph(nodes, "g", values[:1], values[1:], constants), 21)
    for to in (20, 13, 10):
        lowered_equal(model, to, {"x": 9 * floats([2, 3, 4])})


@pytest.mark.parametrize("ratio", [0, 2])
@pytest.mark.parametrize("longest", [20, 2, 0.3])
@pytest.mark.parametrize("known", [True, False])
def test_roi_align_of_shifted_boxes(ratio: int, longest: float, known: bool) -> None:
    """Boxes also beyond the image, and smaller than a pixel, which opset 15 would widen."""
    random = np.random.default_rng(ratio)
    corner = random.uniform(-8, 40, (5, 2))
    boxes = np.concatenate([corner, corner + random.uniform(0, 4 * longest, (5, 2))], axis=1)
    feeds = {"x": floats([2, 3, 10, 12]), "r": boxes.astype("float32"), "b": random.integers(0, 2, 5)}
    way = {"output_height": 3, "output_width": 2, "sampling_ratio": ratio, "spatial_scale": 0.25}
    model = model_with_inputs("RoiAlign", 16, feeds, 4, **way)
    if known:
        for place, size in enumerate(feeds["x"].shape):
            model.graph.input[0].type.tensor_type.shape.dim[place].dim_value = size
    for to in (15, 11):
        lowered_equal(model, to, feeds, rtol=1e-3)


def test_a_narrow_output_is_proven_by_the_reference_evaluator(tmp_path: Any) -> None:
    """numpy has no int4, so that ONNX Runtime cannot give it to Python."""
    from jetdoctor.fix import proof

    graph = helper.make_graph(
        [helper.make_node("Cast", ["x"], ["y"], to=_INT4)],
        "g",
        [helper.make_tensor_value_info("x", FLOAT, [4])],
        [helper.make_tensor_value_info("y", _INT4, [4])],
    )
    before, after = model_of(graph, 22), model_of(graph, 21)
    for name, model in (("before", before), ("after", after)):
        onnx.save(model, str(tmp_path / name))
    assert proof.prove(str(tmp_path / "before"), str(tmp_path / "after")).status == "equal"


@pytest.mark.parametrize("equation", ["abij,jkl->abikl", "nchw,ncl->nhwl", "ij,jk->ik", "abc,abd->cd"])
def test_einsum_of_open_sizes(equation: str) -> None:
    sizes = dict(zip("abcdhijklnw", (2, 3, 4, 5, 2, 3, 4, 2, 3, 2, 3)))
    left, wanted = equation.split("->")
    terms = left.split(",")
    shapes = [[sizes[label] for label in term] for term in terms]
    feeds = {name: floats(shape, seed) for seed, (name, shape) in enumerate(zip("xz", shapes))}
    model = model_with_inputs("Einsum", 12, feeds, len(wanted), equation=equation)
    for value in model.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            dim.Clear()
    lowered_equal(model, 11, feeds, rtol=1e-4)


@pytest.mark.parametrize("batch", [1, 2])
def test_gather_nd_of_batches_of_the_run_time(batch: int) -> None:
    feeds = {"x": floats([2, 3, 4]), "i": np.random.default_rng(0).integers(0, 2, [2, 3, 5, 1])[:, : 2 * batch + 1]}
    feeds["i"] = feeds["i"][:, :3] if batch == 2 else feeds["i"][:, 0]
    model = model_with_inputs("GatherND", 12, feeds, 3, batch_dims=batch)
    for dim in model.graph.input[1].type.tensor_type.shape.dim[:-1]:
        dim.Clear()
    lowered_equal(model, 11, feeds)


def test_pad_of_bool() -> None:
    node = helper.make_node("Pad", ["x", "p", "v"], ["y"])
    values = [helper.make_tensor_value_info(name, onnx.TensorProto.BOOL, [None]) for name in "xy"]
    tensors = [onnx.numpy_helper.from_array(ints([1, 2]), "p"), onnx.numpy_helper.from_array(np.array(True), "v")]
    model = model_of(helper.make_graph([node], "g", values[:1], values[1:], tensors), 13)
    for to in (12, 11, 10):
        lowered_equal(model, to, {"x": np.array([True, False, False])})


@pytest.mark.parametrize(
    "image, block, way",
    [
        ([5, 5], [2, 3], {}),
        ([6, 7], [2, 3], {"strides": [2, 2]}),
        ([6, 6], [2, 2], {"pads": [1, 0, 1, 1], "dilations": [2, 1]}),
        ([4, 8], [3, 2], {"strides": [1, 3], "pads": [1, 1, 0, 1]}),
    ],
)
def test_col2im(image: List[int], block: List[int], way: Dict[str, Any]) -> None:
    places = 1
    for i, side in enumerate(image):
        pads, ones = way.get("pads", [0] * 2 * len(image)), [1] * len(image)
        reach = way.get("dilations", ones)[i] * (block[i] - 1) + 1
        places *= (side + pads[i] + pads[i + len(image)] - reach) // way.get("strides", ones)[i] + 1
    feeds = {"x": floats([2, 3 * int(np.prod(block)), places]), "i": ints(image), "b": ints(block)}
    model = model_with_inputs("Col2Im", 18, feeds, len(image) + 2, **way)
    for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, feeds["x"].shape):
        dim.dim_value = size
    for name in "ib":
        model.graph.initializer.append(onnx.numpy_helper.from_array(feeds.pop(name), name))
    del model.graph.input[1:]
    lowered_equal(model, 17, feeds)


@SETTINGS
@given(
    st.lists(st.integers(-7, 7), min_size=2, max_size=2),
    st.lists(st.integers(-7, 7), min_size=2, max_size=2),
    st.sampled_from([None, [1, 0], [-1, 0]]),
    st.sampled_from([None, [1, 2], [2, -1], [-2, -1]]),
    st.booleans(),
)
def test_slice_below_10(starts: List[int], ends: List[int], axes: Any, steps: Any, known: bool) -> None:
    feeds = {"x": floats([4, 5]), "a": ints(starts), "b": ints(ends)}
    if axes or steps:
        feeds["c"] = ints(axes or [0, 1])
    if steps:
        feeds["d"] = ints(steps)
    model = model_with_inputs("Slice", 13, feeds, 2)
    if known:
        for name in [name for name in feeds if name != "x"]:
            model.graph.initializer.append(onnx.numpy_helper.from_array(feeds.pop(name), name))
        del model.graph.input[1:]
    lowered_equal(model, 9, feeds)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_topk_of_the_run_time(k: int) -> None:
    feeds = {"x": floats([2, 5]), "k": ints([k])}
    model = model_with_inputs("TopK", 11, feeds, 2)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 5
    model.graph.node[0].output.append("i")
    model.graph.output.append(helper.make_tensor_value_info("i", INT64, [None, None]))
    lowered_equal(model, 9, feeds)


@pytest.mark.parametrize("way", [{}, {"pads": [1, 0, 1, 2]}, {"strides": [2, 1], "ceil_mode": 1}])
def test_dilated_max_pool(way: Dict[str, Any]) -> None:
    from tests.opset_models import one_node

    model = one_node("MaxPool", [1, 2, 9, 8], 12, kernel_shape=[2, 3], dilations=[3, 2], **way)
    lowered_equal(model, 9, {"x": floats([1, 2, 9, 8])})


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_max_pool_of_bytes(dtype: str) -> None:
    feeds = {"x": np.random.default_rng(0).integers(0, 100, [1, 2, 6, 6]).astype(dtype)}
    way = {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    lowered_equal(model_with_inputs("MaxPool", 12, feeds, 4, ELEMENTS[dtype], **way), 11, feeds)


@pytest.mark.parametrize("name", ["Sum", "Max", "Min", "Prod", "L2", "LogSumExp"])
@pytest.mark.parametrize("axes", [[1], [0, 1], [1, 2]])
def test_reduction_of_nothing(name: str, axes: List[int]) -> None:
    feeds = {"x": np.zeros([2, 0, 3], "float32"), "axes": ints(axes)}
    model = model_with_inputs("Reduce" + name, 20 if name in ("Max", "Min") else 18, feeds, 3)
    for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, (2, 0, 3)):
        dim.dim_value = size
    try:
        run(model, feeds)
    except Exception:  # ONNX Runtime 1.19 does not reduce nothing
        pytest.skip("this ONNX Runtime refuses the original")
    lowered_equal(model, 10, feeds)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("run_time", [True, False])
def test_crop_and_resize(mode: str, run_time: bool) -> None:
    feeds = {"x": floats([1, 1, 6, 5]), "r": np.array([0, 0, 0.1, -0.2, 1, 1, 0.8, 1.2], "float32")}
    feeds.update(_s=ints([]), sizes=ints([1, 1, 4, 7]))
    way = {"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 9.0}
    model = model_with_inputs("Resize", 13, feeds, 4, **way)
    given_ = {name: array for name, array in feeds.items() if name[0] != "_"}
    if not run_time:
        model.graph.initializer.append(onnx.numpy_helper.from_array(given_.pop("r"), "r"))
        del model.graph.input[1]
    lowered_equal(model, 10, given_, rtol=1e-3)


def test_resize_that_shrinks_below_10() -> None:
    feeds = {"x": floats([1, 1, 6, 5]), "s": np.array([1, 1, 0.6, 1.5], "float32")}
    lowered_equal(model_with_inputs("Resize", 10, feeds, 4, mode="linear"), 9, feeds)
