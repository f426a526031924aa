"""Types that an older opset lacks, inside of a model: carried in a wider one, bit for bit the same."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from jetdoctor.fix.opset import lower
from tests.opset_models import FLOAT, constant, floats, lowered_equal, model_of, operators

VALUE = helper.make_tensor_value_info
INT4 = {22: (-8, 7), 21: (0, 15)}


def model(nodes: List[Any], shape: List[Any], tensors: List[Any], opset: int, **fields: Any) -> onnx.ModelProto:
    values = [VALUE(name, FLOAT, shape) for name in "xy"]
    return model_of(helper.make_graph(nodes, "g", values[:1], values[1:], tensors, **fields), opset)


def telling_numbers(element: int) -> np.ndarray:
    """Every number of a float8 type, what lies right between two, and what lies outside."""
    import ml_dtypes

    names = {17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2", 20: "float8_e5m2fnuz"}
    every = np.arange(256, dtype="uint8").view(getattr(ml_dtypes, names[element])).astype("float64")
    every = np.unique(every[np.isfinite(every)])
    outside = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-9, -1e-9, 464, 61440, 1e30]
    found = np.concatenate([outside, every, (every[1:] + every[:-1]) / 2, every * 1.01])
    if element in (18, 20):  # ONNX Runtime 1.19 makes NaN of what rounds to zero from below
        found = found[~((found < 0) & (found > every[every < 0].max()))]
    return found.astype("float32")


@pytest.mark.parametrize("element", [17, 18, 19, 20])
@pytest.mark.parametrize("to", [18, 13, 11])
def test_through_float8_and_back(element: int, to: int) -> None:
    pytest.importorskip("ml_dtypes")
    nodes = [
        helper.make_node("Cast", ["x"], ["c"], to=element),
        helper.make_node("Identity", ["c"], ["i"]),
        helper.make_node("Cast", ["i"], ["y"], to=FLOAT),
    ]
    before = model(nodes, [None], [], 19, value_info=[VALUE("c", element, [None])])
    result = lowered_equal(before, to, {"x": telling_numbers(element)}, rtol=0)
    assert result.proto.graph.value_info[0].type.tensor_type.elem_type == FLOAT


@pytest.mark.parametrize("element", [17, 19])
@pytest.mark.parametrize("axis", [None, 0])
def test_quantized_to_float8_and_back(element: int, axis: Any) -> None:
    scale = constant("s", 0.05 if axis is None else [0.05, 0.2, 1.5], "float32")
    zero = helper.make_tensor("z", element, scale.dims, [0.0] * (1 if axis is None else 3))
    way = {} if axis is None else {"axis": axis}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **way),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **way),
    ]
    for to in (18, 13):
        lowered_equal(model(nodes, [3, 50], [scale, zero], 19), to, {"x": 9 * floats([3, 50])})


@pytest.mark.parametrize("element", INT4)
@pytest.mark.parametrize("block", [0, 2])
@pytest.mark.parametrize("to", [20, 13, 10])
def test_quantized_to_4_bits_and_back(element: int, block: int, to: int) -> None:
    shape = [2, 3] if block else [4]
    tensors = [numpy_helper.from_array(abs(floats(shape, 2)) + 0.1, "s")]
    tensors.append(helper.make_tensor("z", element, shape, [1] * int(np.prod(shape))))
    way: Dict[str, int] = {"axis": 0, "block_size": block} if block else {"axis": 0}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **way),
        helper.make_node("Transpose", ["q"], ["t"], perm=[1, 0]),
        helper.make_node("Transpose", ["t"], ["u"], perm=[1, 0]),
        helper.make_node("DequantizeLinear", ["u", "s", "z"], ["y"], **way),
    ]
    lowered_equal(model(nodes, [4, 3], tensors, 21), to, {"x": 9 * floats([4, 3])})


@pytest.mark.parametrize("element", [17, 19, 21, 22])
@pytest.mark.parametrize("given", ["initializer", "Constant"])
def test_narrow_weights_are_stored_wide(element: int, given: str) -> None:
    low = INT4.get(element, (-3, 0))[0]
    weights = helper.make_tensor("w", element, [3, 2], [low + i for i in range(6)])
    nodes = [helper.make_node("DequantizeLinear", ["w", "s"], ["d"]), helper.make_node("MatMul", ["x", "d"], ["y"])]
    tensors = [constant("s", 0.5, "float32")]
    if given == "Constant":
        nodes.insert(0, helper.make_node("Constant", [], ["w"], value=weights))
    else:
        tensors.append(weights)
    before = model(nodes, [3, 3], tensors, 21)
    before.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 2
    for to in (18, 13):
        result = lowered_equal(before, to, {"x": floats([3, 3])})
        assert "w" not in {tensor.name for tensor in result.proto.graph.initializer}


def test_what_the_model_gives_in_float8_stays() -> None:
    graph = helper.make_graph(
        [helper.make_node("Cast", ["x"], ["y"], to=17)], "g", [VALUE("x", FLOAT, [2])], [VALUE("y", 17, [2])]
    )
    result = lower(model_of(graph, 21), 13)
    assert result.reached == 19 and "does not accept tensor(float8e4m3fn) for output" in result.blocked[0].reason
    assert operators(result.proto) == ("Cast",)
