"""``-``: a model from a pipe, in every command that takes one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.once

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODEL = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")


def piped(tmp_path, source, *arguments):
    """Exit code, standard output and error; nothing of ours is left in the temporary folder."""
    environment = dict(os.environ, TMPDIR=str(tmp_path), PYTHONPATH=ROOT)
    with open(source, "rb") as stream:
        command = [sys.executable, "-m", "jetdoctor", *arguments]
        how = {"stdin": stream, "env": environment, "cwd": str(tmp_path), "capture_output": True, "text": True}
        ended = subprocess.run(command, **how)
    assert not [name for name in os.listdir(str(tmp_path)) if name.startswith("jetdoctor-stdin")]
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["check", "-", "-t", "jp5.0.2"], 1, "error JD204"),
        (["inspect", "-"], 0, "input   image FLOAT [1,3,32,32]"),
        (["check", "-", "-t", "jp5.0.2", "--prove-fix"], 1, "tried and proven"),
        (["check", "-", "-t", "jp5.0.2", "--as-parsed"], 1, "changes the answer"),
        (["verify", "-", "--as-parsed", "jp5.0.2"], 1, "CHANGES THE ANSWER"),
        (["plan", "-", "-t", "jp5.0.2"], 0, "jetdoctor fix model.onnx --target jetpack-5.0.2"),
    ],
)
def test_a_model_from_a_pipe(tmp_path, arguments, code, said):
    found, out, _ = piped(tmp_path, MODEL, *arguments)
    assert found == code and said in out


def test_fix_from_a_pipe(tmp_path):
    pytest.importorskip("onnxruntime")
    out = str(tmp_path / "out.onnx")
    code, shown, _ = piped(tmp_path, MODEL, "fix", "-", "-t", "jp5.0.2", "-o", out)
    assert code == 0 and shown.startswith("-\n") and os.path.getsize(out)
    assert "next: jetdoctor verify %s --target jetpack-5.0.2" % out in shown
    code, _, said = piped(tmp_path, MODEL, "fix", "-", "-t", "jp5.0.2", "--apply")
    assert code == 2 and "standard input" in said


def test_verify_from_a_pipe(tmp_path):
    pytest.importorskip("onnxruntime")
    code, shown, _ = piped(tmp_path, MODEL, "verify", "-", "--reference", MODEL, "--backend", "onnxruntime")
    assert code == 0 and shown.startswith("- ") and "PASSED" in shown


@pytest.mark.parametrize("source", [os.devnull, __file__])
def test_no_model_in_the_pipe(tmp_path, source):
    code, shown, _ = piped(tmp_path, source, "check", "-", "-t", "jp6.2")
    assert code == 2 and "standard input is" in shown
