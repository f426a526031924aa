"""The Python bindings: builder and parser against TensorRT-RTX's real ones, both run APIs against stand-ins."""

import os
import sys
import types

import numpy
import pytest

from jetdoctor.types import JetdoctorError
from jetdoctor.verify import trt_run, trt_worker
from jetdoctor.verify.backends import tensorrt as backend
from jetdoctor.verify.job import Job
from tests import stand_in_tensorrt
from tests.models_for_verify import cnn, one_node, saved, view


def build(version, model, folder, monkeypatch, **how):
    module = pytest.importorskip("tensorrt_rtx")
    monkeypatch.setitem(sys.modules, "tensorrt_as", stand_in_tensorrt.of(version, module))
    job = {
        "model": saved(model, folder),
        "engine": str(folder / "m.engine"),
        "precision": "fp32",
        "workspace": 64 << 20,
    }
    job.update({"profiles": [], "values": {}, "module": "tensorrt_as"}, **how)
    return trt_worker.build_and_run(job, str(folder))


@pytest.mark.parametrize("version", ["8.5.2", "8.6.1", "10.3.0", "11.0.0"])
def test_an_engine_is_built_and_written_whole(version, tmp_path, monkeypatch):
    answer = build(version, cnn(), tmp_path, monkeypatch)
    assert answer["parsed"] and answer["built"] and answer["version"] == version
    assert os.path.getsize(str(tmp_path / "m.engine")) > 1000
    assert not [name for name in os.listdir(str(tmp_path)) if name.endswith(".partial")]


def test_a_dynamic_model_with_a_profile_and_a_timing_cache(tmp_path, monkeypatch):
    model = one_node("Softmax", {"x": (1, ["n", 8])}, ["n", 8])
    profile = [{"x": [[1, 8], [4, 8], [16, 8]]}]
    assert build("10.3.0", model, tmp_path, monkeypatch, profiles=profile)["built"]


def test_a_refusal_names_the_node(tmp_path, monkeypatch):
    model = one_node("Twist", {"x": (1, [1, 4])}, [1, 4], domain="my.ops")
    answer = build("10.3.0", model, tmp_path, monkeypatch)
    assert not answer["parsed"] and not answer["built"]
    assert answer["errors"][0]["node"] == "only" and answer["errors"][0]["text"]


def test_what_11_and_missing_calibration_cannot_do_is_one_line(tmp_path, monkeypatch):
    with pytest.raises(JetdoctorError, match="AutoCast"):
        build("11.0.0", cnn(), tmp_path, monkeypatch, precision="fp16")
    with pytest.raises(JetdoctorError, match="calibration"):
        trt_worker._calibrator(None, [], None)


@pytest.mark.parametrize("engine", [stand_in_tensorrt.NamedEngine, stand_in_tensorrt.IndexedEngine])
def test_both_run_apis_give_outputs_and_free_their_memory(engine, monkeypatch):
    pytest.importorskip("polygraphy")
    monkeypatch.setattr("polygraphy.cuda", stand_in_tensorrt.Memory, raising=False)
    trt = types.SimpleNamespace(TensorIOMode=stand_in_tensorrt.TensorIOMode)
    x = numpy.arange(6, dtype="float64").reshape(3, 2)
    outputs = trt_run.infer(trt, engine(), {"x": x})
    assert outputs["y"].dtype == "float32" and numpy.array_equal(outputs["y"], x * 2)
    assert len(trt_run.times(trt, engine(), {"x": x}, 5, 0, 1)) == 5
    assert not stand_in_tensorrt.Memory.blocks


def test_without_bindings_or_a_gpu_it_says_so(monkeypatch):
    job = Job("m.onnx", view(cnn()))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "no tensorrt bindings" in backend.missing(job)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr(backend, "_has_gpu", lambda: False)
    assert "no NVIDIA GPU" in backend.missing(job)
