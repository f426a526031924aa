"""Bits by integer arithmetic, property-tested against ONNX Runtime; unsigned integers carried as signed ones."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rewriting import assert_same, model_of, outputs_of, rewritten, target

settings.register_profile("bits", deadline=None, max_examples=8, derandomize=True)
settings.load_profile("bits")

TYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
WORDS = [np.dtype(name).newbyteorder("=") for name in TYPES]


def edges(dtype, more=()):
    """Both ends of the type, the numbers around 0, and ``more`` cut to it."""
    span = 1 << (8 * dtype.itemsize)
    numbers = [0, 1, span - 1, span // 2, span // 2 - 1, *(n % span for n in more)]
    return np.array(numbers, "uint64").astype(dtype)


@pytest.mark.parametrize("op_type", ["BitwiseAnd", "BitwiseOr", "BitwiseXor"])
@given(
    dtype=st.sampled_from(WORDS), seeds=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=3),
    mask=st.one_of(st.none(), st.integers(0, 8), st.integers(0, 2**64 - 1)), vector=st.booleans(), first=st.booleans(),
)  # fmt: skip
def test_pairs(op_type, dtype, seeds, mask, vector, first):
    x = edges(dtype, seeds)
    if mask is None:
        inputs = {"x": x[:, None], "z": x}
    else:
        z = edges(dtype, [mask])[-1]
        inputs = {"x": x, "z": np.full((2, 1), z) if vector else np.array(z)}
    names = list(inputs) if first else list(reversed(list(inputs)))
    inputs = {name: inputs[name] for name in names}
    model = model_of(op_type, inputs, opset=18, constants=[] if mask is None else ["z"])
    assert_same(model, inputs, "bitwise_decompose")


@pytest.mark.parametrize("dtype", WORDS, ids=TYPES)
def test_not(dtype):
    inputs = {"x": edges(dtype, [77])}
    assert_same(model_of("BitwiseNot", inputs, opset=18), inputs, "bitwise_decompose")


@given(dtype=st.sampled_from(WORDS[1::2]), direction=st.sampled_from(["LEFT", "RIGHT"]), by=st.data())
def test_shift(dtype, direction, by):
    x = edges(dtype, [77, 1 << 40])
    bits = st.integers(0, 8 * dtype.itemsize - 1)
    shift = np.array(by.draw(st.one_of(bits, st.lists(bits, min_size=len(x), max_size=len(x)))), dtype)
    inputs = {"x": x, "k": shift}
    model = model_of("BitShift", inputs, opset=18, constants=["k"], direction=direction)
    assert_same(model, inputs, "bitwise_decompose")


@pytest.mark.parametrize("op_type", ["BitwiseAnd", "BitwiseOr", "BitwiseXor"])
def test_int64_without_large_constants(op_type):
    x = edges(np.dtype("int64"), [77, 1 << 40, -5])
    inputs = {"x": x[:, None], "z": x}
    result = assert_same(model_of(op_type, inputs, opset=18), inputs, "bitwise_decompose", target("8.6"))
    constants = [onnx.numpy_helper.to_array(tensor) for tensor in result.graph.initializer]
    assert all(-(2**31) <= array.min() and array.max() < 2**31 for array in constants)


def test_what_is_refused():
    one = np.array([1], np.int64)
    variable = model_of("BitShift", {"x": np.array([1], np.uint8), "k": np.array([1], np.uint8)}, direction="LEFT")
    assert rewritten(variable, "bitwise_decompose")[1] == ["the shift is not constant"]
    high = model_of("BitwiseAnd", {"x": one, "z": one << 40}, opset=18, constants=["z"])
    assert "clamps" in rewritten(high, "bitwise_decompose", target("8.6"))[1][0]
    assert rewritten(high, "bitwise_decompose", target("10.3"))[2] == 1
    low = model_of("BitwiseAnd", {"x": one, "z": one}, opset=18, constants=["z"])
    assert rewritten(low, "bitwise_decompose", target("8.6"))[2] == 1
    assert "8.0" in rewritten(low, "bitwise_decompose", target("7.1.3"))[1][0]


UNSIGNED = """<ir_version: 8, opset_import: ["": 18]>
g (int32[N] x) => (int32[N] y) <uint32 k = {3}> {
  u = Cast <to = 12> (x) v = Mul(u, k) w = %s(v, v) y = Cast <to = 6> (w) }"""


def test_unsigned_as_signed():
    model = onnx.parser.parse_model(UNSIGNED % "Add")
    feeds = {"x": np.array([0, -1, 2**31 - 1, -(2**31), 77], np.int32)}
    result, refusals, done = rewritten(model, "unsigned_as_signed")
    assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    assert result.graph.initializer[0].data_type == onnx.TensorProto.INT32
    np.testing.assert_array_equal(outputs_of(model, feeds)["y"], outputs_of(result, feeds)["y"])
    assert "Div computes in UINT32" in rewritten(onnx.parser.parse_model(UNSIGNED % "Div"), "unsigned_as_signed")[1]


SIGNED_SHIFT = """<ir_version: 8, opset_import: ["": 18]>
g (int%(bits)d[N] x) => (int%(bits)d[N] y)
<uint%(bits)d k = {%(k)d}, uint%(bits)d high = {%(high)d}, int%(bits)d o = {0}> {
  less = Less(x, o) u = Cast <to = %(unsigned)d> (x) s = BitShift <direction = "RIGHT"> (u, k)
  r = BitwiseOr(s, high) a = Cast <to = %(signed)d> (r) b = Cast <to = %(signed)d> (s) y = Where(less, a, b) }"""


@given(bits=st.sampled_from([32, 64]), k=st.integers(0, 30), seeds=st.lists(st.integers(0, 2**64 - 1), max_size=3))
def test_arithmetic_shift(bits, k, seeds):
    high = (1 << bits) - (1 << (bits - k))
    types = {"unsigned": 12, "signed": 6} if bits == 32 else {"unsigned": 13, "signed": 7}
    model = onnx.parser.parse_model(SIGNED_SHIFT % {"bits": bits, "k": k, "high": high, **types})
    feeds = {"x": edges(np.dtype("int%d" % bits), seeds)}
    result, refusals, done = rewritten(model, "arithmetic_shift")
    assert done == 1, refusals
    assert [node.op_type for node in result.graph.node] == ["Less", "Sub", "Where", "Div", "Sub", "Where"]
    np.testing.assert_array_equal(outputs_of(result, feeds)["y"], feeds["x"] >> k)
    other = onnx.parser.parse_model(SIGNED_SHIFT % {"bits": bits, "k": k + 1, "high": high, **types})
    assert not rewritten(other, "arithmetic_shift")[2]
