"""Rewrites of shape arithmetic: other operators that give the same numbers, in the order of the file names."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from jetdoctor.fix import fix
from jetdoctor.target import resolve
from tests.rewriting import assert_same, model_of, rewritten
from tests.test_rewrites import data

HEAD = '<ir_version: 7, opset_import: ["" : 13]> g (float[1,3,h,w] x) => (float[1,3,a,b] y) {'
RESIZE = 'y = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , , sizes)'


def repaired(tmp_path, body, target):
    path = str(tmp_path / "model.onnx")
    onnx.save(onnx.parser.parse_model(HEAD + body + "}"), path)
    outcome = fix(path, resolve(target))
    nodes = (outcome.proto or onnx.load(path)).graph.node
    return outcome.plan.equivalence.status, [node.op_type for node in nodes], outcome.results[0].verdict


def number(name, kind, *values):
    shape = "[%d]" % len(values) if kind == "int64" else ""
    return "%s = Constant <value = %s%s {%s}> () " % (name, kind, shape, ", ".join(map(str, values)))


@pytest.mark.parametrize(
    ("scale", "steps", "left"),
    [
        (0.5, "m = Mul (f, k) z = Floor (m) i = Cast <to = 7> (z)", "Div"),
        (1.5, "m = Mul (f, k) z = Ceil (m) i = Cast <to = 7> (z)", "Add"),
        (7.0, "m = Div (f, k) z = Ceil (m) i = Cast <to = 7> (z)", "Add"),
        (2.0, "m = Div (f, k) i = Cast <to = 7> (m)", "Div"),
        (7.0, "m = Div (f, k) c = Ceil (m) z = Mul (c, k) i = Cast <to = 7> (z)", "Mul"),
        (3.0, "d = Div (f, k) m = Add (k, d) z = Ceil (m) i = Cast <to = 7> (z)", "Add"),
        (2.0, "d = Mul (f, k) m = Sub (d, k) z = Ceil (m) i = Cast <to = 7> (z)", "Sub"),
    ],
)
def test_sizes_in_integers(tmp_path, scale, steps, left):
    body = number("two", "int64", 2) + number("four", "int64", 4) + number("front", "int64", 1, 3)
    body += number("k", "float", scale) + "s = Shape (x) hw = Slice (s, two, four) f = Cast <to = 1> (hw) " + steps
    body += " sizes = Concat <axis = 0> (front, i) " + RESIZE
    status, operators, verdict = repaired(tmp_path, body, "tensorrt-8.2.1")
    assert (status, verdict) == ("equal", "deploys")
    assert left in operators and not {"Floor", "Ceil"} & set(operators)


@pytest.mark.parametrize("steps", ["m = Mul (f, k)", "d = Div (f, f) m = Mul (d, k)", "a = Add (f, k) m = Mul (a, k)"])
def test_a_scale_that_floats_round_stays(tmp_path, steps):
    """0.1 is no fraction of few bits: integers would give other sizes; and two sizes have no constant scale."""
    body = number("two", "int64", 2) + number("four", "int64", 4) + number("front", "int64", 1, 3)
    body += number("k", "float", 0.1) + "s = Shape (x) hw = Slice (s, two, four) f = Cast <to = 1> (hw) " + steps
    body += " i = Cast <to = 7> (m) sizes = Concat <axis = 0> (front, i) " + RESIZE
    _, operators, verdict = repaired(tmp_path, body, "tensorrt-8.2.1")
    assert "Mul" in operators and verdict in ("fails", "fixable")


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_onehot_to_gather(axis):
    inputs = {"i": np.array([1, -1, 7], np.int64), "d": np.array(4, np.int64), "v": np.array([5, 9], np.int64)}
    assert_same(model_of("OneHot", inputs, constants=["i", "d"], axis=axis), {"v": inputs["v"]}, "onehot_to_gather")


def test_onehot_of_data_is_no_gather():
    inputs = {"i": np.array([1, 2], np.int64), "d": np.array(4, np.int64), "v": np.array([5, 9], np.int64)}
    assert rewritten(model_of("OneHot", inputs, constants=["d", "v"]), "onehot_to_gather")[2] == 0


@pytest.mark.parametrize(
    ("shape", "indices", "updates"),
    [([5], [[1], [4]], [2]), ([3, 2], [[2], [0]], [2, 2]), ([3, 2], [[2, 1]], [1]), ([4], [[0]], [1])],
)
def test_scatter_sizes_to_gather(shape, indices, updates):
    inputs = {"x": data(shape), "i": np.array(indices, np.int64), "u": data(updates, seed=1)}
    assert_same(model_of("ScatterND", inputs, constants=["i"]), inputs, "scatter_sizes_to_gather")


def test_scatter_elements_of_sizes():
    inputs = {"x": data([3, 4]), "i": np.array([[0, 3], [2, 1]], np.int64), "u": data([2, 2], seed=1)}
    model = model_of("ScatterElements", inputs, constants=["i"], axis=1)
    assert_same(model, inputs, "scatter_sizes_to_gather")


@pytest.mark.parametrize("op_type", ["Neg", "Abs", "Relu"])
def test_size_without_unary(op_type):
    x = np.array([-3, 0, 4], np.int64)
    assert_same(model_of(op_type, {"x": x}), {"x": x}, "size_without_unary")


def test_not_without_unary():
    x = np.array([True, False])
    assert_same(model_of("Not", {"x": x}), {"x": x}, "size_without_unary")
