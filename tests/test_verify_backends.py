"""ONNX Runtime against planted faults, TensorRT-RTX for real, the rehearsal, and which backend "auto" takes."""

import importlib.util
import os
from dataclasses import replace

import numpy
import onnx
import pytest
from onnx import numpy_helper

from jetdoctor.model import load
from jetdoctor.types import Evidence, JetdoctorError, Target, UsageError
from jetdoctor.verify import activation_ranges, backends, exit_code, inputs, marking, profiles, verify
from jetdoctor.verify.backends import reference, rtx
from jetdoctor.verify.backends import rehearsal as rehearsal_backend
from jetdoctor.verify.divergence import first
from jetdoctor.verify.job import Job, workspace_for
from tests.models_for_verify import cnn, one_node, saved, view

pytestmark = pytest.mark.once

has_rtx = pytest.mark.skipif(importlib.util.find_spec("tensorrt_rtx") is None, reason="no tensorrt-rtx")


def job(model, folder, original=None, **how):
    seen = view(model)
    if "runs" not in how:
        how["runs"] = tuple((case.name, case.feeds(seen)) for case in inputs.cases(seen))
    before = saved(original, folder, "original.onnx") if original is not None else None
    return Job(saved(model, folder), seen, reference=before, time_limit=60, **how)


def changed_weight(name, factor, index=0):
    model = cnn()
    for tensor in model.graph.initializer:
        if tensor.name == name:
            array = numpy_helper.to_array(tensor).copy()
            array.ravel()[index] *= factor
            tensor.CopyFrom(numpy_helper.from_array(array, name))
    return model


def test_the_same_model_is_equal_on_every_case(tmp_path):
    found = reference.run(job(cnn(), tmp_path, cnn()))
    assert (found.status, found.level) == ("passed", "static") and found.details["runs"] == 6


@pytest.mark.parametrize("weight, index, node", [("w1", 0, "Conv_0"), ("w2", 0, "Conv_2"), ("w3", 130, "MatMul_6")])
def test_one_weight_off_by_a_percent_is_found_and_placed(weight, index, node, tmp_path):
    found = reference.run(job(changed_weight(weight, 1.01, index), tmp_path, cnn()))
    assert found.status == "different"
    assert found.details["divergence"]["node_name"] == node and node in found.message


def test_a_swapped_axis_is_found_and_placed(tmp_path):
    def transposed(perm):
        model = one_node("Transpose", {"x": (1, [1, 4, 4])}, [1, 4, 4], perm=perm)
        model.graph.node.add().CopyFrom(onnx.helper.make_node("Relu", ["y"], ["z"], "after"))
        model.graph.output[0].name = "z"
        return model

    found = reference.run(job(transposed([0, 2, 1]), tmp_path, transposed([0, 1, 2])))
    assert found.status == "different" and found.details["divergence"]["node_name"] == "only"


def test_outputs_in_another_order_are_found(tmp_path):
    def two(order):
        model = cnn()
        outputs = [model.graph.output[0], onnx.helper.make_tensor_value_info("flat", 1, [1, 16])]
        del model.graph.output[:]
        model.graph.output.extend([outputs[i] for i in order])
        return model

    found = reference.run(job(two([1, 0]), tmp_path, two([0, 1])))
    assert found.status == "different" and "order" in found.message


def test_a_candidate_that_does_not_run_is_refused(tmp_path):
    broken = cnn()
    broken.graph.node[0].op_type = "NoSuchOperator"
    found = reference.run(job(broken, tmp_path, cnn(), runs=(("one", inputs.feeds(view(cnn()))),)))
    assert found.status == "refused"


def test_without_a_reference_nothing_is_claimed(tmp_path):
    found = reference.run(job(cnn(), tmp_path))
    assert (found.status, found.level) == ("ran", "not-run") and "--reference" in found.message
    assert "nothing was compared" in found.message and "NaN" not in found.message
    assert found.details["runs"] == 6 and exit_code((found,)) == 3
    root = one_node("Sqrt", {"x": (1, [1, 4])}, [1, 4])
    assert "NaN or Inf in y (inputs: random 0, " in reference.run(job(root, tmp_path)).message


@has_rtx
def test_what_is_compiled_is_run_as_well_and_what_was_not_compared_is_said(tmp_path):
    from jetdoctor.report import evidence

    one = job(cnn(), tmp_path, target=Target("t", tensorrt="8.4.1"))
    found = verify(one)
    assert [(e.backend, e.status) for e in found[2:]] == [("tensorrt-rtx", "passed"), ("onnxruntime", "ran")]
    assert exit_code(found) == 0 and not evidence.compared(found)
    assert "no outputs were compared" in " ".join(evidence.text(one.model, one.target, found, 80, False).split())
    assert [e.backend for e in verify(one, without=("onnxruntime",))] == ["tensorrt", "trtexec", "tensorrt-rtx"]
    original = saved(cnn(), tmp_path, "original.onnx")
    compared = verify(replace(one, reference=original))
    assert evidence.compared(compared) and exit_code(compared) == 0


def test_a_runtime_that_dies_of_the_model_is_a_finding(tmp_path):
    found = reference.run(replace(job(cnn(), tmp_path), time_limit=0.01))
    assert (found.status, found.level, exit_code((found,))) == ("timed-out", "not-run", 1)
    assert found.findings[0].rule == "JD611"


def test_the_memory_of_a_child_ends_where_the_machine_s_does(tmp_path):
    limit = Job("m", None).memory_limit
    assert limit is None or limit < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_the_search_needs_few_probes_on_a_long_chain():
    order = ["t%d" % n for n in range(10000)]
    for wrong in (0, 1, 31, 5000, 9999):
        rounds = []

        def probe(names, wrong=wrong, rounds=rounds):
            rounds.append(names)
            return {name: "differs" if int(name[1:]) >= wrong else "" for name in names}

        assert first(order, probe) == order[wrong]
        assert len(rounds) <= 4 and all(len(names) <= 65 for names in rounds)
    assert first(order, lambda names: {name: "" for name in names}) is None


@has_rtx
def test_rtx_compiles_for_the_target_and_says_what_that_is_worth(tmp_path):
    found = rtx.run(job(cnn(), tmp_path, target=Target("t", tensorrt="8.4.1")))
    assert (found.status, found.level) == ("passed", "compiled")
    assert found.details["engine_bytes"] > 1000
    assert "newer" in found.message and "8.4.1" in found.message and "nothing was executed" in found.message


@has_rtx
def test_rtx_refuses_with_the_node(tmp_path):
    model = one_node("Twist", {"x": (1, [1, 4])}, [1, 4], domain="my.ops")
    found = rtx.run(job(model, tmp_path, runs=()))
    assert (found.status, found.level) == ("refused", "compiled")
    assert found.findings[0].location.node_name == "only"


@has_rtx
def test_rtx_builds_a_dynamic_model_with_its_profile(tmp_path):
    model = one_node("Softmax", {"x": (1, ["batch", 8])}, ["batch", 8])
    asked = profiles.complete(view(model), profiles.parse(["x=1x8:4x8:16x8"]))
    assert rtx.run(job(model, tmp_path, runs=(), profiles=tuple(asked))).status == "passed"


@has_rtx
def test_rtx_stopped_at_its_time_limit_is_a_finding(tmp_path):
    found = rtx.run(replace(job(cnn(), tmp_path, runs=()), time_limit=0.05))
    assert found.status == "timed-out" and found.findings[0].rule == "JD611"


@pytest.mark.parametrize(
    "capability, sm, word",
    [
        ("8.6", "SM86", ""),
        ("8.7", "SM86", "same generation"),
        ("7.2", "SM75", "cannot build"),
        (None, "SM86", "no GPU"),
    ],
)
def test_the_nearest_architecture(capability, sm, word):
    assert rtx.architecture(capability)[0] == sm and word in rtx.architecture(capability)[1]


def test_profiles_ask_for_what_is_missing():
    model = view(one_node("Relu", {"images": (1, ["batch", 3, "h", "w"])}))
    assert profiles.complete(model, []) == [model.profile]
    two = view(one_node("Add", {"a": (1, ["batch", 3]), "b": (1, ["batch", 3])}))
    with pytest.raises(UsageError, match="--shapes b=1x3:1x3:4x3"):
        profiles.complete(two, profiles.parse(["a=1x3"]))
    unknown = view(one_node("Relu", {"images": (1, None)}))
    with pytest.raises(UsageError, match="--shapes images=1x3x224x224"):
        profiles.complete(unknown, [])
    (one,) = profiles.complete(model, profiles.parse([], "images:1x3x32x32", "images:1x3x64x64", "images:2x3x96x96"))
    assert list(one["images"]) == [(1, 3, 32, 32), (1, 3, 64, 64), (2, 3, 96, 96)]
    assert len(profiles.parse(["images=1x3x8x8", "images=1x3x9x9"])) == 2
    for wrong in (
        "images=1x3x8",
        "images=1x4x8x8",
        "images=2x3x8x8:1x3x8x8:4x3x8x8",
        "image=1x3x8x8",
        "images",
    ):
        with pytest.raises(UsageError):
            profiles.complete(model, profiles.parse([wrong]))


def deep(scale):
    """x * scale, then back: overflows half for scale 1e6."""
    model = one_node(
        "Mul", {"x": (1, [1, 64])}, [1, 64], constants=[numpy_helper.from_array(numpy.float32(scale), "k")]
    )
    model.graph.initializer.append(numpy_helper.from_array(numpy.float32(1 / scale), "back"))
    model.graph.node.add().CopyFrom(onnx.helper.make_node("Mul", ["y", "back"], ["z"], "down"))
    model.graph.node.add().CopyFrom(onnx.helper.make_node("Sigmoid", ["z"], ["s"], "last"))
    model.graph.output[0].name = "s"
    return model


def test_the_rehearsal_clears_an_ordinary_cnn(tmp_path):
    for precision in ("fp16", "bf16"):
        found = rehearsal_backend.run(
            job(cnn(), tmp_path, precision=precision, runs=(("r", inputs.feeds(view(cnn()))),))
        )
        assert found.status == "passed" and "safe" in found.message and found.level == "static"


@pytest.mark.parametrize("name", ["gap_classifier_dynamo_opset18", "dynamic_batch_torchscript_opset13"])
def test_the_rehearsal_clears_exported_cnns(name, tmp_path):
    path = os.path.join(os.path.dirname(__file__), "..", "fixtures", "models", name + ".onnx")
    found = rehearsal_backend.run(job(onnx.load(path), tmp_path, precision="fp16"))
    assert found.status == "passed" and "safe" in found.message, found.message


def test_the_rehearsal_finds_a_planted_overflow_and_what_to_keep(tmp_path):
    model = deep(1e6)
    runs = (("random 0", inputs.feeds(view(model))),)
    found = rehearsal_backend.run(job(model, tmp_path, precision="fp16", runs=runs))
    assert found.status == "different" and found.findings[0].outcome == "precision"
    assert [layer["node_name"] for layer in found.details["overflow"]][0] == "only"
    assert {node["node_name"] for node in found.details["keep"]} == {"only", "down"}
    assert "--layerPrecisions=only:fp32,down:fp32" in found.details["command"]
    assert rehearsal_backend.run(job(model, tmp_path, precision="bf16", runs=runs)).status == "passed"


def test_int8_needs_data_and_says_so(tmp_path):
    one = job(cnn(), tmp_path, precision="int8")
    assert "calibration data" in rehearsal_backend.missing(one)
    images = numpy.random.RandomState(0).uniform(0, 1, (8, 3, 16, 16)).astype("float32")
    numpy.savez(str(tmp_path / "calib.npz"), images=images)
    ready = replace(one, calibration=str(tmp_path / "calib.npz"), runs=(("one", {"images": images[:1]}),))
    assert rehearsal_backend.missing(ready) == ""
    found = rehearsal_backend.run(ready)
    assert found.status == "passed" and found.details["rehearsed"] > 3
    assert "ranges by entropy from 8 sets" in found.message
    (tmp_path / "calib.cache").write_text("TRT-8401-EntropyCalibration2\n")
    assert "is a cache" in rehearsal_backend.missing(replace(one, calibration=str(tmp_path / "calib.cache")))
    assert 0 < max(layer["error"] for layer in found.details["layers"]) < 0.2


def test_int8_ranges_by_entropy_cut_rare_values_off_and_by_minmax_do_not(tmp_path, monkeypatch):
    bins = 2048 * numpy.exp(-((numpy.arange(2048) / 300.0) ** 2))
    bins[2047] = 1
    assert 0.1 < activation_ranges.entropy_limit(bins, 10.0) / 10.0 < 0.7
    assert activation_ranges.entropy_limit(numpy.ones(2048), 4.0) == 4.0
    assert activation_ranges.entropy_limit(numpy.zeros(2048), 0.0) == 0.0
    images = numpy.random.RandomState(0).uniform(0, 1, (8, 3, 16, 16)).astype("float32")
    images[7, 0, 0, 0] = 30.0
    numpy.savez(str(tmp_path / "calib.npz"), images=images)
    monkeypatch.setattr(rehearsal_backend, "_SETS", 4)  # judged without the odd one
    runs = (("ordinary", {"images": images[1:2]}),)
    errors = {}
    for calibrator in ("minmax", "entropy"):
        one = job(cnn(), tmp_path, precision="int8", runs=runs, given=1, calibrator=calibrator)
        found = rehearsal_backend.run(replace(one, calibration=str(tmp_path / "calib.npz")))
        errors[calibrator] = found.details["layers"][0]["error"]
    assert errors["entropy"] < errors["minmax"] / 3, errors


def test_a_subgraph_sees_the_twin_and_runs(tmp_path):
    text = """
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[1,8] x, bool flag) => (float[1,8] y) {
      a = Exp (x)
      y = If (flag) <then_branch = t () => (float[1,8] p) { p = Add (a, a) },
                     else_branch = e () => (float[1,8] q) { q = Identity (a) }>
    }
    """
    model = onnx.parser.parse_model(text)
    runs = tuple((str(f), {"x": numpy.ones((1, 8), "float32"), "flag": numpy.array(f)}) for f in (True, False))
    found = rehearsal_backend.run(job(model, tmp_path, precision="fp16", runs=runs))
    assert found.status == "passed", found


def test_auto_names_every_stronger_backend_and_why_it_did_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = verify(job(cnn(), tmp_path, cnn(), precision="fp16", runs=(("r", inputs.feeds(view(cnn()))),)))
    names = [one.backend for one in found]
    assert names == list(backends.MODULES)[: len(names)] and names[-1] == "onnxruntime"
    assert all(one.message for one in found) and found[-1].status == "passed"
    if importlib.util.find_spec("tensorrt") is None:
        assert found[0].status == "not-run" and "no tensorrt bindings" in found[0].message
    assert exit_code(found) == 0


def test_a_backend_by_name_must_be_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(JetdoctorError, match="no trtexec"):
        verify(job(cnn(), tmp_path), "trtexec")
    with pytest.raises(UsageError):
        verify(job(cnn(), tmp_path), "magic")


def test_exit_codes():
    def one(status):
        return Evidence("b", "static", status)

    assert exit_code((one("not-run"), one("passed"))) == 0
    assert exit_code((one("passed"), one("different"))) == 1
    assert exit_code((one("crashed"),)) == 1
    assert exit_code((one("not-run"),)) == exit_code((one("not-run"), one("ran"))) == 3
    assert exit_code((one("passed"), one("ran"))) == 0


def test_the_workspace_follows_the_boards_memory():
    from jetdoctor.types import Module

    def of(ram):
        return workspace_for(Target("t", module=Module("m", "M", ram_mb=ram))) >> 20

    assert (of(2048), of(4096), of(8192), of(65536), workspace_for(None) >> 20) == (
        256,
        512,
        1024,
        2048,
        1024,
    )


def test_the_rehearsal_of_tiny_outputs_says_what_is_wrong(tmp_path):
    """Untrained weights give outputs of 1e-10, which no FP16 number reaches."""
    small = [numpy_helper.from_array(numpy.float32(1e-10), "k")]
    model = one_node("Mul", {"x": (1, [1, 64])}, [1, 64], constants=small)
    found = rehearsal_backend.run(job(model, tmp_path, precision="fp16"))
    assert found.status == "different" and "below the smallest number in FP16" in found.message
    assert "100 % of the largest value" in found.message


def test_many_layers_are_a_share_and_not_a_list(tmp_path):
    kept = [{"node_name": "n%d" % n, "op_type": "Mul", "node_index": n} for n in range(331)]
    answer = {"status": "mixed", "overflow": [], "rehearsed": 360, "total": 350, "keep": kept, "reason": "y: wrong"}
    text = rehearsal_backend.message("fp16", answer)
    assert "331 of 350 layers" in text and text.endswith("that is most of the model: build it in FP32")
    assert rehearsal_backend._command(job(cnn(), tmp_path), answer) == ""


def test_inputs_that_onnx_runtime_refuses_are_not_our_failure(tmp_path):
    """The generated index lies beyond the three rows: the model is whole, other inputs would do."""
    model = one_node("GatherND", {"x": (1, [3, 4]), "at": (7, [1, 1])}, [1, 4])
    runs = (("random 0", {"x": numpy.ones((3, 4), "float32"), "at": numpy.array([[9]])}),)
    for backend, precision in (("rehearsal", "fp16"), ("onnxruntime", "fp32")):
        found = verify(job(model, tmp_path, precision=precision, runs=runs), backend)
        assert exit_code(found) == 2 and "--inputs FILE.npz" in found[0].message, found


def test_nodes_without_a_name_are_rehearsed(tmp_path):
    text = """<ir_version: 8, opset_import: ["" : 13]>
    g (float[1,8] x) => (float[1,8] y) { a = HardSigmoid (x) b = Mul (a, x) y = HardSigmoid (b) }"""
    found = rehearsal_backend.run(job(onnx.parser.parse_model(text), tmp_path, precision="fp16"))
    assert found.status == "passed", found


def test_a_copy_beyond_the_limit_of_protobuf_has_its_weights_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "_EMBED_LIMIT", 100)
    path = marking.save(cnn(), str(tmp_path), "copy.onnx")
    assert os.path.exists(path + ".data") and os.path.getsize(path) < os.path.getsize(path + ".data")
    assert load(path).main.initializers
