"""What every command says of a file that it cannot use: one line, exit code 2, nothing written."""

from __future__ import annotations

import os

import pytest

from jetdoctor.cli import main

TORCH = b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(64)

#: kind -> (bytes of bad.onnx, None for none of them; what is said)
KINDS = {
    "missing": (None, "bad.onnx does not exist"),
    "link to itself": (None, "cannot read bad.onnx: too many levels of symbolic links"),
    "folder": (None, "bad.onnx is a directory"),
    "empty": (b"", "bad.onnx is empty"),
    "text": (b"hello there\n", "it looks like plain text"),
    "checkpoint": (TORCH, "it looks like a PyTorch checkpoint"),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(99), "it looks like a TensorFlow Lite model"),
}

COMMANDS = [
    ["inspect", "bad.onnx"],
    ["fix", "bad.onnx"],
    ["fix", "bad.onnx", "-t", "jp5.0.2", "-o", "fixed.onnx"],
    ["plan", "bad.onnx"],
    ["plan", "bad.onnx", "-t", "nano"],
    ["verify", "bad.onnx", "--backend", "onnxruntime"],
    ["verify", "bad.onnx", "--as-parsed", "jp5.0.2"],
    ["report", "bad.onnx", "-o", "bundle.zip"],
    ["diff", "bad.onnx", "bad.onnx"],
    ["device", "--for", "bad.onnx"],
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def make(kind):
    if kind == "folder":
        os.mkdir("bad.onnx")
    elif kind == "link to itself":
        os.symlink("bad.onnx", "bad.onnx")
    elif KINDS[kind][0] is not None:
        with open("bad.onnx", "wb") as stream:
            stream.write(KINDS[kind][0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_cannot_be_used(kind, capsys):
    make(kind)
    before = sorted(os.listdir("."))
    for command in COMMANDS:
        code = main(command)
        out, err = capsys.readouterr()
        assert (code, out) == (2, ""), command
        assert err.startswith("jetdoctor: ") and err.count("\n") == 1 and KINDS[kind][1] in err, command
    assert sorted(os.listdir(".")) == before


@pytest.mark.parametrize(
    "command, said",
    [
        (["triage", "model.onnx"], "model.onnx does not exist"),
        (["triage", "file/build.log"], "cannot read file/build.log: not a directory"),
        (["device", "--root", "none"], "the captured board none does not exist"),
        (["device", "--root", "file"], "file is a file, not a folder"),
        (["device", "--save", "file/board.json"], "file is a file, not a folder"),
        (["verify", "file", "--inputs", "file", "--backend", "onnxruntime"], "file is not a binary ONNX file"),
        (["check", "x.onnx", "-t", "jetpack-6.2+tensorrt>=20"], "no known TensorRT release is in the range >=20"),
        (["check", "x.onnx", "-t", "jetpack-6.2+tensorrt>=10"], "one TensorRT: name it, such as +tensorrt-"),
    ],
)
def test_other_files_and_names(command, said, capsys):
    with open("file", "w") as stream:
        stream.write("some words\n")
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and said in err


def test_an_engine_that_says_nothing_is_unknown_and_0_with_and_without_a_target(capsys):
    with open("a.engine", "wb") as stream:
        stream.write(b"ftrt" + bytes(60))
    assert [main(["check", "a.engine", *target]) for target in ([], ["-t", "jp5.0.2"])] == [0, 0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_snapshot_on_a_full_disk_is_a_failure_of_the_machine(capsys):
    assert main(["device", "--save", "/dev/full"]) == 3
    assert "cannot write /dev/full: no space left on device" in capsys.readouterr()[1]
