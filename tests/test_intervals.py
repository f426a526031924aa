"""Bounds of integer arithmetic: never narrower than what ONNX Runtime computes; what JD408 says by them."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetdoctor.check import check
from jetdoctor.constants.intervals import Intervals
from jetdoctor.model import from_proto
from jetdoctor.target import resolve
from tests.rewriting import outputs_of

settings.register_profile("intervals", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("intervals")

TWO = ("Add", "Sub", "Mul", "Min", "Max", "Concat", "Div", "Mod", "Where", "Clip")
ONE = ("Neg", "Abs", "ReduceMax", "ReduceMin", "Identity", "Cast")


def graph_of(steps, low, high, divisor):
    """Nodes that make v0 (the input between two constants), v1, v2 … each from two values before."""
    lines = ["v0 = Clip (x, low, high)"]
    for number, (op_type, a, b) in enumerate(steps, 1):
        a, b = "v%d" % (a % number), "v%d" % (b % number)
        out = "v%d" % number
        if op_type in ("Div", "Mod"):
            lines.append("%s = %s (%s, divisor)" % (out, op_type, a))
        elif op_type == "Where":
            lines.append("c%d = Less (%s, %s) %s = Where (c%d, %s, %s)" % (number, a, b, out, number, b, a))
        elif op_type == "Concat":
            lines.append("t%d = Concat <axis = 0> (%s, %s) %s = Slice (t%d, one, five)" % (number, a, b, out, number))
        elif op_type == "Clip":
            lines.append("%s = Clip (%s, low, high)" % (out, a))
        elif op_type == "Cast":
            lines.append("f%d = Cast <to = 6> (%s) %s = Cast <to = 7> (f%d)" % (number, a, out, number))
        elif op_type in ONE:
            lines.append("%s = %s (%s)" % (out, op_type, a))
        else:
            lines.append("%s = %s (%s, %s)" % (out, op_type, a, b))
    text = """<ir_version: 8, opset_import: ["": 17]> g (int64[4] x) => (int64[K] v%d)
      <int64 low = {%d}, int64 high = {%d}, int64 divisor = {%d}, int64[1] one = {1}, int64[1] five = {5}> { %s }"""
    return onnx.parser.parse_model(text % (len(steps), low, high, divisor, " ".join(lines)))


STEP = st.tuples(st.sampled_from(TWO + ONE), st.integers(0, 9), st.integers(0, 9))


@given(
    steps=st.lists(STEP, min_size=1, max_size=5), ends=st.lists(st.integers(-40, 40), min_size=2, max_size=2),
    divisor=st.integers(1, 7), seed=st.integers(0, 99),
)  # fmt: skip
def test_results_lie_within(steps, ends, divisor, seed):
    proto = graph_of(steps, min(ends), max(ends), divisor)
    name = proto.graph.output[0].name
    bounds = Intervals().of(from_proto(proto).main.value(name))
    x = np.random.RandomState(seed).randint(-60, 60, 4).astype(np.int64)
    result = outputs_of(proto, {"x": x})[name]
    assert bounds is not None
    if result.size:
        assert bounds[0] <= result.min() and result.max() <= bounds[1]


def test_what_is_not_known():
    proto = graph_of([("Add", 0, 0)], 0, 1, 1)
    graph = from_proto(proto).main
    assert Intervals().of(graph.value("x")) is None and Intervals().of(graph.value("v1")) == (0, 2)
    deep = graph_of([("Add", 9, 9)] * 40, 0, 1, 1)  # each value twice: without a memory this would not end
    assert Intervals().of(from_proto(deep).main.value("v40"))[0] == 0


OVERFLOW = """<ir_version: 8, opset_import: ["": 13]> g (%s x) => (int64[4] y) <int64 far = {%d}, int64 ten = {10}> {
  i = Cast <to = 7> (x) m = Mod (i, ten) y = Add (%s, far) }"""


@pytest.mark.parametrize(
    "dtype, far, read, said",
    [
        ("int64[4]", 1 << 40, "i", "is unbounded, so it may overflow"),
        ("int64[4]", 1 << 40, "m", "is between 1099511627776 and 1099511627785 and overflows"),
        ("int32[4]", 1 << 32, "i", "is between 2147483648 and 6442450943 and overflows"),
        ("int32[4]", 1 << 31, "i", "is between 0 and 4294967295 and may overflow"),
        ("uint8[4]", -(1 << 31) - 1, "i", "is between -2147483649 and -2147483394 and may overflow"),
    ],
)
def test_whether_an_overflow_is_possible(dtype, far, read, said):
    proto = onnx.parser.parse_model(OVERFLOW % (dtype, far, read))
    (result,) = check(from_proto(proto), resolve("tensorrt-8.6"))
    (finding,) = [finding for finding in result.findings if finding.rule == "JD408"]
    assert said in finding.message


#: v lies between -3 and 5, three is 3, big between -128 and 128; of loose only the rank is known
EXACT = [
    ("Neg (v)", (-5, 3)),
    ("Abs (v)", (0, 5)),
    ("Add (v, three)", (0, 8)),
    ("Sub (v, three)", (-6, 2)),
    ("Sub (three, v)", (-2, 6)),
    ("Mul (v, v)", (-15, 25)),
    ("Div (v, three)", (-1, 1)),
    ("Div (v, v)", None),
    ("Mod (v, three)", (0, 2)),
    ("Mod (v, v)", None),
    ("Mod <fmod = 1> (v, three)", None),
    ("Min (v, three)", (-3, 3)),
    ("Max (v, three)", (3, 5)),
    ("Min (v, x)", None),
    ("Where (b, v, three)", (-3, 5)),
    ("Concat <axis = 0> (three, v)", (-3, 5)),
    ("Range (zero, five, three)", (0, 5)),
    ("Clip (v, , three)", (-3, 5)),
    ("Clip (v, zero, three)", (0, 3)),
    ("Clip (v, nine, nine)", (9, 9)),
    ("Clip (x, zero, nine)", (0, 9)),
    ("Cast <to = 6> (v)", (-3, 5)),
    ("Cast <to = 2> (v)", (0, 255)),
    ("Cast <to = 3> (big)", (-128, 127)),
    ("Cast <to = 5> (big)", (-128, 128)),
    ("Cast <to = 9> (v)", (0, 1)),
    ("Shape (t)", (2, 6)),
    ("Shape (loose)", (0, (1 << 31) - 1)),
    ("Shape (u)", None),
    ("Size (t)", (12, 12)),
    ("Size (loose)", None),
    ("ArgMax (t)", (0, (1 << 31) - 1)),
]


@pytest.mark.parametrize("node, wanted", EXACT)
def test_bounds_are_as_narrow_as_they_can_be(node, wanted):
    text = """<ir_version: 8, opset_import: ["": 17]>
      g (int64[1] x, bool b, float[2, 6] t, float[N, 4] loose, float u) => (int64[1] v)
      <int64[1] low = {-3}, int64[1] high = {5}, int64[1] three = {3}, int64[1] nine = {9},
       int64 zero = {0}, int64 five = {5}, int64[1] far = {-128}, int64[1] wide = {128}>
      { v = Clip (x, low, high) big = Clip (x, far, wide) n = %s }"""
    assert Intervals().of(from_proto(onnx.parser.parse_model(text % node)).main.value("n")) == wanted
