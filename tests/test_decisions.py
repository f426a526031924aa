"""Where the original disagrees with itself the proof compares in pieces: before what decides, and behind it."""

from __future__ import annotations

import onnx
import pytest

from jetdoctor.fix import prover
from jetdoctor.fix.decisions import decisions
from jetdoctor.model import from_proto

#: sixteen scores that are equal but for rounding, and what belongs to the first four of them
SHIFTS, HALVES = (", ".join(str(shift * part) for shift in range(1, 17)) for part in (0.25, 0.125))
TIED = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,1] score, float[2,16] x) => (float[2,4] y) <float[16] shifts = {%s}, float[16] halves = {%s},
 float c = {%%s}, int64[1] k = {%%s}> {
  %%s
  s = Sub (far, shifts)
  v, i = TopK <axis = 1%%s> (s, k)
  best = GatherElements <axis = 1> (x, i)
  y = Mul (best, c)
}""" % (SHIFTS, HALVES)
AT_ONCE = "far = Add (score, shifts)"
TWICE = "half = Add (score, halves) far = Add (half, halves)"
OTHER = "half = Add (score, halves) far = Add (half, shifts)"
BEFORE, AFTER = TIED % ("2.0", "4", AT_ONCE, ""), TIED % ("2.0", "4", TWICE, "")


@pytest.fixture
def proven(tmp_path):
    def both(before, after):
        paths = [str(tmp_path / name) for name in ("before.onnx", "after.onnx")]
        for path, text in zip(paths, (before, after)):
            onnx.save(onnx.parser.parse_model(text), path)
        job = {"original": paths[0], "candidate": paths[1], "inputs": "", "types": "same", "small": False}
        return prover._compare(job, str(tmp_path), 10.0)

    return both


def test_ties_take_the_decisions_of_the_original(proven):
    found = proven(BEFORE, AFTER)
    assert found["status"] == "equal" and "the models agree in what decides (1 TopK)" in found["reason"]


@pytest.mark.parametrize(
    "after",
    [
        TIED % ("2.0", "4", OTHER, ""),  # other scores
        TIED % ("2.1", "4", TWICE, ""),  # something else is made of what was chosen
    ],
)
def test_what_is_really_different_is_not_proven(proven, after):
    assert proven(BEFORE, after)["status"] != "equal"


def shared(before, after):
    views = [from_proto(onnx.parser.parse_model(text)) for text in (before, after)]
    return [decision.op_type for decision in decisions(*views)]


def test_only_the_same_operators_with_the_same_constants_are_cut():
    assert shared(BEFORE, AFTER) == ["TopK"]
    assert not shared(BEFORE, TIED % ("2.0", "3", TWICE, ""))
    assert not shared(BEFORE, TIED % ("2.0", "4", TWICE, ", largest = 0"))


def test_integers_and_constants_decide_nothing_that_rounding_changes():
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[4] x, int64[4] n) => (float[4] y, bool[4] z) <float[4] c = {1, 2, 3, 4}> {
      f = Floor (c)
      y = Add (x, f)
      z = Equal (n, n)
    }"""
    assert shared(text, text) == []


#: Sin of a large number makes the last digit the result
CHAOS = """<ir_version: 8, opset_import: ["": 18]>
g (float[N,3] x) => (float[N,3] y) <float big = {1e6}, float c = {0.3}> { %s far = Mul (h, big) y = Sin (far) }"""
WHOLE, APART = "h = Sum (x, c, x)", "d = Add (x, x) h = Add (d, c)"


@pytest.mark.parametrize("after, equal", [(APART, True), (APART.replace("(d, c)", "(d, d)"), False)])
def test_layers_are_compared_on_the_values_of_the_original(proven, after, equal):
    found = proven(CHAOS % WHOLE, CHAOS % after)
    assert (found["status"] == "equal") is equal and ("layer by layer" in found["reason"]) is equal
