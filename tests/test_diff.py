"""``jetdoctor diff``: what a re-export changed."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("onnx")

from jetdoctor.cli import main  # noqa: E402

MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "models")
MISREAD = os.path.join(MODELS, "gap_classifier_dynamo_opset18.onnx")
SOUND = os.path.join(MODELS, "gap_classifier_torchscript_opset13.onnx")


def test_a_worse_export(capsys):
    assert main(["diff", SOUND, MISREAD, "-t", "jp5.0.2", "-t", "jp6.2", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdicts"] == [{"target": "jetpack-5.0.2", "before": "deploys", "after": "fixable"}]
    assert "JD204" in {row["rule"] for row in found["new"]}
    changes = {row["what"]: (row["before"], row["after"]) for row in found["changes"]}
    assert changes["opset of ai.onnx"] == (13, 18) and changes["operator ReduceMean"] == (0, 1)
    main(["diff", SOUND, MISREAD, "-t", "jp5.0.2"])
    out = capsys.readouterr().out
    assert "deploys -> fixable" in out and "error JD204" in out


def test_a_better_export_and_the_same_one(capsys):
    assert main(["diff", MISREAD, SOUND, "-t", "jp5.0.2"]) == 0
    assert main(["diff", SOUND, SOUND, "-t", "jp5.0.2"]) == 0
    assert "no verdict changes" in capsys.readouterr().out


def test_a_model_that_cannot_be_read(capsys):
    assert main(["diff", SOUND, "missing.onnx"]) == 2
    assert "missing.onnx" in capsys.readouterr().err
