"""What people type who come from other tools is answered with what to type here, and that exists."""

from __future__ import annotations

import re

import pytest

from jetdoctor.cli import commands, habits, main, parser


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["check", "--onnx=net.onnx"], "name the model itself"),
        (["--onnx=net.onnx"], "name the model itself"),
        (["check", "net.onnx", "--fp16"], "--precision fp16"),
        (["check", "net.onnx", "--saveEngine=net.engine"], "--save-engine FILE"),
        (["check", "net.onnx", "--useDLACore=0"], "--dla, with a module"),
        (["check", "net.onnx", "--sarf"], "`jetdoctor check --help` lists them"),
        (["check", "net.onnx", "--precision", "half"], "did you mean fp16?"),
        (["verify", "net.onnx", "--backend", "ORT"], "did you mean onnxruntime?"),
        (["convert", "net.onnx"], "jetdoctor plan MODEL"),
        (["Surgeon", "sanitize", "net.onnx"], "jetdoctor fix MODEL --simplify"),
        (["inspect", "model", "net.onnx"], "inspect takes MODEL and nothing more: net.onnx is too many"),
    ],
)
def test_one_line_names_the_next_step(arguments, said, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and said in err


def test_values_in_capitals_are_taken():
    made = parser.make("check", commands.load("check")).parse_args(["net.onnx", "--precision", "FP16", "--format=JSON"])
    assert (made.precision, made.format) == ("fp16", "json")


def test_what_is_named_exists():
    """Every command and option that an answer names is one of this program."""
    known = set()
    for name in commands.COMMANDS:
        for action in parser.make(name, commands.load(name))._actions:
            known.update(action.option_strings)
    for text in (*habits.OPTIONS.values(), *habits.COMMANDS.values()):
        assert set(re.findall(r"jetdoctor ([a-z]+)", text)) <= set(commands.COMMANDS), text
        assert set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", text)) <= known | {"--debug", "--version"}, text
