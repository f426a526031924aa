"""The Python API: its examples run, it answers as the command line does, and importing it costs nothing."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import subprocess
import sys

import pytest

pytest.importorskip("onnx")

import jetdoctor  # noqa: E402
from jetdoctor import api  # noqa: E402
from jetdoctor.types import JetdoctorError, Target, UsageError  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
MISREAD = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")

DOCUMENTED = ["jetdoctor"] + ["jetdoctor.api." + name for name in ("checking", "models", "boards", "logs", "pages")]


@pytest.mark.parametrize("name", DOCUMENTED + ["jetdoctor.api"])
def test_examples(name, monkeypatch):
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(ROOT)
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted and not done.failed


def test_the_examples_of_the_page(monkeypatch):
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(os.path.join(ROOT, "docs", "api.md"), module_relative=False)
    assert done.attempted and not done.failed


@pytest.mark.parametrize("verb", jetdoctor._API)
def test_every_verb_is_a_function_and_a_room_stays_a_room(verb):
    assert callable(getattr(jetdoctor, verb)) and verb in dir(jetdoctor)
    if os.path.isdir(os.path.join(ROOT, "jetdoctor", verb)):
        assert importlib.import_module("jetdoctor." + verb) is getattr(jetdoctor, verb)


def test_no_other_name():
    with pytest.raises(AttributeError, match="nothing_like_that"):
        jetdoctor.nothing_like_that  # noqa: B018


def test_importing_imports_nothing_more():
    program = "import sys, jetdoctor; print([n for n in sys.modules if n[:10] == 'jetdoctor.'], 're' in sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().strip() == "[] False"


def test_a_verb_works_before_and_after_its_room_was_imported():
    program = "import jetdoctor; a = jetdoctor.explain('JD204'); b = jetdoctor.triage('x'); import jetdoctor.check; "
    program += "print(a.id, jetdoctor.check(%r, 'jp5.0.2').results[0].verdict)" % MISREAD
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().strip() == "JD204 fixable"


def test_check_takes_names_and_targets_and_paths(tmp_path):
    import pathlib

    mine = Target("mine", "8.4.1")
    report = jetdoctor.check([pathlib.Path(SOUND), MISREAD, str(tmp_path / "no.onnx")], ["jp6.2", mine])
    said = [(r.model.path, r.target.name, r.verdict) for r in report.results]
    assert said[:4] == [
        (SOUND, "jetpack-6.2", "deploys"),
        (SOUND, "mine", "deploys"),
        (MISREAD, "jetpack-6.2", "deploys"),
        (MISREAD, "mine", "fixable"),
    ]
    assert said[4][2] == said[5][2] == "unreadable"


def test_without_a_target_every_jetpack():
    assert len(jetdoctor.check(SOUND).results) > 30


def test_a_stream_gives_one_model_at_a_time():
    groups = jetdoctor.check_each([SOUND, "missing.onnx"], "jp6.2")
    assert next(groups)[0].verdict == "deploys"
    assert next(groups)[0].verdict == "unreadable"


@pytest.mark.parametrize(
    "call",
    [
        lambda: jetdoctor.check(SOUND, "jetpak-5"),
        lambda: jetdoctor.check(SOUND, "jp6.2", ignore=["JD9999"]),
        lambda: jetdoctor.fix(SOUND),
        lambda: jetdoctor.plan(SOUND, "jp5.x"),
        lambda: jetdoctor.verify(SOUND, target="jp5.x"),
        lambda: jetdoctor.triage("a line", "jp5.x"),
        lambda: jetdoctor.explain("JD2xx"),
        lambda: jetdoctor.explain("JD9999"),
        lambda: jetdoctor.device(snapshot="missing.json"),
    ],
)
def test_what_the_caller_can_mend_is_a_usage_error(call):
    with pytest.raises(UsageError):
        call()


def test_a_board_that_does_not_answer():
    found = jetdoctor.devices(ssh=["nobody@127.0.0.1:1"])
    assert isinstance(found[0], JetdoctorError)


def test_fix_writes_where_it_is_told(tmp_path):
    pytest.importorskip("onnxruntime")
    out = tmp_path / "fixed.onnx"
    outcome = jetdoctor.fix(MISREAD, "jp5.0.2", output=out)
    assert outcome.plan.written == str(out) and jetdoctor.check(out, "jp5.0.2").results[0].verdict == "deploys"


def test_check_takes_the_arguments_of_its_stream():
    stream, whole = (inspect.signature(function) for function in (api.check_each, api.check))
    assert whole.parameters == stream.parameters and whole.return_annotation == "Report"
    with pytest.raises(TypeError, match="tagret"):
        jetdoctor.check(SOUND, tagret="jp6.2")
