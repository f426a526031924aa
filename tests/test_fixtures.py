"""The shipped example models: real, small, valid, runnable, and each of the form it is here for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

onnx = pytest.importorskip("onnx")

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "models"
MODELS = sorted(FOLDER.glob("*.onnx"))
SEED = FOLDER / "gap_classifier_dynamo_opset18.onnx"


def nodes(path, op_type):
    graph = onnx.load(str(path)).graph
    return [node for node in graph.node if node.op_type == op_type]


def test_readme_and_generator_name_exactly_the_models_that_are_here():
    here = {path.name for path in MODELS}
    assert len(here) >= 12
    rows = re.findall(r"^\| `([\w.]+\.onnx)` \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(here)
    made = re.findall(r'^    "(\w+opset\d+)":', (FOLDER / "make.py").read_text(encoding="utf-8"), re.M)
    assert {name + ".onnx" for name in made} == here


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_model_is_small_valid_and_at_the_opset_of_its_name(path):
    assert path.stat().st_size < 200_000
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    assert model.producer_name == "pytorch"
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    assert opsets == {"": int(path.stem.rpartition("opset")[2])}


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_model_holds_no_path_of_the_machine_that_exported_it(path):
    content = path.read_bytes()
    assert b".py" not in content
    assert not re.search(rb"/(home|root|opt|tmp|usr|Users)/", content)


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_model_runs_and_its_answer_is_finite(path):
    numpy = pytest.importorskip("numpy")
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 3 for size in entry.shape]
    feed = numpy.random.RandomState(0).rand(*shape).astype(numpy.float32)
    outputs = session.run(None, {entry.name: feed})
    assert all(numpy.isfinite(output).all() for output in outputs)
    assert outputs[0].shape[0] == shape[0]
    assert outputs[0].std() > 0


def test_seed_reduces_with_axes_as_input_then_reshapes_to_1_1280():
    model = onnx.load(str(SEED))
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    (reduce,) = nodes(SEED, "ReduceMean")
    assert [a.name for a in reduce.attribute if a.name == "axes"] == []
    assert sorted(constants[reduce.input[1]]) == [-2, -1]
    (reshape,) = nodes(SEED, "Reshape")
    assert reshape.input[0] == reduce.output[0]
    assert list(constants[reshape.input[1]]) == [1, 1280]
    assert reshape.name == "node_view"


def test_pairs_hold_the_trouble_and_its_absence():
    assert all(len(n.input) == 2 for n in nodes(FOLDER / "layernorm_dynamo_opset18.onnx", "ReduceMean"))
    assert all(len(n.input) == 1 for n in nodes(FOLDER / "layernorm_torchscript_opset17.onnx", "ReduceMean"))
    assert not nodes(FOLDER / "gap_classifier_torchscript_opset13.onnx", "ReduceMean")
    for stem in ("dynamic_batch_dynamo_opset18", "dynamic_batch_torchscript_opset13"):
        first = onnx.load(str(FOLDER / (stem + ".onnx"))).graph.input[0].type.tensor_type.shape.dim[0]
        assert first.dim_param == "batch"


WRONG_ON_8_4 = {
    "gap_classifier_dynamo_opset18",
    "layernorm_dynamo_opset18",
    "squeeze_excite_dynamo_opset18",
    "squeeze_excite_torchscript_opset18",
    "dynamic_batch_dynamo_opset18",
}


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_verdicts_on_two_jetpacks(path):
    from jetdoctor.check import check
    from jetdoctor.model import load
    from jetdoctor.target import resolve

    old, new = check(load(str(path)), resolve("jetpack-5.0.2") + resolve("jetpack-6.2"))
    errors = [(f.rule, f.outcome, f.location.op_type) for f in old.findings if f.severity == "error"]
    assert errors == ([("JD204", "wrong-output", "ReduceMean")] if path.stem in WRONG_ON_8_4 else [])
    assert old.verdict == ("fixable" if path.stem in WRONG_ON_8_4 else "deploys")
    assert new.verdict == "deploys"


def test_seed_reports_the_reshape_as_a_consequence_and_not_as_a_finding():
    from jetdoctor.check import check
    from jetdoctor.model import load
    from jetdoctor.target import resolve

    (result,) = check(load(str(SEED)), resolve("jetpack-5.0.2"))
    cause = result.findings[0]
    assert any("[1,1,1,1] to [1,1280]" in line for line in cause.consequences)
    assert all(f.location is None or f.location.op_type != "Reshape" for f in result.findings)
