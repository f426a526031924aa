"""If over a known condition, Loop over a known number of turns, sequences and optionals: taken out, and equal."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetdoctor.check import check
from jetdoctor.model import from_proto
from jetdoctor.target import resolve
from tests.rewriting import outputs_of, rewritten

settings.register_profile("control", deadline=None, max_examples=10, derandomize=True)
settings.load_profile("control")


def model(text, opset=17):
    return onnx.parser.parse_model('<ir_version: 8, opset_import: ["": %d]> ' % opset + text)


def same(proto, names, *feeds):
    """The rewrites one after the other leave a valid model that computes the same; its operators."""
    result = proto
    for name in names:
        result, refusals, done = rewritten(result, name)
        assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    for inputs in feeds:
        before, after = outputs_of(proto, inputs), outputs_of(result, inputs)
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])
    return [node.op_type for node in result.graph.node], result


X = np.array([1.5, -2.0, 0.5, 3.0], np.float32)
NESTED = """g (float[N] x, float[N] w) => (float[N] y) <bool c = {%d}, bool d = {%d}> {
  y = If (c) <
    then_branch = t () => (float[N] a) { q = Relu (x) a = If (d) <
      then_branch = t2 () => (float[N] b) { b = Abs (q) },
      else_branch = e2 () => (float[N] b2) <float[1] k = {2}> { n = Not (c) b2 = If (n) <
        then_branch = t3 () => (float[N] q2) { q2 = Mul (q, k) },
        else_branch = e3 () => (float[N] q3) { q3 = Sub (q, k) }> }> },
    else_branch = e () => (float[N] z) { z = Identity (w) }> }"""


@given(outer=st.booleans(), inner=st.booleans())
def test_nested_ifs(outer, inner):
    depth = 1 if not outer else 2 if inner else 3
    kinds, _ = same(model(NESTED % (outer, inner)), ["fold_if"] * depth, {"x": X, "w": -X})
    assert kinds == (["Identity"] if not outer else ["Relu", "Abs"] if inner else ["Relu", "Sub"])


def test_two_ifs_with_the_same_names_inside():
    text = """g (float[4] x) => (float[4] y, float[4] z) <bool c = {1}> {
      y = If (c) <then_branch = t () => (float[4] a) { m = Abs (x) a = Neg (m) },
                  else_branch = e () => (float[4] b) { b = Identity (x) }>
      z = If (c) <then_branch = t2 () => (float[4] a) { m = Relu (x) a = Neg (m) },
                  else_branch = e2 () => (float[4] b) { b = Identity (x) }> }"""
    assert same(model(text), ["fold_if"], {"x": X})[0] == ["Abs", "Neg", "Relu", "Neg"]


def test_what_depends_on_the_data_stays():
    text = """g (float[4] x, bool c) => (float[4] y) {
      y = If (c) <then_branch = t () => (float[4] a) { a = Abs (x) },
                  else_branch = e () => (float[4] b) { b = Mish (x) }> }"""
    proto = model(text, 18)
    assert rewritten(proto, "fold_if")[1] and rewritten(proto, "unroll_loop")[1]
    (result,) = check(from_proto(proto), resolve("tensorrt-8.6"))
    assert [fix.rewrite for f in result.findings if f.rule == "JD301" for fix in f.fixes] == ["mish_decompose"]


@given(turns=st.integers(0, 4), scan=st.booleans(), goes=st.booleans())
def test_loops(turns, scan, goes):
    text = """g (float[4] x, bool cc) => (float[4] y%s) <int64 n = {%d}, bool c = {1}> {
      y%s = Loop (n, c, x) <body = b (int64 i, bool k, float[4] v) => (bool kk, float[4] u%s) {
        kk = %s f = Cast <to = 1> (i) r = Add (v, f)
        u = If (cc) <then_branch = t () => (float[4] a) { m = Abs (r) a = Add (m, x) },
                     else_branch = e () => (float[4] z) { z = Identity (r) }> }> }"""
    scan = scan and turns > 0
    kept = "Identity (k)" if goes else "Equal (k, k)"  # true, but not for whoever looks at names only
    shape = ", float[%d,4] o" % turns if scan else ""
    proto = model(text % (shape, turns, ", o" if scan else "", ", float[4] u" if scan else "", kept))
    if not goes and turns > 1:
        assert "decides for itself" in " ".join(rewritten(proto, "unroll_loop")[1])
        return
    kinds, result = same(proto, ["unroll_loop"], *({"x": X, "cc": np.array(b)} for b in (True, False)))
    assert kinds.count("If") == turns and "Loop" not in kinds
    inner = [n for node in result.graph.node for a in node.attribute for s in a.g.node for n in s.output]
    assert len(set(inner)) == len(inner)  # no name twice, in bodies neither


def test_a_loop_too_long():
    text = """g (float[4] x) => (float[4] y) <int64 n = {100000}> {
      y = Loop (n, , x) <body = b (int64 i, bool k, float[4] v) => (bool k, float[4] u) { u = Abs (v) }> }"""
    assert "too many" in rewritten(model(text), "unroll_loop")[1][0]


@given(count=st.integers(2, 4), erased=st.integers(-2, 1), at=st.integers(-1, 0))
def test_a_sequence_that_a_loop_fills(count, erased, at):
    text = """g (float[4] x) => (float[%d,4] y, int64 l, float[4] z)
      <int64 n = {%d}, int64 p = {%d}, int64 q = {%d}, bool c = {1}> {
      s = SequenceEmpty () t, r = Loop (n, c, s, x) <
        body = b (int64 i, bool k, seq(float[4]) h, float[4] v) => (bool k, seq(float[4]) g, float[4] u) {
          f = Cast <to = 1> (i) u = Add (v, f) g = SequenceInsert (h, u) }>
      y = ConcatFromSequence <axis = 0, new_axis = 1> (t)
      e = SequenceErase (t, p) l = SequenceLength (e) z = SequenceAt (e, q) }"""
    kinds, _ = same(model(text % (count, count, erased, at)), ["unroll_loop", "remove_sequence"], {"x": X})
    assert not [kind for kind in kinds if "Sequence" in kind or kind == "Loop"]


@pytest.mark.parametrize("rows", [3, 4])
def test_elements_of_an_open_split(rows):
    text = """g (float[N,6] x) => (float[M,6] y, float[N,4] z) <int64 p = {1}, int64 s = {2}, int64[2] v = {2,4}> {
      a = SplitToSequence <axis = 0> (x, s) y = SequenceAt (a, p)
      b = SplitToSequence <axis = 1> (x, v) z = SequenceAt (b, p) }"""
    kinds, _ = same(model(text), ["remove_sequence"], {"x": np.arange(rows * 6, dtype=np.float32).reshape(rows, 6)})
    assert kinds == ["Slice", "Slice"]


def test_optionals():
    text = """g (float[4] x) => (float[4] y, bool h) {
      o = Optional (x) h = OptionalHasElement (o) y = OptionalGetElement (o) }"""
    assert "Optional" not in same(model(text, 18), ["remove_sequence"], {"x": X})[0]


def test_a_branch_that_no_parser_reads():
    text = """g (float[2,4] x) => (float[2,4] y) <bool c = {%d}> {
      y = If (c) <then_branch = t () => (float[2,4] a) { a = Abs (x) },
                  else_branch = e () => (float[2,4] b) { d = Det (x) b = Add (x, d) }> }"""
    newer, older = resolve("tensorrt-8.4"), resolve("tensorrt-8.2")
    rules = lambda on, target: {f.rule for r in check(from_proto(model(text % on)), target) for f in r.findings}  # noqa: E731
    assert rules(1, newer) == set() and rules(0, newer) == {"JD301"}
    assert rules(1, older) == {"JD301", "JD304", "JD332"}  # which branch it reads is chance there
