"""The generator of benchmarks/forms: its models are valid, the same for the same seed, and `check` answers for each."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

FORMS = Path(__file__).resolve().parents[1] / "benchmarks" / "forms"


@pytest.fixture(scope="module")
def generate():
    before = list(sys.path)
    yield runpy.run_path(str(FORMS / "generate.py"))
    sys.path[:] = before


def first(generate, name, opset):
    made = (generate["form"](name, opset, str(seed)) for seed in range(30))
    return next(model for model in made if model is not None)


@pytest.mark.parametrize("name, opset", [("Conv", 13), ("LSTM", 14), ("ReduceSum", 13), ("Pad", 18), ("Add", 7)])
def test_forms_are_valid_and_repeatable(generate, name, opset):
    from jetdoctor.check import check
    from jetdoctor.model import from_proto
    from jetdoctor.target import resolve

    model = first(generate, name, opset)
    assert model.graph.node[-1].op_type == name and len(model.graph.node) <= 1 + len(model.graph.node[-1].input)
    assert model == first(generate, name, opset)
    (result,) = check(from_proto(model), resolve("tensorrt-10.3.0"))
    assert result.verdict != "unknown"


def test_what_does_not_run_is_no_form(generate):
    head = '<ir_version: 8, opset_import: ["" : 17]> '
    text = head + "g (float[2,3] x, float[2,3] w) => (float[2,2] y) { y = MatMul (x, w) }"
    assert generate["computed"](onnx.parser.parse_model(text)) is None
