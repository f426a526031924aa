"""The proof of models whose open sizes have to fit together in a way that the file does not say."""

from __future__ import annotations

import onnx
import pytest
from onnx import parser

from jetdoctor.fix import fix
from jetdoctor.fix.trial_sizes import combinations
from jetdoctor.target import resolve

HEAD = '<ir_version: 8, opset_import: ["": 18]> '

#: A mask as long as past and new together; a batch that was traced as 3; more samples than the kernels span.
CACHE = """g (float[1,new,4] x, float[1,past,4] old, float[1,all,1] mask) => (float[1,1,4] y) <int64[1] axes = {1}> {
  keys = Concat <axis = 1> (old, x)
  seen = Mul (keys, mask)
  y = ReduceMean <keepdims = 1> (seen, axes)
}"""
TRACED = """g (float[batch,4] x) => (float[batch,2] y) <int64[3] shape = {3,2,2}, int64[1] axes = {1}> {
  r = Reshape (x, shape)
  y = ReduceMean <keepdims = 0> (r, axes)
}"""
SAMPLES = """g (float[1,1,n] x, float[2,1,40] w) => (float[1,2,1] y) <int64[1] axes = {2}> {
  c = Conv <strides = [20]> (x, w)
  y = ReduceMean <keepdims = 1> (c, axes)
}"""


#: The same with a state of the same batch.
STATE = """g (float[b,1,n] x, float[2,1,40] w, float[c,2,1] h) => (float[b,2,2] y) <int64[1] axes = {2}> {
  c = Conv <strides = [20]> (x, w)
  m = ReduceMean <keepdims = 1> (c, axes)
  y = Concat <axis = 2> (m, h)
}"""


@pytest.mark.parametrize("text", [CACHE, TRACED, SAMPLES, STATE], ids=["cache", "traced", "samples", "state"])
def test_sizes_that_fit_are_found(tmp_path, text):
    path = str(tmp_path / "m.onnx")
    onnx.save(parser.parse_model(HEAD + text), path)
    outcome = fix(path, resolve("tensorrt-8.4"))
    assert outcome.clean and outcome.plan.equivalence.status == "equal", outcome.plan
    assert outcome.plan.equivalence.runs >= 5


def test_no_sizes_fit(tmp_path):
    path = str(tmp_path / "m.onnx")
    text = TRACED.replace("{3,2,2}", "{3,2,3}")
    onnx.save(parser.parse_model(HEAD + text), path)
    outcome = fix(path, resolve("tensorrt-8.4"))
    assert outcome.plan.equivalence.status == "not-run" and not outcome.clean


def test_order_of_combinations():
    found = list(combinations(["a", "b"]))
    assert found[0] == {"a": 2, "b": 2} and {"a": 2, "b": 3} in found[:3]
    assert len(found) == len({tuple(sizes.values()) for sizes in found})
    assert not list(combinations([])) and not list(combinations("abcde"))
    assert {"a": 1, "b": 1024} in found and {"a": 1024, "b": 2} in found
    alone = [sizes["n"] for sizes in combinations(["n"])]
    assert len(alone) == len(set(alone)) and max(alone) == 16000


def test_numbers_that_are_sizes_do_not_fill_the_memory():
    """Of CenterCropPad written out, large inputs make outputs of gigabytes: not tried where others are."""
    import numpy as np

    from jetdoctor.fix.prover import _reference_outputs

    class Crop:
        def run(self, feeds):
            return {"y": np.broadcast_to(np.float32(0), tuple(feeds["shape"]))}

    feeds = [(name, {"shape": shape}) for name, shape in (("random", (4, 4)), ("large", (9000, 9000)))]
    pairs, refusal = _reference_outputs(Crop(), feeds, 10.0)
    assert [name for name, _, _ in pairs] == ["random"] and not refusal
    assert len(_reference_outputs(Crop(), feeds[1:], 10.0)[0]) == 1


def test_small_sizes_where_the_likely_ones_take_too_much_memory(tmp_path, monkeypatch):
    from jetdoctor.child.command import Ended
    from jetdoctor.fix import proof, prover

    asked = []

    def ask(job, most, really=proof._ask):
        asked.append(job["small"])
        return really(job, most) if job["small"] else (Ended("out-of-memory", reason="stopped"), {}, prover.ORIGINAL)

    monkeypatch.setattr(proof, "_ask", ask)
    path = str(tmp_path / "m.onnx")
    onnx.save(parser.parse_model(HEAD + SAMPLES), path)
    assert proof.prove(path, path).status == "equal" and asked == [False, True]
    small = str(tmp_path / "fixed.onnx")
    onnx.save(parser.parse_model(HEAD + SAMPLES.replace("[1,1,n]", "[1,1,80]")), small)
    assert "too much memory" in proof.prove(small, small).reason
