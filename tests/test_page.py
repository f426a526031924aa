"""The HTML pages: what data they hold. How they look and work, tests/browser asks a real Chromium."""

from __future__ import annotations

import json
import os
import re

import pytest

from jetdoctor import cli
from jetdoctor.model import from_proto, load
from jetdoctor.report.page import places
from jetdoctor.report.page.structure import structure

pytestmark = pytest.mark.once

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")


def page(capsys, *arguments):
    """The data of the page that a command prints."""
    cli.main([*arguments, "--format", "html"])
    shown = capsys.readouterr().out
    return json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', shown, re.S).group(1))


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


def test_fix_draws_each_place_before_and_after(tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    fixed = str(tmp_path / "fixed.onnx")
    for more in ([], ["-o", fixed]):
        data = page(capsys, "fix", SEED, "-t", "jetpack-5.0.2", *more)
        drawn = data["drawn"]
        assert drawn["places"] == [{"path": "main", "before": [[6, "changed"]], "after": [[6, "changed"]]}]
        assert drawn["fixes"] == [[0], []] and data["document"]["diff"][0]["rule"] == "JD204"
        before, after = (drawn[when]["graphs"][0]["nodes"][6][5] for when in ("before", "after"))
        assert "axes=[" not in before and "axes=[-1, -2]" in after


def test_fix_does_not_write_a_model_into_a_page(tmp_path, capsys):
    assert cli.main(["fix", SEED, "-t", "jetpack-5.0.2", "--format", "html", "-o", str(tmp_path / "page.html")]) == 2
    assert "-o names the repaired model" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_places_are_what_went_came_and_changed_side_by_side():
    before, after = (
        structure(parsed(body))
        for body in (
            "a = Relu (x) b = Mish (a) c = Neg (b) y = Abs (c)",
            "a = Relu (x) s = Softplus (a) t = Tanh (s) b = Mul (a, t) c = Neg (b) d = Neg (c) y = Abs (d)",
        )
    )
    found = places.between(before, after)
    assert [place["before"] for place in found] == [[(1, "removed")], [(3, "changed")]]
    assert found[0]["after"] == [(1, "added"), (2, "added"), (3, "added")]
    assert found[1]["after"] == [(5, "added"), (6, "changed")]
    assert places.between(before, before) == [] == places.between(None, after)
    assert places.of_fixes(found, before, after, [{"t"}, {"nothing"}]) == [[0], [], [1]]


def parsed(body):
    import onnx

    text = '<ir_version: 8, opset_import: ["": 18]> g (float[4] x) => (float[4] y) { %s }' % body
    return from_proto(onnx.parser.parse_model(text))


def test_the_first_node_that_differs_is_named(tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    import onnx

    one, other = (str(tmp_path / name) for name in ("one.onnx", "other.onnx"))
    onnx.save(parsed("a = Relu (x) b = Exp (a) y = Neg (b)").proto, one)
    onnx.save(parsed("a = Relu (x) b = Cos (a) y = Neg (b)").proto, other)
    drawn = page(capsys, "verify", one, "--reference", other, "--backend", "onnxruntime")["drawn"]
    assert drawn["first"][:2] == ["main", 1] and "tensor b is the first to differ" in drawn["first"][2]
    assert page(capsys, "verify", one, "--reference", one, "--backend", "onnxruntime")["drawn"] is None


def test_the_first_node_that_is_read_otherwise_is_named(tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    import onnx

    from tests.browser.pages import image_mean

    path = str(tmp_path / "mean.onnx")
    onnx.save(image_mean(), path)
    drawn = page(capsys, "verify", path, "--as-parsed", "jetpack-5.0.2")["drawn"]
    assert drawn["first"][:2] == ["main", 0] and drawn["marks"] == [["main", 0, "error"]]


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
