"""Rewrites that change inputs, outputs or their types, and those of operators that ONNX Runtime does not run."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from jetdoctor.catalog import catalog
from jetdoctor.fix.choice import Request
from jetdoctor.fix.rewriting import Rewriting
from jetdoctor.model import from_proto
from jetdoctor.types import Finding, Fix, Location
from tests.cases import parse
from tests.rewriting import model_of, outputs_of, rewritten


def data(shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


def of_model(text, name, tensor=""):
    """The model after a rewrite of the model as a whole."""
    view = from_proto(parse(text))
    rewriting = Rewriting(view, catalog().rewrites, None)
    rewriting.apply([Request(Finding("JD902", "n", "error", "invalid-model", ""), Location(tensor=tensor),
                             Fix("", rewrite=name))])  # fmt: skip
    assert rewriting.done, rewriting.refusals
    return rewriting.finish()


def test_swish_decomposed():
    if not onnx.defs.has("Swish"):
        pytest.skip("onnx %s has no Swish" % onnx.__version__)
    x = data([2, 3])
    model = model_of("Swish", {"x": x}, opset=24, alpha=0.5)
    result, refusals, done = rewritten(model, "swish_decompose")
    assert done, refusals
    np.testing.assert_allclose(outputs_of(result, {"x": x})["y0"], x / (1 + np.exp(-0.5 * x)), rtol=1e-5)


def test_training_outputs_that_nobody_reads_go():
    x, ones = data([2, 3, 4]), np.ones(3, np.float32)
    inputs = {"x": x, "s": 2 * ones, "b": ones, "m": ones, "v": 4 * ones}
    names = ["y", "m1", "v1", "m2", "v2"]
    node = helper.make_node("BatchNormalization", list(inputs), names, name="node", epsilon=0.0)
    declared = [helper.make_tensor_value_info(n, TensorProto.FLOAT, a.shape) for n, a in inputs.items()]
    graph = helper.make_graph([node], "g", declared, [helper.make_tensor_value_info("y", TensorProto.FLOAT, x.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=8)
    result, refusals, done = rewritten(model, "drop_training_outputs")
    assert done, refusals
    assert list(result.graph.node[0].output) == ["y"]
    np.testing.assert_allclose(outputs_of(result, inputs)["y"], 2 * (x - 1) / 2 + 1, rtol=1e-5)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_interpolation_named_as_opset_16_does(mode):
    x, grid = data([1, 1, 4, 4]), np.clip(data([1, 3, 3, 2]), -1, 1)
    newer = model_of("GridSample", {"x": x, "g": grid}, opset=20, mode=mode)
    model = model_of("GridSample", {"x": x, "g": grid}, opset=20, mode=mode)
    model.opset_import[0].version = 16
    result, refusals, done = rewritten(model, "gridsample_mode_names")
    assert done, refusals
    expected = outputs_of(newer, {"x": x, "g": grid})["y0"]
    np.testing.assert_allclose(outputs_of(result, {"x": x, "g": grid})["y0"], expected, rtol=1e-4, atol=1e-5)


def test_double_becomes_float_with_its_interface():
    text = """<ir_version: 8, opset_import: ["" : 17]>
    g (double[3] x) => (double[3] y) <double[3] c = {1, 2, 3}> { y = Mul(x, c) }"""
    result = of_model(text, "double_to_float")
    x = np.array([0.5, 1, 2], np.float32)
    np.testing.assert_array_equal(outputs_of(result, {"x": x})["y"], x * np.array([1, 2, 3], np.float32))


def test_a_tensor_that_nothing_defines_becomes_an_input():
    text = """<ir_version: 8, opset_import: ["" : 17]>
    g (float[3] x) => (float[3] y) <float[3] cut> { y = Add(x, cut) }"""
    result = of_model(text, "declare_tensor", "cut")
    feeds = {"x": data([3]), "cut": np.ones(3, np.float32)}
    np.testing.assert_allclose(outputs_of(result, feeds)["y"], feeds["x"] + 1)


def test_what_nobody_reads_becomes_an_output():
    text = """<ir_version: 8, opset_import: ["" : 17]>
    g (float[3] x) => (float[3] y) { y = Abs(x) }"""
    proto = parse(text)
    del proto.graph.output[:]
    view = from_proto(proto)
    rewriting = Rewriting(view, catalog().rewrites, None)
    rewriting.apply([Request(Finding("JD904", "n", "error", "invalid-model", ""), Location(),
                             Fix("", rewrite="mark_outputs"))])  # fmt: skip
    assert rewriting.done, rewriting.refusals
    x = data([3])
    np.testing.assert_array_equal(outputs_of(rewriting.finish(), {"x": x})["y"], np.abs(x))
