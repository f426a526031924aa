"""The contract of DESIGN that other programs read: keys, verdicts, exit codes, and what a broken rule may not break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402

from jetdoctor.cli import main  # noqa: E402
from jetdoctor.types import OUTCOMES, SEVERITIES, VERDICTS  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "fixtures", "models")
MISREAD = os.path.join(MODELS, "squeeze_excite_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ask(capsys):
    """``ask(*arguments) -> (exit code, document)``."""

    def call(*arguments):
        code = main(list(arguments) + ["--format", "json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def nested(extra=0, name="loss"):
    """An If whose branch has a misread reduction, behind ``extra`` other nodes."""
    axes = helper.make_node("Constant", [], ["axes"], value_ints=[-1])
    body = helper.make_graph(
        [axes, helper.make_node("ReduceMean", ["x", "axes"], ["m"], name=name)],
        "b",
        [],
        [helper.make_tensor_value_info("m", TensorProto.FLOAT, None)],
    )
    nodes = [helper.make_node("Relu", ["x"], ["r%d" % i]) for i in range(extra)]
    nodes.append(helper.make_node("If", ["c"], ["y"], name="If_12", then_branch=body, else_branch=body))
    inputs = [("x", TensorProto.FLOAT, [2, 3, 4]), ("c", TensorProto.BOOL, [1])]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def keys(document):
    return {f["key"] for f in document["results"][0]["findings"] if f["rule"] == "JD204"}


def test_every_key_of_the_document(ask):
    code, document = ask("check", MISREAD, "-t", "xavier-nx@jetpack-5.0.2")
    (result,) = document["results"]
    assert code == 1 and document["schema_version"] == "1" and document["tool"]["name"] == "jetdoctor"
    assert set(result) >= {"model", "target", "verdict", "evidence", "findings"}
    identity = {"path", "sha256", "ir_version", "opset", "producer", "size_bytes"}
    assert set(result["model"]) == identity | {"nodes", "inputs", "outputs", "parameters", "operators"}
    assert result["target"] == {
        "name": "xavier-nx@jetpack-5.0.2",
        "tensorrt": "8.4.1",
        "cuda": "11.4",
        "python": "3.8",
        "module": "xavier-nx",
        "compute_capability": "7.2",
    }
    assert result["model"]["sha256"] is None and result["verdict"] in VERDICTS and result["evidence"] == "static"
    assert set(document["summary"]) == {"models", "errors", "warnings", "infos"}
    for finding in result["findings"]:
        assert finding["severity"] in SEVERITIES and finding["outcome"] in OUTCOMES and len(finding["key"]) == 16
        place = finding["location"]
        assert place is None or set(place) >= {"graph", "node_index", "node_name", "op_type", "domain", "tensor"}
        assert finding["fix"] is None or set(finding["fix"]) == {"title", "applicability"}


def test_sha256_only_when_it_is_asked_for(ask):
    import hashlib

    with open(SOUND, "rb") as stream:
        wanted = hashlib.sha256(stream.read()).hexdigest()
    assert ask("check", SOUND, "-t", "jp6.2", "--hash")[1]["results"][0]["model"]["sha256"] == wanted


def test_a_key_survives_renumbering_targets_and_paths(ask):
    import onnx

    onnx.save(nested(), "a.onnx")
    os.mkdir("sub")
    onnx.save(nested(extra=5), os.path.join("sub", "b.onnx"))
    onnx.save(nested(name="other"), "c.onnx")
    document = ask("check", "a.onnx", "-t", "jp5.0.2")[1]
    (finding,) = [f for f in document["results"][0]["findings"] if f["rule"] == "JD204"]
    assert finding["location"]["graph"] == ["main", "If_12.else_branch"] and finding["location"]["node_index"] == 1
    assert keys(document) == keys(ask("check", os.path.join("sub", "b.onnx"), "-t", "jp5.1.2")[1])
    assert keys(document) != keys(ask("check", "c.onnx", "-t", "jp5.0.2")[1])


@pytest.mark.parametrize(
    "models, code",
    [
        ([SOUND], 0),
        ([SOUND, MISREAD], 1),
        ([SOUND, MISREAD, "missing.onnx"], 2),
        ([SOUND, "missing.onnx"], 2),
    ],
)
def test_the_highest_exit_code_wins(ask, models, code):
    got, document = ask("check", *models, "-t", "jp5.0.2")
    assert got == code and [r["model"]["path"] for r in document["results"]] == models


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--nope", SOUND),
        ("check", SOUND, "--target", "jetpak-5"),
        ("fix", "missing.onnx"),
        ("fix",),
        ("verify", "missing.onnx"),
        ("triage", "--target", "nope", "a line"),
        ("device", "--snapshot", "missing.json"),
        ("plan", "missing.onnx"),
    ],
)
def test_bad_usage_prints_a_document(ask, arguments):
    code, document = ask(*arguments)
    assert code == 2 and document["schema_version"] == "1"


def test_fix_document(ask):
    code, document = ask("fix", MISREAD, "-t", "jp5.0.2")
    assert code == 0 and document["written"] is None and document["results"][0]["verdict"] == "deploys"
    assert document["equivalence"]["status"] == "equal" and document["equivalence"]["runs"] > 0
    assert {"rule", "title", "applicability", "node_name", "applied", "reason"} <= set(document["plan"][0])


def test_device_and_triage_documents(ask):
    _, device = ask("device")
    flat = "jetpack l4t module soc compute_capability ram_mb dla cuda cudnn tensorrt python numpy container"
    assert set(flat.split()) <= set(device) and {"findings", "details"} <= set(device)
    _, triage = ask("triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]")
    wanted = {"category", "rule", "cause", "fix", "confidence", "line", "evidence"}
    assert triage["diagnoses"] and wanted <= set(triage["diagnoses"][0])


# --- a rule file that cannot be loaded


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A clone in which one rule has a syntax error and another imports what is not there."""
    folder = tmp_path_factory.mktemp("broken")
    for name in ("jetdoctor", "rules"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(os.path.join(ROOT, name), str(folder / name), ignore=ignored)
    shapes = folder / "rules" / "shapes"
    with open(str(shapes / "JD204_reduce_axes_ignored.py"), "a") as stream:
        stream.write("def (\n")
    with open(str(shapes / "JD203_squeeze_without_axes.py"), "a") as stream:
        stream.write("import nothing_there\n")

    def call(*arguments):
        command = [sys.executable, "-m", "jetdoctor"] + list(arguments)
        done = subprocess.run(command, cwd=str(folder), capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return call


def test_a_broken_rule_is_jd000_and_exit_3(broken):
    code, out, _ = broken("check", MISREAD, "-t", "jp5.0.2", "--format", "json")
    (result,) = json.loads(out)["results"]
    crashes = [f["message"] for f in result["findings"] if f["rule"] == "JD000"]
    assert code == 3 and result["verdict"] == "unknown" and len(crashes) == 2
    assert "SyntaxError" in crashes[1] and "nothing_there" in crashes[0]
    assert any(f["rule"] == "JD304" for f in result["findings"])  # the other rules still speak


@pytest.mark.parametrize("arguments", [("explain", "JD201"), ("rules",), ("device",)])
def test_a_broken_rule_leaves_the_other_commands_alone(broken, arguments):
    code, out, err = broken(*arguments)
    assert code in ((0, 1) if arguments == ("device",) else (0,)) and out and "JD000 rule-crashed" not in out
    lines = err.splitlines()
    assert len(lines) == 2 and all("cannot be loaded" in line for line in lines)


def test_fix_does_not_touch_a_model_that_a_broken_rule_left_unanswered(broken, tmp_path):
    out = str(tmp_path / "out.onnx")
    assert broken("fix", MISREAD, "-t", "jp5.0.2", "-o", out)[0] == 3


# --- folders and patterns


def test_a_folder_means_every_model_below(ask, tmp_path):
    os.makedirs(os.path.join("nets", "old[1]"))
    wanted = [os.path.join("nets", "a.onnx"), os.path.join("nets", "old[1]", "b.onnx")]
    for path in wanted:
        shutil.copy(SOUND, path)
    (tmp_path / "nets" / "notes.txt").write_text("no model")
    assert [r["model"]["path"] for r in ask("check", "nets", "-t", "jp6.2")[1]["results"]] == wanted
    quoted = os.path.join("nets", "*.onnx")  # as cmd.exe and quotes leave it
    assert [r["model"]["path"] for r in ask("check", quoted, "-t", "jp6.2")[1]["results"]] == wanted[:1]


@pytest.mark.parametrize(
    "path, said", [("none*.onnx", "no file matches"), ("empty", "is a directory, and no .onnx file is in it")]
)
def test_what_names_no_model(ask, path, said):
    os.mkdir("empty")
    code, document = ask("check", path, SOUND, "-t", "jp6.2")
    assert code == 2 and said in document["results"][0]["error"] and document["results"][1]["verdict"] == "deploys"


def test_fix_of_a_model_with_names_in_another_code_page(ask, tmp_path):
    with open(MISREAD, "rb") as stream:
        data = stream.read()
    (tmp_path / "odd.onnx").write_bytes(data.replace(b"node_mean", b"node_m\xc4\xe3n"))
    code, document = ask("fix", "odd.onnx", "-t", "jp5.0.2")
    assert code in (0, 1) and document["results"][0]["verdict"] in ("deploys", "fixable")
