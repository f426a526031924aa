"""Shape arithmetic that the rules follow back to constants, beside onnx's own evaluator."""

from __future__ import annotations

import numpy as np
import pytest

from jetdoctor.constants.arithmetic import OPERATORS
from jetdoctor.constants.evaluator import array_of
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.model import from_proto

onnx = pytest.importorskip("onnx")

HEAD = '<ir_version: 8, opset_import: ["" : 18]> g (float[2,N,3] x, int64[1] given) => (int64[M] y) {'


def computed(body):
    model = from_proto(onnx.parser.parse_model(HEAD + body + "}"))
    found = PartlyKnown().known(model.main.value("y"))
    return None if found is None else list(found.flat)


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


TWO = "int64[2,1] {-7, 7}", "int64[3] {2, -3, 5}"
REAL = "float[2,1] {-7.5, 2.25}", "float[3] {0.1, -3.0, 1.5}"
GRID = "int64[2,3,2] {5, -4, 3, 2, 1, 0, -1, 2, -3, 4, -5, 6}"
LOGIC = "bool[2,1] {0, 1}", "bool[2] {1, 0}"

#: operator -> (attributes, constants) of each form that is tried; "" leaves an input out
FORMS = {
    **{op: [("", TWO), ("", REAL)] for op in ("Add", "Div", "Max", "Min", "Mul", "Sub")},
    **{op: [("", TWO), ("", REAL)] for op in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")},
    **{op: [("", REAL[:1]), ("", REAL[1:])] for op in ("Abs", "Ceil", "Floor", "Neg", "Reciprocal", "Round")},
    **{op: [("", LOGIC)] for op in ("And", "Or")},
    **{
        op: [
            ("", [GRID]), ("keepdims = 0", [GRID, "int64[2] {-1, 0}"]), ("noop_with_empty_axes = 1", [GRID]),
            ("keepdims = 0", [GRID, "int64[1] {1}"]),
        ]
        for op in ("ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum")
    },
    "Cast": [("to = 7", REAL[:1]), *(("to = %d" % number, TWO[:1]) for number in (1, 6, 9)), ("to = 7", LOGIC[:1])],
    "Clip": [("", [GRID, "int64 {-1}", "int64 {3}"]), ("", [GRID, "", "int64 {3}"]), ("", [GRID, "int64 {0}"])],
    "Concat": [("axis = 1", [GRID, GRID]), ("axis = -1", [GRID, GRID]), ("axis = 0", [TWO[1], TWO[1], TWO[1]])],
    "ConstantOfShape": [
        ("value = int64[1] {4}", ["int64[2] {2, 3}"]), ("", ["int64[1] {2}"]), ("", ["int64[2] {2, 0}"]),
    ],
    "Expand": [("", [TWO[0], "int64[3] {2, 1, 3}"]), ("", [GRID, "int64[1] {1}"]), ("", ["int64 {4}", "int64[1] {2}"])],
    "Gather": [
        ("axis = 1", [GRID, "int64[2,2] {0, -1, 2, 1}"]), ("", [GRID, "int64 {1}"]),
        ("axis = -1", [GRID, "int64[1] {-2}"]),
    ],
    "Identity": [("", [GRID])],
    "Mod": [("", TWO)],
    "Not": [("", LOGIC[:1])],
    "Pow": [("", [TWO[1], "int64 {3}"]), ("", [REAL[1], "int64 {2}"]), ("", ["float[2] {4, 9}", "float {0.5}"])],
    "Range": [
        ("", ["int64 {7}", "int64 {-2}", "int64 {-3}"]), ("", ["float {0}", "float {1}", "float {0.25}"]),
        ("", ["int64 {1}", "int64 {1}", "int64 {1}"]),
    ],
    "Reshape": [
        ("", [GRID, "int64[3] {0, -1, 1}"]), ("", [GRID, "int64[1] {-1}"]), ("", ["int64[1] {3}", "int64[0] {}"]),
    ],
    "Slice": [
        ("", [GRID, "int64[2] {-1, 0}", "int64[2] {-99, 2}", "int64[2] {1, 0}", "int64[2] {-2, 1}"]),
        ("", [GRID, "int64[1] {1}", "int64[1] {9223372036854775807}", "int64[1] {-2}"]),
        ("", [GRID, "int64[3] {0, 1, 0}", "int64[3] {1, 1, 2}"]),
    ],
    "Sqrt": [("", ["float[2] {2, 9}"])],
    "Squeeze": [("", [TWO[0]]), ("", [TWO[0], "int64[1] {-1}"]), ("", ["int64[1,1] {3}"])],
    "Transpose": [("", [GRID]), ("perm = [2, 0, 1]", [GRID])],
    "Unsqueeze": [("", [TWO[1], "int64[2] {0, -1}"]), ("", ["int64 {3}", "int64[1] {0}"])],
    "Where": [("", [LOGIC[0], TWO[1], TWO[0]]), ("", ["bool {1}", TWO[1], "int64 {9}"])],
}  # fmt: skip


def test_every_operator_is_tried():
    assert set(FORMS) == OPERATORS


@pytest.mark.parametrize(
    ("op_type", "attributes", "given"),
    [(op_type, *form) for op_type, forms in FORMS.items() for form in forms],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_as_onnx_computes_it(op_type, attributes, given):
    from onnx.reference import ReferenceEvaluator

    names = ["i%d" % index if text else "" for index, text in enumerate(given)]
    constants = ["%s = Constant <value = %s> ()" % pair for pair in zip(names, given) if pair[0]]
    body = "%s y = %s <%s> (%s) }" % (" ".join(constants), op_type, attributes, ", ".join(names))
    model = onnx.parser.parse_model('<ir_version: 8, opset_import: ["" : 18]> g () => (y) {' + body.replace("<>", ""))
    (expected,) = ReferenceEvaluator(model).run(None, {})
    found = array_of(PartlyKnown().known(from_proto(model).main.value("y")))
    assert found.dtype == expected.dtype and found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_sizes_of_nothing_take_no_time():
    """An array of no elements may still be 2^40 long along another axis."""
    huge = "n = Constant <value = int64[2] {1099511627776, 0}> () "
    for body in ("y = ConstantOfShape (n)", "o = Constant <value = int64[1,1] {3}> () y = Expand (o, n)"):
        assert computed(huge + body) is None


def test_the_work_for_one_model_is_counted():
    """Each product reads and makes 4,096 numbers: the last of 200 come to nothing, and take no time."""
    many = "n = Constant <value = int64[1] {4096}> () v0 = ConstantOfShape <value = int64[1] {1}> (n) "
    steps = "".join("v%d = Mul (v%d, v%d) " % (i + 1, i, i) for i in range(199))
    model = from_proto(onnx.parser.parse_model(HEAD + many + steps + "y = Identity (v199) }"))
    known = PartlyKnown()
    assert known.known(model.main.value("v20")) is not None and known.known(model.main.value("y")) is None


@pytest.mark.parametrize(
    "body",
    [
        "a = Constant <value = int64[1] {9}> () z = Constant <value = int64[1] {0}> () y = Div (a, z)",
        "a = Constant <value = int64[1] {9}> () f = Constant <value = float[1] {0.5}> () y = Concat <axis = 0> (a, f)",
        "a = Constant <value = int64[1] {9223372036854775807}> () y = Add (a, a)",  # nothing relies on how it wraps
        "a = Constant <value = int64[1] {3}> () b = Constant <value = int64[1] {1000000000}> () y = Pow (a, b)",
        "a = Constant <value = int64[1] {3}> () n = Constant <value = int64[1] {-1}> () y = Pow (a, n)",
        "f = Constant <value = float[1] {1e38}> () g = Mul (f, f) y = Cast <to = 7> (g)",
        "a = Constant <value = int64[1] {3}> () z = Constant <value = int64[1] {0}> () y = Range (a, a, z)",
    ],
)
def test_numbers_that_a_type_does_not_have_are_unknown(body):
    assert computed(body) is None
