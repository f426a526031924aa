"""The HTML pages: what data they hold. How they look and work, tests/browser asks a real Chromium."""

from __future__ import annotations

import json
import os
import re

import pytest

from jetdoctor import cli
from jetdoctor.model import load
from jetdoctor.report.page.structure import structure

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")


def page(capsys, *arguments):
    """The data of the page that a command prints."""
    cli.main([*arguments, "--format", "html"])
    shown = capsys.readouterr().out
    return json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', shown, re.S).group(1))


def reductions(data):
    (graph,) = data["models"][0]["graph"]["graphs"]
    return [node[5] for node in graph["nodes"] if node[0] == "ReduceMean"]


def test_structure_has_no_weights():
    (graph,) = structure(load(SEED))["graphs"]
    assert graph["path"] == ["main"] and len(graph["nodes"]) == 9
    operator, domain, name, inputs, outputs, attributes = graph["nodes"][6]
    assert (operator, domain, name) == ("ReduceMean", "", "node_mean") and "keepdims=1" in attributes
    assert graph["tensors"][outputs[0]] == ["mean", "FLOAT", [1, 1280, 1, 1], 0]
    assert graph["tensors"][inputs[1]][1:] == ["INT64", [2], 1]  # a constant


def test_a_graph_beyond_the_most_is_left_out(monkeypatch):
    monkeypatch.setattr("jetdoctor.report.page.structure.MOST", 8)
    assert structure(load(SEED)) == {"graphs": [], "left_out": 9}


def test_fix_draws_the_file_that_it_wrote(tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    dry = page(capsys, "fix", SEED, "-t", "jetpack-5.0.2")
    assert dry["models"][0]["graph"] is None and dry["document"]["plan"][0]["applied"]
    written = page(capsys, "fix", SEED, "-t", "jetpack-5.0.2", "-o", str(tmp_path / "fixed.onnx"))
    assert written["models"][0]["targets"][0]["verdict"] == "deploys" and "axes=[-1, -2]" in reductions(written)[0]
    assert "axes" not in reductions(page(capsys, "check", SEED, "-t", "jetpack-5.0.2"))[0].replace("empty_axes", "")


def test_what_several_targets_share_is_there_once(capsys):
    (entry,) = page(capsys, "check", SEED, "-t", "jp5.x")["models"]
    errors = [n for n, own in enumerate(entry["findings"]) if entry["causes"][own["cause"]]["rule"] == "JD204"]
    assert len(errors) == 1 and all(errors[0] in target["findings"] for target in entry["targets"])


@pytest.mark.parametrize(
    "arguments, kind",
    [
        (["triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"], "triage"),
        (["plan", SEED, "-t", "jetpack-5.0.2"], "plan"),
        (["device", "--root", os.path.join(ROOT, "fixtures", "devices", "agx-xavier-jp5.1.1-r35.3.1")], "device"),
        (["verify", SEED, "--backend", "onnxruntime"], "verify"),
    ],
)
def test_the_other_commands(capsys, arguments, kind):
    if kind == "verify":
        pytest.importorskip("onnxruntime")
    data = page(capsys, *arguments)
    assert data["kind"] == kind and data["document"]["schema_version"] == "1"
