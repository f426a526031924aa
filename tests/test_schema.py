"""Every JSON document that jetdoctor prints is as its schema in docs/schema/ says."""

from __future__ import annotations

import glob
import json
import os

import pytest

pytest.importorskip("onnx")
jsonschema = pytest.importorskip("jsonschema")

from jetdoctor.cli import main  # noqa: E402

pytestmark = pytest.mark.once

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = os.path.join(ROOT, "docs", "schema")
MISREAD = os.path.join(ROOT, "fixtures", "models", "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")
BOARDS = sorted(glob.glob(os.path.join(ROOT, "fixtures", "devices", "*")))

#: Command line -> schema, one line for each kind of document.
DOCUMENTS = [
    (["check", SOUND, MISREAD, "missing.onnx", "-t", "jp5.0.2"], "check"),
    (["check", MISREAD, "-t", "agx-orin@jetpack-6.2", "--dla", "--precision", "int8"], "check"),
    (["check", MISREAD, "-t", "jp5.0.2", "--as-parsed"], "check"),
    (["check", MISREAD, "-t", "jp5.0.2", "--prove-fix"], "check"),
    (["check", MISREAD, "-t", "jp5.0.2", "--ignore", "JD204", "--hash"], "check"),
    (["check", "--nope"], "check"),
    (["inspect", MISREAD], "inspect"),
    (["fix", MISREAD, "-t", "jp5.0.2"], "fix"),
    (["fix", MISREAD, "-t", "jp5.0.2", "--simplify", "--diff"], "fix"),
    (["fix", "missing.onnx", "-t", "jp5.0.2"], "fix"),
    (["verify", SOUND, "--reference", SOUND, "--backend", "onnxruntime"], "verify"),
    (["verify", MISREAD, "--as-parsed", "jp5.0.2"], "as-parsed"),
    (["plan", MISREAD, "-t", "nano@jetpack-4.6"], "plan"),
    (["triage", "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"], "triage"),
    (["device"], "device"),
    (["device", "--root", BOARDS[0]], "device"),
    (["targets"], "targets"),
    (["targets", "nano", "jp5.0.2", "tensorrt-8.4"], "targets"),
    (["ops", "Reshape"], "ops"),
    (["ops", "-t", "jp5.0.2"], "ops"),
    (["diff", SOUND, MISREAD, "-t", "jp5.0.2"], "diff"),
    (["config"], "config"),
    (["rules"], "rules"),
    (["explain", "JD204"], "rules"),
    (["triage", "missing.log"], "error"),
    (["plan", "missing.onnx"], "error"),
]


def schema(name):
    with open(os.path.join(SCHEMAS, name), encoding="utf-8") as stream:
        return json.load(stream)


def require_valid(document, name):
    """The document is valid, with the references between the schema files resolved."""
    whole = schema(name + ".json")
    store = {other: schema(other) for other in os.listdir(SCHEMAS)}
    text = json.dumps(whole).replace('"common.json#/$defs/', '"#/$defs/').replace('"device.json"', '"#/$defs/device"')
    joined = json.loads(text)
    shared = json.dumps({**store["common.json"]["$defs"], "device": store["device.json"]})
    joined["$defs"] = json.loads(shared.replace('"common.json#/$defs/', '"#/$defs/'))
    jsonschema.Draft202012Validator(joined).validate(document)


@pytest.mark.parametrize("name", sorted(os.listdir(SCHEMAS)))
def test_the_schemas_are_schemas(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("arguments, name", DOCUMENTS, ids=lambda value: value if isinstance(value, str) else None)
def test_documents(arguments, name, tmp_path, monkeypatch, capsys):
    if arguments[0] in ("fix", "verify") or "--as-parsed" in arguments:
        pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    main(arguments + ["--format", "json"])
    require_valid(json.loads(capsys.readouterr().out), name)


def test_several_boards(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, root in zip("ab", BOARDS):
        main(["device", "--root", root, "--save", name])
    capsys.readouterr()
    main(["device", "--snapshot", "a", "--snapshot", "b", "--format", "json"])
    require_valid(json.loads(capsys.readouterr().out), "devices")


def test_json_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["check", SOUND, MISREAD, "missing.onnx", "-t", "jp5.0.2", "--format", "jsonl"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["result"] * 3 + ["summary"]
    for line in lines:
        require_valid(line, "jsonl")


def test_a_wrong_document_is_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["check", SOUND, "-t", "jp6.2", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    document["results"][0]["verdict"] = "passes"
    with pytest.raises(jsonschema.ValidationError):
        require_valid(document, "check")
