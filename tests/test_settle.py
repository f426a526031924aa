"""Sizes behind arithmetic that onnx's own inference does not follow."""

from __future__ import annotations

import pytest

from jetdoctor.model import from_proto

onnx = pytest.importorskip("onnx")

HEAD = '<ir_version: 8, opset_import: ["" : 17]> g (%s x) => (float[A,B,C] y) {'
EXPAND = (
    "n = Constant <value = int64[1] {3}> () o = ConstantOfShape <value = int64[1] {1}> (n)"
    " m = Constant <value = int64 {-1}> () w = Mul (o, m) s = Constant <value = int64[3] {-1, -1, 4}> ()"
    " e = Equal (s, w) t = Where (e, o, s) z = Expand (x, t) y = Relu (z) }"
)


def shapes(body, given="float[2,5,1]"):
    proto = onnx.parser.parse_model(HEAD % given + body)
    before = proto.SerializeToString()
    main = from_proto(proto).main
    assert proto.SerializeToString() == before  # the model itself is not touched
    return [main.value(name).shape for name in ("z", "y")]


def test_expand_as_pytorch_writes_it():
    assert shapes(EXPAND) == [(2, 5, 4), (2, 5, 4)]


def test_an_open_size_stays_open_and_the_others_are_known():
    assert shapes(EXPAND, "float[N,5,1]")[0][1:] == (5, 4)


def test_pads_turned_round():
    body = (
        "p = Constant <value = int64[6] {0, 2, 0, 1, 0, 0}> () r = Constant <value = int64[2] {-1, 2}> ()"
        " m = Reshape (p, r) a = Constant <value = int64[1] {-1}> () l = Constant <value = int64[1] {-99}> ()"
        " k = Constant <value = int64[1] {0}> () f = Slice (m, a, l, k, a) t = Transpose <perm = [1, 0]> (f)"
        " q = Reshape (t, a) z = Pad (x, q) y = Relu (z) }"
    )
    assert shapes(body) == [(2, 6, 3), (2, 6, 3)]


def test_what_comes_at_run_time_stays_unknown():
    body = (
        "i = Cast <to = 7> (x) v = Constant <value = int64[1] {-1}> () f = Reshape (i, v)"
        " z = Expand (x, f) y = Relu (z) }"
    )
    found = shapes(body)[0]
    assert found is None or not all(isinstance(size, int) for size in found)


def test_a_declared_output_is_filled_in():
    proto = onnx.parser.parse_model(HEAD % "float[2,5,1]" + EXPAND)
    main = from_proto(proto).main
    assert main.value("y").static_shape == (2, 5, 4)
    assert [d.dim_param for d in proto.graph.output[0].type.tensor_type.shape.dim] == ["A", "B", "C"]
