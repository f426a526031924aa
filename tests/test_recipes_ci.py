"""What others build on: the pytest plugin, the pre-commit hook, the steps of the Action and of the GitLab template."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.once

pytest.importorskip("onnx")

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
MISREAD = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")


@pytest.fixture
def place(tmp_path):
    """A folder with a model and a ``jetdoctor`` on its PATH."""
    shutil.copy(SOUND, tmp_path / "sound.onnx")
    (tmp_path / "bin").mkdir()
    for name, body in (("jetdoctor", '"%s" -m jetdoctor "$@"' % sys.executable), ("python3", "exit 0")):
        script = tmp_path / "bin" / name
        script.write_text("#!/bin/sh\n%s\n" % body)
        script.chmod(0o755)
    return tmp_path


def run(place, command, **variables):
    path = "%s:%s" % (place / "bin", os.environ["PATH"])
    environment = dict(os.environ, PATH=path, PYTHONPATH=ROOT, INSTALL="jetdoctor", **variables)
    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=str(place), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode()


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as stream:
        return stream.read()


def test_the_steps_of_the_action(place):
    (script,) = re.findall(r"      run: \|\n((?:        .*\n)+)", read("action.yml"))
    variables = dict(MODELS=".", TARGETS="jetpack-5.0.2 jetpack-6.2", SARIF="out.sarif")
    assert run(place, script, **variables)[0] == 0
    shutil.copy(MISREAD, place / "misread.onnx")
    code, out = run(place, script, **variables)
    assert code == 1 and "::error file=./misread.onnx" in out
    with open(place / "out.sarif") as stream:
        assert json.load(stream)["version"] == "2.1.0"


def test_the_steps_of_the_gitlab_template(place):
    lines = re.findall(r"^    - (.*)$", read("ci", "gitlab.yml"), re.MULTILINE)
    assert len(lines) == 4
    variables = dict(MODELS=".", TARGETS="jetpack-5.0.2")
    assert run(place, "\n".join(lines), **variables)[0] == 0
    shutil.copy(MISREAD, place / "misread.onnx")
    assert run(place, "\n".join(lines), **variables)[0] == 1
    with open(place / "gl-code-quality-report.json") as stream:
        assert any("JD204" in issue["check_name"] for issue in json.load(stream))
    assert "<testsuites" in (place / "jetdoctor.xml").read_text()


def test_the_hook_gives_the_files_to_the_command(place):
    (entry,) = re.findall(r"entry: (.*)", read(".pre-commit-hooks.yaml"))
    (place / "jetdoctor.toml").write_text('targets = ["jetpack-5.0.2"]\n')
    assert run(place, entry + " sound.onnx")[0] == 0
    shutil.copy(MISREAD, place / "misread.onnx")
    code, out = run(place, entry + " sound.onnx misread.onnx")
    assert code == 1 and "JD204" in out


def test_the_pytest_plugin(place):
    shutil.copy(MISREAD, place / "misread.onnx")
    (place / "test_mine.py").write_text(
        "import pytest\n"
        "def test_good(jetdoctor_check):\n    assert jetdoctor_check('sound.onnx', 'jp5.0.2').results\n"
        "def test_bad(jetdoctor_check):\n    with pytest.raises(AssertionError, match='JD204'):\n"
        "        jetdoctor_check('misread.onnx', 'jp5.0.2')\n"
    )
    options = "-q -p no:cacheprovider -p jetdoctor.pytest_plugin --jetdoctor=jetpack-5.0.2"
    command = '"%s" -m pytest %s' % (sys.executable, options)
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    code, out = run(place, command, **environment)
    assert code == 1 and "1 failed, 3 passed" in out and "error JD204" in out and "Traceback" not in out


def test_the_dockerfile_takes_what_is_there_and_is_not_root():
    """.ci/container builds and runs it, where a builder is."""
    with open(os.path.join(ROOT, "Dockerfile"), encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    with open(os.path.join(ROOT, ".dockerignore"), encoding="utf-8") as stream:
        sent = {line[1:].strip() for line in stream if line.startswith("!")}
    copying = [line for line in lines if line.startswith("COPY ") and "--from" not in line]
    copied = {name for line in copying for name in line.split()[1:-1]}
    assert copied == sent and all(os.path.exists(os.path.join(ROOT, name)) for name in copied)
    (user,) = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) and lines.index("USER " + user) > lines.index("FROM ${BASE}")
