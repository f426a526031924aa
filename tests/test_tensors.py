"""Numbers of tensors, read without numpy, are those that onnx reads."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from jetdoctor import tensors

ARRAYS = [
    np.array([1.5, -2.25, np.inf], "float32"),
    np.array([[1, -2], [3, 1 << 40]], "int64"),
    np.array(7, "int32"),
    np.array([True, False]),
    np.array([0.1], "float64"),
    np.array([65504, 0.5], "float16"),
    np.array([200, 0], "uint8"),
    np.array([-128, 127], "int8"),
    np.zeros((0, 3), "int64"),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.dtype))
def test_raw_bytes(array):
    tensor = numpy_helper.from_array(array)
    assert tensors.numbers(tensor) == tuple(array.reshape(-1).tolist())
    read = tensors.array(tensor)
    assert read.dtype == array.dtype and read.shape == array.shape and (read == array).all()


@pytest.mark.parametrize("number", (TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.DOUBLE))
def test_typed_fields(number):
    tensor = helper.make_tensor("t", number, [2], [3, -4])
    assert tensors.numbers(tensor) == (3, -4) and tensors.array(tensor).tolist() == [3, -4]


def test_what_is_not_plain_is_left_to_onnx():
    half = helper.make_tensor("t", TensorProto.FLOAT16, [1], [0.5])  # bits in int32_data
    assert tensors.numbers(half) is None and tensors.array(half).tolist() == [0.5]
    text = helper.make_tensor("t", TensorProto.STRING, [1], ["a"])
    assert tensors.numbers(text) is None and tensors.array(text).tolist() == ["a"]


@pytest.mark.parametrize("dims", ([3], [-2, -1], [1 << 40]))
def test_dims_that_do_not_fit_the_data_say_nothing(dims):
    tensor = numpy_helper.from_array(np.array([1, 2], "int64"))
    del tensor.dims[:]
    tensor.dims.extend(dims)
    assert tensors.numbers(tensor) is None
    with pytest.raises(ValueError):
        tensors.array(tensor)


def test_nothing_of_a_shape_that_no_array_has():
    tensor = numpy_helper.from_array(np.zeros((0,), "uint8"))
    del tensor.dims[:]
    tensor.dims.extend([1 << 40, 1 << 30, 0])
    assert tensors.array_or_none(tensor) is None
    with pytest.raises(ValueError):
        tensors.array(tensor)


def test_data_elsewhere_says_nothing(tmp_path):
    tensor = numpy_helper.from_array(np.array([1, 2], "int64"))
    tensor.data_location = TensorProto.EXTERNAL
    assert tensors.numbers(tensor) is None and tensors.array_or_none(tensor) is None
    (tmp_path / "w.bin").write_bytes(tensor.raw_data)
    onnx.external_data_helper.set_external_data(tensor, location=str(tmp_path / "w.bin"))
    tensor.ClearField("raw_data")
    with pytest.raises(ValueError, match="not opened"):
        tensors.array(tensor)


@pytest.mark.parametrize("array", ARRAYS[:5] + [np.array([1, 2], "uint16")], ids=lambda array: str(array.dtype))
def test_tensors_of_numbers(array):
    number = helper.np_dtype_to_tensor_dtype(array.dtype)
    made = tensors.of_numbers(number, array.reshape(-1).tolist(), array.shape)
    assert isinstance(made, onnx.TensorProto) and made.data_type == number
    assert numpy_helper.to_array(made).tolist() == array.tolist() and tuple(made.dims) == array.shape


def test_tensors_of_attributes():
    assert tensors.of_numbers(7, (1, 2), (2,)) == helper.make_tensor("", TensorProto.INT64, [2], [1, 2])
    assert tensors.of_numbers(1, (0.5,), ()) == helper.make_tensor("", TensorProto.FLOAT, [], [0.5])
    assert tensors.of_numbers(8, ("a",), (1,)) == helper.make_tensor("", TensorProto.STRING, [1], ["a"])
