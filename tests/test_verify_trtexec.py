"""trtexec of every release, driven against a stand-in that checks its options; here and over SSH."""

import json
import os
import sys
import tempfile

import numpy
import onnx
import pytest

from jetdoctor.types import JetdoctorError, Target
from jetdoctor.verify import engine_file, engine_files, latency, profiles, trtexec_flags
from jetdoctor.verify.backends import trtexec
from jetdoctor.verify.inputs import feeds
from jetdoctor.verify.job import Job
from tests.models_for_verify import cnn, one_node, saved, view

pytestmark = pytest.mark.once
HERE = os.path.dirname(os.path.abspath(__file__))
RELEASES = ("8.0.1", "8.2.1", "8.4.1", "8.5.2", "8.6.1", "10.0.1", "10.3.0", "10.13.3", "11.0.0")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Path of the stand-in, as one executable."""
    path = tmp_path / "trtexec"
    path.write_text('#!/bin/sh\nexec %s %s/stand_in_trtexec.py "$@"\n' % (sys.executable, HERE))
    path.chmod(0o755)
    return str(path)


def job(model, tmp_path, program, **how):
    seen = view(model)
    runs = how.pop("runs", None) or (("random 0", feeds(seen)),)
    return Job(saved(model, tmp_path), seen, runs=runs, trtexec=program, time_limit=60, **how)


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_builds_runs_and_agrees(release, tmp_path, program, monkeypatch):
    monkeypatch.setenv("STAND_IN_TENSORRT", release)
    found = trtexec.run(job(cnn(), tmp_path, program))
    assert (found.status, found.level) == ("passed", "verified"), found
    assert found.details["tensorrt"] == release and found.details["runs"] == 1
    _nothing_left()


def test_options_follow_the_release():
    def build(text, **how):
        return trtexec_flags.build(tuple(map(int, text.split("."))), "m.onnx", "e", workspace=256 << 20, **how)

    assert "--workspace=256" in build("8.2.1") and "--memPoolSize=workspace:256" in build("8.4.1")
    assert "--buildOnly" in build("8.5.2") and "--skipInference" in build("8.6.1")
    assert "--explicitBatch" in build("8.0.1") and "--explicitBatch" not in build("8.4.1")
    assert "--noTF32" in build("8.4.1") and "--fp16" in build("8.4.1", precision="fp16")
    assert "--layerPrecisions=a:fp32,b:fp32" in build("8.4.1", precision="fp16", keep_fp32=("a", "b"))
    for wrong in (
        ("8.2.1", {"keep_fp32": ("a",)}),
        ("8.6.1", {"precision": "bf16"}),
        ("11.0", {"precision": "fp16"}),
    ):
        with pytest.raises(JetdoctorError):
            build(wrong[0], **wrong[1])


def test_an_unknown_option_is_what_that_release_says(tmp_path, program, monkeypatch):
    monkeypatch.setenv("STAND_IN_TENSORRT", "8.2.1")
    monkeypatch.setitem(trtexec_flags.OPTIONS, "--skipInference", trtexec_flags.VersionRange.parse(">=8.0"))
    found = trtexec.run(job(cnn(), tmp_path, program))
    assert found.status == "refused" and "Unknown option: --skipInference" in found.details["log"]


def test_releases_are_read_off_the_banner():
    assert trtexec_flags.version_of("&&&& RUNNING TensorRT.trtexec [TensorRT v8401] # x") == "8.4.1"
    assert trtexec_flags.version_of("[TensorRT v100300] [b1]") == "10.3.0"
    assert trtexec_flags.version_of("nothing") is None


def test_a_wrong_engine_is_different_and_its_first_node_is_named(tmp_path, program, monkeypatch):
    monkeypatch.setenv("STAND_IN_FAULT", "wrong")
    found = trtexec.run(job(cnn(), tmp_path, program))
    assert found.status == "different" and found.level == "verified"
    assert found.details["divergence"]["node_name"] == "Conv_0"
    assert "Conv_0" in found.message


def test_ids_of_int64_arrive_as_int32_before_10(tmp_path, program, monkeypatch):
    table = onnx.numpy_helper.from_array(numpy.arange(12, dtype="float32").reshape(6, 2), "table")
    node = onnx.helper.make_node("Gather", ["table", "ids"], ["y"])
    ids = onnx.helper.make_tensor_value_info("ids", 7, ["n"])
    y = onnx.helper.make_tensor_value_info("y", 1, ["n", 2])
    graph = onnx.helper.make_graph([node], "g", [ids], [y], [table])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    asked = profiles.complete(view(model), profiles.parse(["ids=1:4:9"]))
    runs = tuple((str(n), feeds(view(model), shapes=shapes)) for n, shapes in enumerate(profiles.sizes(asked)))
    for release in ("8.4.1", "10.3.0"):
        monkeypatch.setenv("STAND_IN_TENSORRT", release)
        found = trtexec.run(job(model, tmp_path, program, runs=runs, profiles=tuple(asked)))
        assert found.status == "passed" and found.details["runs"] == 3, found


def test_a_refused_model_becomes_a_finding(tmp_path, program):
    model = one_node("Twist", {"x": (1, [1, 4])}, [1, 4], domain="my.ops")
    found = trtexec.run(job(model, tmp_path, program, runs=(("one", {"x": numpy.ones((1, 4), "float32")}),)))
    assert (found.status, found.level) == ("refused", "built")
    assert "Twist" in found.findings[0].message


@pytest.mark.parametrize(
    "fault, status, limits",
    [
        ("crash", "crashed", {}),
        ("hang", "timed-out", {"time_limit": 1.5}),
        ("memory", "out-of-memory", {"memory_limit": 400 << 20}),
    ],
)
def test_a_compiler_that_dies_becomes_a_finding(fault, status, limits, tmp_path, program, monkeypatch):
    from dataclasses import replace

    monkeypatch.setenv("STAND_IN_FAULT", fault)
    found = trtexec.run(replace(job(cnn(), tmp_path, program), **limits))
    assert found.status == status and found.findings and found.level == "not-run"
    _nothing_left()


def test_a_trtexec_that_does_not_even_print_its_help_is_not_the_model_s_fault(tmp_path, program, monkeypatch):
    monkeypatch.setenv("STAND_IN_FAULT", "broken")
    with pytest.raises(JetdoctorError, match="--help crashed with SIGABRT, which says nothing about the model"):
        trtexec.run(job(cnn(), tmp_path, program, target=Target("t", tensorrt="8.4.1")))
    _nothing_left()


def test_a_flood_of_log_and_a_child_left_behind(tmp_path, program, monkeypatch):
    for fault in ("flood", "child"):
        monkeypatch.setenv("STAND_IN_FAULT", fault)
        found = trtexec.run(job(cnn(), tmp_path, program))
        assert found.status == "passed" and len(found.details["log"]) < 2.3e6
    assert not os.popen("pgrep -f '[s]leep 613'").read()


def test_over_ssh_with_no_python_there_and_nothing_left(tmp_path, program, monkeypatch):
    """Where there is no sshd to run test_verify_ssh with: a client that runs the command right here."""
    ssh, there = tmp_path / "ssh", tmp_path / "there"
    there.mkdir()
    ssh.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nexport TMPDIR=%s\nexec sh -c "$3"\n' % there)
    ssh.chmod(0o755)
    monkeypatch.setenv("JETDOCTOR_SSH", str(ssh))
    found = trtexec.run(job(cnn(), tmp_path, program, ssh="board", save_engine=str(tmp_path / "kept.engine")))
    assert found.status == "passed" and found.details["host"] == "board"
    assert engine_file.read_sidecar(str(tmp_path / "kept.engine"))["tensorrt"] == "8.4.1"
    assert not os.listdir(str(there))


def test_a_lost_connection_is_one_line(tmp_path, program, monkeypatch):
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho 'ssh: connect to host board port 22: No route to host' >&2\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("JETDOCTOR_SSH", str(ssh))
    with pytest.raises(JetdoctorError, match="board: it cannot be reached"):
        trtexec.run(job(cnn(), tmp_path, program, ssh="board"))


def test_latency_is_a_gate_only_with_locked_clocks():
    class Device:
        def __init__(self, locked):
            self.facts = {"clocks_locked": locked, "power_mode": "MAXN"}

        def get(self, key):
            return self.facts[key]

    def gate(device, limit):
        return latency.gate({"latency": latency.measure([1.0] * 98 + [5.0, 5.0], device).to_json()}, limit)

    assert gate(Device(True), 6.0)[0] and gate(Device(True), None)[0]
    slow, said = gate(Device(True), 4.0)
    assert not slow and "above the limit" in said
    for device in (Device(False), None):
        held, said = gate(device, 100.0)
        assert not held and "unreliable" in said and gate(device, None)[0]
    assert not latency.gate({}, 1.0)[0] and latency.gate({}, None) == (True, "")


def test_the_latency_of_a_run_is_reported(tmp_path, program):
    found = trtexec.run(job(cnn(), tmp_path, program, max_latency_ms=100.0))
    assert found.status == "different" and "unreliable" in found.message
    assert found.details["latency"]["runs"] == 100 and 1.5 < found.details["latency"]["median_ms"] < 2.5


def test_outputs_with_nan_and_inf_are_read(tmp_path):
    path = tmp_path / "o.json"
    path.write_text('[\n  { "name" : "y"\n  , "dimensions" : "1x3"\n  , "values" : [ nan, -inf, 1.5e-7 ]\n  }\n]\n')
    values = engine_files.read_outputs(str(path), {"y": numpy.zeros((1, 3), "float32")})["y"]
    assert numpy.isnan(values[0, 0]) and values[0, 1] == -numpy.inf and values.shape == (1, 3)


def test_engine_and_sidecar_tell_what_is_wrong(tmp_path, program):
    kept = str(tmp_path / "m.engine")
    one = job(cnn(), tmp_path, program, save_engine=kept, target=Target("t", tensorrt="8.4.1"))
    assert trtexec.run(one).status == "passed"
    assert engine_file.check(kept, Target("t", tensorrt="8.4.1"), one.model) == []
    (wrong,) = engine_file.check(kept, Target("t", tensorrt="8.5.2"))
    assert "8.4.1" in wrong.message and "8.5.2" in wrong.message and wrong.severity == "error"
    other = cnn()
    other.doc_string = "changed"
    (stale,) = engine_file.check(kept, None, saved(other, tmp_path, "other.onnx"))
    assert "stale" in stale.message
    with open(kept, "ab") as stream:
        stream.write(b"x")
    assert "sidecar describes" in engine_file.check(kept)[0].message
    os.remove(kept + ".json")
    (unknown,) = engine_file.check(kept)
    assert unknown.severity == "warning" and "no sidecar" in unknown.message
    assert json.loads(json.dumps([f.to_json() for f in [unknown]]))


def test_files_that_are_no_engines(tmp_path):
    model = saved(cnn(), tmp_path, "model.engine")
    assert "ONNX model" in engine_file.check(model)[0].message
    empty = tmp_path / "e.plan"
    empty.write_bytes(b"")
    assert "empty" in engine_file.check(str(empty))[0].message
    other = tmp_path / "rtx.engine"
    other.write_bytes(b"vtrt" + bytes(20) + bytes([1, 7, 1, 116]))
    assert "TensorRT-RTX" in engine_file.check(str(other))[0].message


def _nothing_left():
    mine = "jetdoctor-verify-%d-" % os.getpid()
    assert not [name for name in os.listdir(tempfile.gettempdir()) if name.startswith(mine)]
