"""Files as other converters write them: IR version 3, defaults of functions, outputs without a shape."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.parser
import pytest

from jetdoctor import target
from jetdoctor.fix import fix
from jetdoctor.fix.opset import lower
from tests.rewriting import outputs_of, rewritten

OLD = target.resolve("tensorrt-8.4.3")

FUNCTION = """<ir_version: 8, opset_import: ["" : 18, "this" : 1]>
g (float[2,4] x) => (float[2,4] y) { y = this.shift (x) }
<domain: "this", opset_import: ["" : 18]> shift <by: float = 0.25> (x) => (z) {
  c = Constant <value_float: float = @by> ()
  z = Add (x, c)
}"""


def parse(text):
    return onnx.parser.parse_model(text)


def with_default():
    """onnx before 1.17 has no text for defaults of a function."""
    try:
        return parse(FUNCTION)
    except onnx.parser.ParseError:
        pytest.skip("this onnx has no text for defaults of a function")


def test_inlining_keeps_the_defaults_of_a_function():
    model, x = with_default(), np.ones((2, 4), np.float32)
    result, _, done = rewritten(model, "inline_functions")
    assert done
    assert not result.functions
    assert np.array_equal(outputs_of(result, {"x": x})["y"], x + np.float32(0.25))


def test_a_default_is_not_taken_where_the_call_gives_the_attribute():
    model, x = with_default(), np.ones((2, 4), np.float32)
    model.graph.node[0].attribute.append(onnx.helper.make_attribute("by", 2.0))
    result, _, _ = rewritten(model, "inline_functions")
    assert np.array_equal(outputs_of(result, {"x": x})["y"], x + np.float32(2))


def test_the_model_itself_is_left_as_it_is():
    model = with_default()
    before = model.SerializeToString()
    rewritten(model, "inline_functions")
    lower(model, 17)
    assert model.SerializeToString() == before


GELU = """<ir_version: 3, opset_import: ["" : 20]>
g (float[2,3] x) => (float[2,3] y) { y = Gelu (x) }"""


def saved(folder, model):
    path = str(folder / "model.onnx")
    onnx.save(model, path)
    return path


def test_ir_version_3_is_raised_for_constants_that_are_no_inputs(tmp_path):
    outcome = fix(saved(tmp_path, parse(GELU)), OLD)
    assert outcome.clean
    assert outcome.proto.ir_version == 4
    assert len(outcome.proto.graph.input) == 1


def test_an_output_without_a_shape_is_no_reason_to_refuse_the_fix(tmp_path):
    model = parse(GELU.replace("ir_version: 3", "ir_version: 8"))
    model.graph.output[0].type.tensor_type.ClearField("shape")
    with pytest.raises(onnx.checker.ValidationError):
        onnx.checker.check_model(model)
    outcome = fix(saved(tmp_path, model), OLD)
    assert outcome.clean
    assert outcome.plan.equivalence.status == "equal"
