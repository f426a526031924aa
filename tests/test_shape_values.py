"""Shape arithmetic that the rules follow back to constants."""

from __future__ import annotations

import pytest

from jetdoctor.check.shape_values import known_array
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
    ],
)
def test_what_cannot_be_told_is_unknown(body):
    assert computed(body) is None
