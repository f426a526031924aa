"""What the commands print on a narrow and a wide terminal, word for word: a broken line or sentence shows in the diff.

JETDOCTOR_UPDATE_SNAPSHOTS=1 pytest tests/test_text_snapshots.py writes the snapshots again: read the diff.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import onnx
import pytest

from jetdoctor.cli import main

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"

COMMANDS = {
    "check-deploys": "check old.onnx --target jetpack-5.0.2",
    "check-fixable": "check new.onnx --target jetpack-5.0.2",
    "check-fails": "check custom.onnx --target agx-orin@jetpack-6.2",
    "check-matrix": "check new.onnx",
    "fix-dry-run": "fix new.onnx --target jetpack-5.0.2",
    "inspect": "inspect new.onnx",
    "plan": "plan new.onnx --target xavier-nx@jetpack-5.0.2",
    "triage": "triage build.log",
    "device": "device --root nano",
}

CUSTOM = """<ir_version: 8, opset_import: ["" : 17, "acme" : 1]>
agraph (float[1,8] image) => (float[1,8] scores)
{ hidden = Relu (image)
  scores = acme.Sharpen (hidden) }"""

#: What differs between machines and releases of the runtime: times and the digits of a difference.
VARYING = ((r"\d+(\.\d+)? s\b", "N s"), (r"largest difference \S+", "largest difference N"))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the inputs under short names, in which the command runs."""
    models = FIXTURES / "models"
    shutil.copy(str(models / "gap_classifier_torchscript_opset13.onnx"), str(tmp_path / "old.onnx"))
    shutil.copy(str(models / "gap_classifier_dynamo_opset18.onnx"), str(tmp_path / "new.onnx"))
    onnx.save(onnx.parser.parse_model(CUSTOM), str(tmp_path / "custom.onnx"))
    (tmp_path / "build.log").write_text(
        "[E] [TRT] ModelImporter.cpp:773: While parsing node number 6 [Reshape -> \"view\"]:\n"
        "[E] [TRT] ModelImporter.cpp:779: ERROR: ModelImporter.cpp:179 In function parseGraph:\n"
        "[6] Invalid Node - node_view\n"
        "node_view: reshape changes volume. Reshaping [1,1,1,1] to [1,1280].\n"
    )
    (tmp_path / "nano").symlink_to(FIXTURES / "devices" / "nano-jp4.6.4-r32.7.4-spoilt", target_is_directory=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("width", ["80", "140"])
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_text(place, monkeypatch, capsys, name, width):
    for variable, value in (("COLUMNS", width), ("NO_COLOR", "1")):
        monkeypatch.setenv(variable, value)
    code = main(COMMANDS[name].split())
    printed = "%s\n[exit %d]\n" % (capsys.readouterr().out.rstrip(), code)
    for pattern, neutral in VARYING:
        printed = re.sub(pattern, neutral, printed)
    path = HERE / "snapshots" / ("text-%s-%s.txt" % (name, width))
    if os.environ.get("JETDOCTOR_UPDATE_SNAPSHOTS"):
        path.write_text(printed, encoding="utf-8")
    assert printed == path.read_text(encoding="utf-8"), "see the docstring of this file"
