"""Facts of a model: the head of a report, ``inspect``, external data that is missing."""

from __future__ import annotations

import json
import os

import numpy
import onnx
import pytest
from onnx import helper, numpy_helper

from jetdoctor import external
from jetdoctor.cli import main
from jetdoctor.model import load, summarize
from jetdoctor.report import anatomy
from jetdoctor.types import ModelSummary, TensorInfo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DYNAMIC = os.path.join(ROOT, "fixtures", "models", "dynamic_batch_torchscript_opset13.onnx")

INSPECTED = """\
  made by pytorch 2.13.0, torchscript
  opset   ai.onnx 13
"""


def test_inspect(capsys):
    assert main(["inspect", DYNAMIC]) == 0
    shown = capsys.readouterr().out
    assert INSPECTED in shown and "  input   image FLOAT [batch,3,32,32]" in shown
    assert "  likely  image=1x3x32x32:1x3x32x32:4x3x32x32" in shown
    assert "     2  Conv" in shown


def test_check_says_what_the_model_is_first(capsys):
    main(["check", DYNAMIC, "-t", "jetpack-6.2"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:10].index("  input   image FLOAT [batch,3,32,32]") > 0
    assert any(line.startswith("  size    ") and "parameters" in line for line in lines[:10])


def test_json_has_the_facts(capsys):
    main(["check", DYNAMIC, "-t", "jetpack-6.2", "--format", "json"])
    model = json.loads(capsys.readouterr().out)["results"][0]["model"]
    assert model["inputs"] == [{"name": "image", "dtype": "FLOAT", "shape": ["batch", 3, 32, 32]}]
    assert model["size_bytes"] == os.path.getsize(DYNAMIC) and model["operators"]["Conv"] == 2
    assert model["parameters"] == summarize(load(DYNAMIC)).parameters > 0


def test_many_inputs_are_counted():
    tensors = tuple(TensorInfo("x%d" % n, "FLOAT", (1, None, "a b")) for n in range(9))
    found = anatomy.lines(ModelSummary("m.onnx", inputs=tensors))
    assert found[0] == ("input", "x0 FLOAT [1,?,a b]") and found[4] == ("", "and 5 more: jetdoctor inspect lists them")
    assert anatomy.lines(ModelSummary("m.engine")) == []


@pytest.fixture
def without_data(tmp_path):
    """A model whose initializer and whose Constant lie in a file that is gone."""
    ones = numpy.ones((8, 8), "float32")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(ones, "value")),
        helper.make_node("MatMul", ["h", "c"], ["y"]),
    ]
    values = [helper.make_tensor_value_info(name, 1, [1, 8]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], [numpy_helper.from_array(ones, "w")])
    path = str(tmp_path / "m.onnx")
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(proto, path, save_as_external_data=True, location="m.data", size_threshold=0, convert_attribute=True)
    os.remove(str(tmp_path / "m.data"))
    return path


@pytest.mark.parametrize("command", ["check", "fix", "verify", "plan"])
def test_missing_external_data_is_bad_usage_everywhere(without_data, command, capsys):
    assert main([command, without_data, "-t", "jetpack-6.2"]) == 2
    shown = capsys.readouterr()
    assert "the external data file m.data does not exist next to the model" in shown.out + shown.err
    assert "JD901" in shown.out + shown.err


def test_missing_external_data_of_a_reference(without_data, capsys):
    assert main(["verify", DYNAMIC, "--reference", without_data, "--backend", "onnxruntime"]) == 2
    assert "JD901" in capsys.readouterr().err


def test_external_data_is_found_in_attributes_too(without_data, capsys):
    assert [name for name, _ in external.tensors(load(without_data))] == ["w", "c"]
    assert main(["inspect", without_data]) == 0
    assert "  data    m.data, missing" in capsys.readouterr().out
