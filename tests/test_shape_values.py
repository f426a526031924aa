"""Shape arithmetic that the rules follow back to constants."""

from __future__ import annotations

import pytest

from jetdoctor.constants.shape_values import known_array
from jetdoctor.model import from_proto

onnx = pytest.importorskip("onnx")

HEAD = '<ir_version: 8, opset_import: ["" : 18]> g (float[2,N,3] x, int64[1] given) => (int64[M] y) {'


def computed(body):
    model = from_proto(onnx.parser.parse_model(HEAD + body + "}"))
    found = known_array(model.main.value("y"))
    return None if found is None else found.reshape(-1).tolist()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("s = Constant <value = int64[3] {4, 5, 6}> () y = Identity (s)", [4, 5, 6]),
        ("s = Constant <value = int64[3] {4, 5, 6}> () i = Constant <value = int64 {-1}> () y = Gather (s, i)", [6]),
        ("a = Constant <value = int64 {1}> () b = Constant <value = int64 {4}> () y = Range (a, b, a)", [1, 2, 3]),
        ("a = Constant <value = int64[1] {1}> () n = Neg (a) y = Concat <axis = 0> (a, n)", [1, -1]),
        (
            "n = Constant <value = int64[1] {2}> () o = ConstantOfShape <value = int64[1] {1}> (n)"
            " s = Constant <value = int64[2] {-1, 5}> () m = Constant <value = int64 {-1}> () w = Mul (o, m)"
            " e = Equal (s, w) y = Where (e, o, s)",
            [1, 5],
        ),
        (
            "p = Constant <value = int64[6] {0, 1, 2, 3, 4, 5}> () r = Constant <value = int64[2] {-1, 2}> ()"
            " m = Reshape (p, r) b = Constant <value = int64[1] {-1}> () l = Constant <value = int64[1] {-99}> ()"
            " z = Constant <value = int64[1] {0}> () f = Slice (m, b, l, z, b) y = Transpose <perm = [1, 0]> (f)",
            [4, 2, 0, 5, 3, 1],
        ),
        ("a = Constant <value = int64[2] {-7, 7}> () b = Constant <value = int64 {2}> () y = Div (a, b)", [-3, 3]),
        ("a = Constant <value = int64[2] {-7, 7}> () b = Constant <value = int64 {3}> () y = Mod (a, b)", [2, 1]),
        ("a = Constant <value = int64[2] {4, 7}> () z = Constant <value = int64 {5}> () y = Clip (a, , z)", [4, 5]),
        ("a = Constant <value = int64[2] {4, 7}> () y = ReduceProd <keepdims = 0> (a)", [28]),
        (
            "a = Constant <value = float[1] {7.5}> () b = Constant <value = float {0.5}> () c = Mul (a, b)"
            " d = Floor (c) y = Cast <to = 7> (d)",
            [3],
        ),
        ("a = Constant <value = int64[2] {1, 7}> () s = Shape (a) r = Size (s) y = Sub (r, a)", [0, -6]),
    ],
)
def test_follows_arithmetic_over_constants(body, wanted):
    assert computed(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "y = Identity (given)",
        "y = Shape (x)",  # one size is not known
        "a = Constant <value = int64[1] {9}> () z = Constant <value = int64 {5}> () y = Gather (a, z)",
        "n = Constant <value = int64[2] {9999, 9999}> () y = ConstantOfShape (n)",  # too large to be a shape
        "a = Constant <value = int64[2] {1, 7}> () b = Constant <value = int64[3] {1, 7, 7}> () y = Add (a, b)",
    ],
)
def test_what_cannot_be_told_is_unknown(body):
    assert computed(body) is None
