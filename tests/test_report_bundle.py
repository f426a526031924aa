"""`jetdoctor report`: what goes into the bundle, and what stays out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from jetdoctor.cli import main

onnx = pytest.importorskip("onnx")
SEED = Path(__file__).resolve().parent.parent / "fixtures" / "models" / "gap_classifier_dynamo_opset18.onnx"


def bundle(tmp_path, *options):
    path = tmp_path / "bundle.zip"
    assert main(["report", str(SEED), "-o", str(path), *options]) == 0
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_findings_device_and_skeleton_without_weights(tmp_path):
    members = bundle(tmp_path, "--target", "jetpack-5.0.2")
    findings = {"findings.json", "findings.txt", "findings.html"}
    assert set(members) == findings | {"README.txt", "device.json", "skeleton.onnx"}
    (result,) = json.loads(members["findings.json"])["results"]
    assert [f["rule"] for f in result["findings"] if f["severity"] == "error"] == ["JD204"]
    assert "python" in json.loads(members["device.json"])
    skeleton = onnx.ModelProto.FromString(members["skeleton.onnx"])
    original = onnx.load(str(SEED))
    assert [n.op_type for n in skeleton.graph.node] == [n.op_type for n in original.graph.node]
    sizes = {t.name: t.ByteSize() for t in skeleton.graph.initializer}
    big = [t for t in original.graph.initializer if t.ByteSize() > 20000]
    assert big and all(sizes[t.name] < 300 for t in big)


def test_anonymous_keeps_the_findings_and_no_name(tmp_path):
    members = bundle(tmp_path, "--target", "jetpack-5.0.2", "--anonymous")
    original = onnx.load(str(SEED))
    names = {name for n in original.graph.node for name in [n.name, *n.output] if len(name) > 2}
    skeleton = onnx.ModelProto.FromString(members["skeleton.onnx"])
    left = {name for n in skeleton.graph.node for name in [n.name, *n.input, *n.output]}
    assert names and not names & left
    (result,) = json.loads(members["findings.json"])["results"]
    assert [f["rule"] for f in result["findings"] if f["severity"] == "error"] == ["JD204"]
    assert SEED.name not in members["findings.json"].decode()


def test_anonymous_leaves_no_name_anywhere(tmp_path):
    """Every text that a person may have chosen, in every place of the format that holds one."""
    secret = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["" : 18, "secretdomain" : 1]>
    secretgraph (float[secretdim,4] secretin) => (float[secretdim,4] secretout) <float[1] secretinit = {1}> {
        secretmid = secretdomain.secretfn <secretattr: float = 1.0> (secretin)
        secretown = secretdomain.secretop <secretkey = "secretvalue"> (secretmid, secretinit)
        secretout = Relu (secretown)
    }
    <domain: "secretdomain", opset_import: ["" : 18]>
    secretfn <secretattr> (secreta) => (secretb) { secretb = LeakyRelu <alpha: float = @secretattr> (secreta) }""")
    secret.producer_name, secret.doc_string = "secretproducer", "secrettext"
    secret.metadata_props.add(key="secretkey", value="secretvalue")
    secret.graph.node[2].doc_string = secret.graph.node[2].name = "secretnode"
    secret.graph.initializer[0].doc_string = "secretweights"
    constant = secret.graph.node.add(op_type="Constant", output=["secretc"])
    constant.attribute.add(name="value_string", s=b"secretstring", type=3)
    sparse = secret.graph.sparse_initializer.add()
    sparse.values.name = sparse.indices.name = "secretsparse"
    external = secret.graph.initializer.add(name="secretexternal", data_type=1, dims=[2], data_location=1)
    external.external_data.add(key="location", value="secretfile.bin")
    path = tmp_path / "secretmodel.onnx"
    path.write_bytes(secret.SerializeToString())
    out = tmp_path / "bundle.zip"
    assert main(["report", str(path), "-o", str(out), "--target", "jetpack-6.2", "--anonymous"]) == 0
    with zipfile.ZipFile(out) as bundled:
        members = {name: bundled.read(name) for name in bundled.namelist()}
    for name in ("findings.json", "findings.txt", "findings.html", "skeleton.onnx"):
        assert b"secret" not in members[name], name
    assert b"LeakyRelu" in members["skeleton.onnx"] and json.loads(members["findings.json"])["results"]


def test_same_model_same_skeleton_and_page(tmp_path):
    one, two = (bundle(tmp_path, "--target", "jetpack-5.0.2") for _ in range(2))
    assert one["skeleton.onnx"] == two["skeleton.onnx"] and one["findings.html"] == two["findings.html"]
    assert b"ReduceMean" in one["findings.html"] and b"UTC" not in one["findings.html"]


@pytest.mark.parametrize("options, name", [(["--format", "html"], "page.html"), (["-o", "mine.html"], "mine.html")])
def test_the_page_alone(tmp_path, monkeypatch, capsys, options, name):
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(SEED), "--target", "jetpack-5.0.2", *options]) == 0
    assert capsys.readouterr().out.startswith("wrote %s (" % name)
    page = (tmp_path / name).read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "JD204" in page and SEED.name in page
    assert main(["report", str(SEED), "--anonymous", *options]) == 0
    assert SEED.stem not in (tmp_path / name).read_text(encoding="utf-8")


def test_a_page_has_no_device(tmp_path, capsys):
    assert main(["report", str(SEED), "-o", str(tmp_path / "page.html"), "--device", "board.json"]) == 2
    assert "--device goes into the bundle" in capsys.readouterr().err


def test_missing_folder_is_one_line(tmp_path, capsys):
    assert main(["report", str(SEED), "-o", str(tmp_path / "no" / "bundle.zip")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "does not exist" in error
