"""Models in object stores, by fsspec's store in memory; ``tests/with_s3.py`` does the same with a real S3 server."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest

pytest.importorskip("onnx")
fsspec = pytest.importorskip("fsspec")

from jetdoctor.cli import main  # noqa: E402
from jetdoctor.model import object_store  # noqa: E402
from jetdoctor.types import UsageError  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
MISREAD = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "dynamic_batch_torchscript_opset13.onnx")


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setitem(object_store.SCHEMES, "memory", ("fsspec", "s3"))
    system = fsspec.filesystem("memory")
    system.put_file(MISREAD, "/nets/a/misread.onnx")
    system.put_file(SOUND, "/nets/sound.onnx")
    system.pipe_file("/nets/notes.txt", b"text")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main(list(arguments))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def verdicts(out):
    return {result["model"]["path"]: result["verdict"] for result in json.loads(out)["results"]}


def test_a_folder_a_pattern_and_an_object(run, store):
    a, sound = "memory:///nets/a/misread.onnx", "memory:///nets/sound.onnx"
    asked = ["-t", "jp5.0.2", "--format", "json"]
    assert verdicts(run("check", "memory://nets/", *asked)[1]) == {a: "fixable", sound: "deploys"}
    assert verdicts(run("check", "memory://nets/*.onnx", *asked)[1]) == {sound: "deploys"}
    code, out, _ = run("check", sound, a, "memory://nets/none.onnx", "-j", "2", *asked)
    assert code == 2
    assert verdicts(out) == {sound: "deploys", a: "fixable", "memory://nets/none.onnx": "unreadable"}


def test_the_report_is_that_of_the_file(run, store, tmp_path):
    os.chdir(str(tmp_path))
    fsspec.filesystem("memory").get_file("/nets/sound.onnx", "sound.onnx")
    asked = ["-t", "jp5.0.2", "--hash", "--format", "json"]
    there, here = (run("check", path, *asked)[1] for path in ("memory:///nets/sound.onnx", "sound.onnx"))
    assert there.replace("memory:///nets/sound.onnx", "sound.onnx") == here


def test_external_data_is_asked_for_and_not_fetched(run, store, monkeypatch, tmp_path):
    import onnx

    model = onnx.load(SOUND)
    onnx.save(model, str(tmp_path / "m.onnx"), save_as_external_data=True, location="m.data", size_threshold=0)
    store.put_file(str(tmp_path / "m.onnx"), "/nets/m.onnx")
    fetched = []
    real = type(store).get_file
    monkeypatch.setattr(type(store), "get_file", lambda *args, **more: fetched.append(args[1]) or real(*args, **more))
    code, out, _ = run("check", "memory://nets/m.onnx", "-t", "jp6.2", "--format", "json")
    assert code == 2 and "m.data does not exist next to the model" in json.loads(out)["results"][0]["error"]
    store.put_file(str(tmp_path / "m.data"), "/nets/m.data")
    assert run("check", "memory://nets/m.onnx", "-t", "jp6.2", "--format", "json")[0] == 0
    assert set(fetched) == {"/nets/m.onnx"}


def test_no_copy_stays(run, store, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    run("check", "memory://nets/", "-t", "jp6.2")
    assert os.listdir(str(tmp_path)) == []


def test_what_is_no_store_or_not_installed(run, monkeypatch):
    code, _, err = run("check", "https://host/m.onnx", "-t", "jp6.2")
    assert code == 2 and "models are read from s3://, gs://, hf:// and from files" in err
    monkeypatch.setitem(sys.modules, "s3fs", None)
    code, _, err = run("check", "s3://bucket/m.onnx", "-t", "jp6.2")
    assert code == 2 and err == "jetdoctor: s3://bucket/m.onnx needs s3fs: pip install 'jetdoctor[s3]'\n"


@pytest.mark.parametrize("option", ["--prove", "--as-parsed", "--prove-fix"])
def test_what_runs_a_model_wants_a_file(run, store, option):
    code, _, err = run("check", "memory://nets/sound.onnx", "-t", "jp6.2", option)
    assert code == 2 and "to build or run it, fetch the file first" in err


def test_other_commands_say_that_they_want_a_file(run):
    code, _, err = run("inspect", "s3://bucket/m.onnx")
    assert code == 2 and "check reads object stores, for the others fetch it first" in err


def test_a_store_that_fails_or_never_answers(run, store, monkeypatch):
    def closed(*args, **more):
        raise OSError("connection refused\nby the host")

    monkeypatch.setattr(type(store), "isfile", closed)
    code, _, err = run("check", "memory://nets/sound.onnx", "-t", "jp6.2")
    assert code == 3 and "cannot be reached: connection refused by the host" in err and err.count("\n") == 1
    monkeypatch.setattr(type(store), "isfile", lambda *args: time.sleep(5))
    monkeypatch.setattr(object_store, "SECONDS", 0.2)
    code, _, err = run("check", "memory://nets/sound.onnx", "-t", "jp6.2")
    assert code == 3 and "no answer within" in err


def test_a_store_that_is_lost_meanwhile_leaves_the_other_models(run, store, monkeypatch):
    real = type(store).get_file

    def lost(self, path, *rest, **more):
        if path.endswith("sound.onnx"):
            raise OSError("timed out")
        return real(self, path, *rest, **more)

    monkeypatch.setattr(type(store), "get_file", lost)
    code, out, _ = run("check", "memory://nets/", "-t", "jp5.0.2", "--format", "json")
    assert code == 3 and sorted(verdicts(out).values()) == ["fixable", "unknown"]
    assert "cannot be reached: timed out" in json.dumps(json.loads(out)["results"])


def test_the_scheme_of_a_file_is_none():
    assert not object_store.is_remote("nets/m.onnx") and not object_store.is_remote("C:m.onnx")
    with pytest.raises(UsageError):
        object_store.is_remote("ftp://host/m.onnx")
