"""Rewrites of loops: a counter of their own, wherever the body or a graph inside of it reads the number of the turn."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import parser

from jetdoctor.fix import fix
from jetdoctor.target import resolve
from tests.rewriting import assert_same

HEAD = '<ir_version: 8, opset_import: ["" : 17]> '

STACKED = """g (float[5,3] x, int64 n, float[3] z) => (float[3] y, float[M,3] s, float[M] t) <bool go = {1}> {
  y, s, t = Loop (n, go, z) <body = turn (int64 i, bool c, float[3] a) => (bool d, float[3] b, float[3] row, float e) {
    d = Identity (c)
    row = Gather <axis = 0> (x, i)
    b = Add (a, row)
    e = Cast <to = 1> (i)
  }>
}"""

INSIDE = """g (float[5,3] x, int64 n, float[3] z) => (float[3] y) <bool go = {1}, int64 two = {2}> {
  y = Loop (n, go, z) <body = turn (int64 i, bool c, float[3] a) => (bool d, float[3] b) {
    d = Identity (c)
    early = Less (i, two)
    row = If (early) <then_branch = yes () => (float[3] p) { p = Gather <axis = 0> (x, i) },
      else_branch = no () => (float[3] q) { q = Neg (a) }>
    b = Add (a, row)
  }>
}"""

ONE_ELEMENT = """g (float[5,3] x, int64[1] n, float[1,3] z) => (float[1,3] y) <bool go = {1}> {
  y = Loop (n, go, z) <body = turn (int64[1] i, bool c, float[1,3] a) => (bool d, float[1,3] b) {
    d = Identity (c)
    row = Gather <axis = 0> (x, i)
    b = Add (a, row)
  }>
}"""


@pytest.mark.parametrize("text", [STACKED, INSIDE, ONE_ELEMENT], ids=["stacked", "inside", "one element"])
@pytest.mark.parametrize("turns", [0, 1, 4])
def test_counter(text, turns):
    model = parser.parse_model(HEAD + text)
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in model.graph.input}
    feeds = {name: np.random.RandomState(3).randn(*shapes[name]).astype(np.float32) for name in ("x", "z")}
    feeds["n"] = np.full(shapes["n"], turns, dtype=np.int64)
    result = assert_same(model, feeds, "loop_own_counter", gone=False)
    body = result.graph.node[0].attribute[0].g
    assert not any(body.input[0].name in node.input for node in body.node)


def test_a_loop_and_the_nodes_in_its_body_take_turns(tmp_path):
    text = """g (float[5,3] x, float[3,4] z) => (float[5,3,1] y) <int64 n = {5}, bool go = {1}> {
      y = Loop (n, go) <body = turn (int64 i, bool c) => (bool d, float[3,1] s) {
        d = Identity (c)
        row = Gather <axis = 0> (x, i)
        axes = Constant <value = int64[1] {1}> ()
        m = ReduceMean <keepdims = 1> (z, axes)
        column = Unsqueeze (row, axes)
        s = Add (column, m)
      }>
    }"""
    path = tmp_path / "m.onnx"
    onnx.save(parser.parse_model(HEAD.replace("17", "18") + text), str(path))
    outcome = fix(str(path), resolve("tensorrt-8.4.3"))
    assert outcome.plan.equivalence.status == "equal"
    assert [result.verdict for result in outcome.results] == ["deploys"]
    assert {step.rule for step in outcome.plan.steps if step.applied} == {"JD204", "JD214"}
