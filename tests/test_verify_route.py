"""The route of ``plan``: complete, in order, in the words of each release, and runnable as printed."""

import ast
import importlib.util
import os
import shlex
import subprocess
import sys

import pytest

from jetdoctor.target import resolve
from jetdoctor.types import ModelSummary, Result
from jetdoctor.verify import build_lines, profiles, route, trtexec_flags
from tests.models_for_verify import cnn, saved

DYNAMIC = profiles.parse(["images=1x3x32x32:2x3x32x32:4x3x32x32"])


def steps(target, verdict="deploys", shapes=(), folds=True, export=""):
    result = Result(ModelSummary("my models/net.onnx"), resolve(target)[0], verdict)
    found = route.route(result, shapes, folds, export, "Fall back to ONNX Runtime")
    return {step.title.split()[0]: step for step in found}


@pytest.mark.parametrize(
    "target", ["nano@jp4.6.1", "xavier-nx@jp5.0.2", "xavier-nx@jp5.1.2", "orin-nano@jp6.2", "jp7.1"]
)
def test_each_jetpack_gets_its_own_words(target):
    found = steps(target, "fixable", DYNAMIC)
    assert list(found) == ["Repair", "Decide", "Make", "Build", "Prove", "Measure", "When"]
    version = resolve(target)[0].tensorrt_version
    for word in shlex.split(found["Build"].commands[0])[1:]:
        assert trtexec_flags.known(word.partition("=")[0], version), word
    polygraphy = shlex.split(found["Build"].commands[1])
    assert polygraphy[:2] == ["polygraphy", "convert"]
    assert any(word.startswith("--workspace=") for word in polygraphy) == (version < (8, 4))
    assert ("--pool-limit" in polygraphy) == (version >= (8, 4))
    assert any("polygraphy>=0.35" in remark for remark in found["Build"].remarks) == (version < (8, 5))
    for step in found.values():
        for command in step.commands:
            if "<<'END'" not in command:
                assert shlex.split(command), command


def test_the_nano_is_told_of_no_int8_and_the_orin_of_calibration():
    assert any("no INT8" in remark for remark in steps("nano@jp4.6.1")["Decide"].remarks)
    assert any("--calibration" in remark for remark in steps("orin-nano@jp6.2")["Decide"].remarks)


def test_constants_are_folded_where_there_are_any():
    assert "--simplify" in steps("jp5.0.2", "fixable")["Repair"].commands[0]
    assert "--simplify" not in steps("jp5.0.2", "fixable", folds=False)["Repair"].commands[0]
    fold = steps("jp6.2")["Fold"].commands[0]
    assert fold == "jetdoctor fix 'my models/net.onnx' --target jetpack-6.2 --simplify -o 'my models/net.folded.onnx'"
    assert "Fold" not in steps("jp6.2", folds=False)


def test_another_export_is_said_where_there_is_one():
    assert "or export it again: yolo export" in steps("jp5.0.2", "fixable", export="yolo export")["Repair"].remarks
    assert not any("export" in remark for remark in steps("jp5.0.2", "fixable")["Repair"].remarks)


@pytest.mark.parametrize("version", [(8, 0, 1), (8, 4, 1), (8, 5, 2), (10, 3, 0)])
def test_the_python_script_is_python_in_the_release_s_words(version):
    text = build_lines.python_script(version, "m.onnx", "m.engine", "fp16", 512 << 20, DYNAMIC)
    body = "\n".join(text.split("\n")[1:-1])
    ast.parse(body)
    assert ("max_workspace_size" in body) == (version < (8, 4))
    assert ("EXPLICIT_BATCH" in body) == (version < (10,))
    assert "(1, 3, 32, 32), (2, 3, 32, 32), (4, 3, 32, 32)" in body


@pytest.mark.skipif(importlib.util.find_spec("tensorrt_rtx") is None, reason="no tensorrt-rtx")
def test_the_python_script_builds_with_a_real_builder(tmp_path):
    """TensorRT-RTX shares the builder's API; it only has to be told a GPU, since there is none here."""
    saved(cnn(), tmp_path, "m.onnx")
    text = build_lines.python_script((10, 3), "m.onnx", "m.engine", "fp32", 64 << 20, [])
    body = "\n".join(text.split("\n")[1:-1]).replace("import tensorrt as", "import tensorrt_rtx as")
    sm = "config.num_compute_capabilities = 1\nconfig.set_compute_capability(trt.ComputeCapability.SM86, 0)\n"
    body = body.replace("plan = builder", sm + "plan = builder")
    done = subprocess.run([sys.executable, "-c", body], cwd=str(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert os.path.getsize(str(tmp_path / "m.engine")) > 1000


def test_the_options_of_polygraphy_exist():
    pytest.importorskip("polygraphy")
    line = build_lines.polygraphy_line((10, 3), "m.onnx", "m.engine", "fp16", 512 << 20, DYNAMIC)
    start = "import sys; from polygraphy.tools import main; sys.exit(main())"
    command = [sys.executable, "-c", start] + shlex.split(line)[1:]

    def refused(more):
        done = subprocess.run(command + more, capture_output=True, text=True)
        return "unrecognized options" in (done.stdout + done.stderr).lower()

    assert refused(["--no-such-option"]) and not refused([])
