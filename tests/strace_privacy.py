"""No command opens the network or writes to HOME unasked: shown by strace with a fresh HOME.

Not collected with the suite (``.ci/run`` runs it once): ``python -m pytest tests/strace_privacy.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODEL = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")

COMMANDS = {
    "check": ["check", "m.onnx", "-t", "jetpack-5.0.2"],
    "fix": ["fix", "m.onnx", "-t", "jetpack-5.0.2", "-o", "fixed.onnx"],
    "verify": ["verify", "m.onnx", "--reference", "m.onnx", "--backend", "onnxruntime"],
    "triage": ["triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"],
    "device": ["device"],
}


def _strace_works():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], stderr=subprocess.DEVNULL).returncode == 0


pytestmark = pytest.mark.skipif(not _strace_works(), reason="strace is not installed, or may not trace here")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_network_and_nothing_in_home(command, tmp_path):
    home, place, trace = tmp_path / "home", tmp_path / "place", tmp_path / "trace"
    home.mkdir(), place.mkdir()
    shutil.copy(MODEL, str(place / "m.onnx"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": ROOT, "TMPDIR": str(place)}
    line = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace), sys.executable, "-m", "jetdoctor"]
    done = subprocess.run(line + COMMANDS[command], cwd=str(place), env=environment, capture_output=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr.decode()
    opened = [text for text in trace.read_text().splitlines() if re.search(r"AF_INET6?|AF_PACKET", text)]
    assert opened == []
    assert [path for path in home.rglob("*")] == []
    assert not list(place.glob("*jetdoctor-*"))
