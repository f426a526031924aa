"""What `jetdoctor ops` prints, word for word: a lost "not" or a turned range shows in the diff.

JETDOCTOR_UPDATE_SNAPSHOTS=1 pytest tests/test_ops_snapshots.py writes the snapshots again: read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jetdoctor.cli import main

FOLDER = Path(__file__).resolve().parent / "snapshots"

OPERATORS = (
    "Attention Cast Clip Conv ConvTranspose CumSum DFT DequantizeLinear GridSample If LSTM Pad QuantizeLinear "
    "RandomNormalLike ReduceMean Reshape Resize Split Squeeze TopK"
).split()

TARGETS = ("tensorrt-8.4.1", "tensorrt-10.3", "tensorrt-10.13.3", "tensorrt-11.5")


def same(name, text):
    path = FOLDER / (name + ".txt")
    if os.environ.get("JETDOCTOR_UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "see the docstring of this file"


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator(operator, capsys):
    assert main(["ops", operator]) == 0
    same("ops-" + operator, capsys.readouterr().out)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target(target, capsys):
    assert main(["ops", "--target", target]) == 0
    same("ops-" + target, capsys.readouterr().out)
