"""The parts of onnx that a check needs come without the package, and a package that comes later takes them over."""

from __future__ import annotations

import os
import subprocess
import sys

import onnx
from onnx import TensorProto, helper, shape_inference

from jetdoctor import onnx_parts

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODEL = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")

ORDINARY = """
import sys
from jetdoctor.cli import main
code = main(["check", %r, "-t", "jetpack-5.0.2", "--format", "json", "--no-cache"])
found = [name for name in ("onnx", "onnx.helper", "numpy", "ml_dtypes") if name in sys.modules]
assert code == 1 and not found, (code, found)
""" % (MODEL,)

LATER = """
from jetdoctor import onnx_parts
onnx_parts.alone()
ModelProto, native = onnx_parts.messages().ModelProto, onnx_parts.library()
import onnx
from onnx import checker, defs, numpy_helper, parser, shape_inference, version_converter
assert onnx.ModelProto is ModelProto and defs.C is native.defs
model = onnx.load(%r)
assert isinstance(model, ModelProto)
checker.check_model(model)
assert shape_inference.infer_shapes(model).graph.value_info
""" % (MODEL,)


def test_an_ordinary_check_imports_neither_onnx_nor_numpy():
    done = subprocess.run([sys.executable, "-c", ORDINARY], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_onnx_takes_over_the_parts_that_are_there():
    done = subprocess.run([sys.executable, "-c", LATER], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_types_of_outputs_are_those_of_onnx():
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    types = {
        "x": helper.make_tensor_type_proto(TensorProto.FLOAT, ["n", 3, None]),
        "shape": helper.make_tensor_type_proto(TensorProto.INT64, [2]),
    }
    data = {"shape": helper.make_tensor("shape", TensorProto.INT64, [2], [0, 12])}
    schema = onnx.defs.get_schema("Reshape", 13, "")
    imports = [helper.make_opsetid("", 13)]
    expected = shape_inference.infer_node_outputs(schema, node, types, data, opset_imports=imports, ir_version=8)
    assert onnx_parts.output_types(schema, node, types, data, 13) == expected
    assert expected["y"].tensor_type.shape.dim[1].dim_value == 12


def test_types_of_tensors_are_those_of_onnx():
    for shape in ([], [1, "n", None], [0]):
        assert onnx_parts.tensor_type(1, shape) == helper.make_tensor_type_proto(1, shape)


def test_operators_are_asked_for_by_name_and_opset():
    assert onnx_parts.is_operator("Relu") and onnx_parts.is_operator("Gelu", 20)
    assert not onnx_parts.is_operator("Gelu", 19) and not onnx_parts.is_operator("Nothing")
    assert onnx_parts.schema("Reshape", 13).since_version == 13
    assert onnx_parts.newest_ir_version() == onnx.IR_VERSION
