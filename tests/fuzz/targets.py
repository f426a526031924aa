"""What is fed to which command. A target takes bytes and runs ``cli.main`` on them in this process."""

from __future__ import annotations

import contextlib
import glob
import io
import json
import os
import time
from typing import Callable, Dict, List, NamedTuple

from tests.fuzz import graphs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

#: Seconds that one input may take (docs/limits.md).
MOST_SECONDS = 10.0

_MODEL = os.path.join(ROOT, "fixtures", "models", "gap_classifier_torchscript_opset13.onnx")
_TARGET = ["-t", "jetpack-5.0.2"]


class Broken(AssertionError):
    """An input that breaks the contract: crash, wrong exit code, no document, too slow."""


def _files(pattern: str) -> List[bytes]:
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
        if os.path.getsize(path) < 200_000:
            with open(path, "rb") as stream:
                found.append(stream.read())
    return found


def _npz() -> List[bytes]:
    import numpy

    buffer = io.BytesIO()
    numpy.savez(buffer, image=numpy.zeros((1, 3, 32, 32), "float32"))
    return [buffer.getvalue()]


def _texts(*texts: str) -> Callable[[], List[bytes]]:
    return lambda: [text.encode() for text in texts]


class Target(NamedTuple):
    """A kind of input."""

    file: str  # its name
    arguments: List[str]  # of the command that reads it, {} for its path
    document: bool  # whether that command prints JSON in every case
    corpus: Callable[[], List[bytes]]


TARGETS: Dict[str, Target] = {
    "model": Target(
        "m.onnx", ["check", "{}", *_TARGET, "--format", "json"], True, lambda: _files("fixtures/models/*.onnx")
    ),
    "graph": Target("m.onnx", ["check", "{}", *_TARGET, "--format", "json"], True, graphs.cases),
    "log": Target(
        "l.txt", ["triage", "{}", "--format", "json"], False,
        lambda: _files("fixtures/logs/**/*.txt")
        + _texts("[E] [TRT] reshape changes volume. Reshaping [1,1,1,1] to [1,1280]\n")(),
    ),
    "snapshot": Target(
        "d.json", ["device", "--snapshot", "{}", "--format", "json"], False,
        _texts('{"schema_version": 1, "facts": {"jetpack": {"value": "5.0.2", "source": "x"}}}', "{}"),
    ),
    "config": Target(
        "jetdoctor.toml", ["check", _MODEL, "--format", "json"], True,
        _texts('target = ["jetpack-5.0.2"]\nignore = ["JD304"]\nplugins = ["A"]\n', "[a]\nb=1\n"),
    ),
    "baseline": Target(
        "b.json", ["check", _MODEL, *_TARGET, "--baseline", "{}", "--format", "json"], True,
        _texts('{"schema_version": 1, "results": [{"findings": []}]}', "{}", "[]"),
    ),
    "sidecar": Target(
        "e.engine.json", ["verify", "e.engine", *_TARGET, "--format", "json"], False,
        _texts('{"model": "m.onnx", "tensorrt": "8.4.1", "sha256": "00"}', "{}"),
    ),
    "npz": Target(
        "i.npz", ["verify", _MODEL, "--backend", "onnxruntime", "--reference", _MODEL, "--inputs", "{}"], False, _npz
    ),
}  # fmt: skip


def feed(name: str, data: bytes, folder: str) -> int:
    """Run one input of target ``name`` in ``folder``; its exit code. Raises Broken."""
    from jetdoctor.cli import main

    target = TARGETS[name]
    path = os.path.join(folder, target.file)
    with open(path, "wb") as stream:
        stream.write(data)
    with open(os.path.join(folder, "e.engine"), "wb") as stream:
        stream.write(b"ptrt" + bytes(28))
    out, err, before, start = io.StringIO(), io.StringIO(), os.getcwd(), time.process_time()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([argument.replace("{}", path) for argument in target.arguments])
    finally:
        os.chdir(before)
    seconds = time.process_time() - start
    if seconds > MOST_SECONDS:
        raise Broken("%s: %.1f s" % (name, seconds))
    _judge(name, code, out.getvalue(), err.getvalue(), target.document)
    return code


def _judge(name: str, code: int, out: str, err: str, document: bool) -> None:
    nothing_ran = code == 3 and name == "sidecar" and '"not-run"' in out  # there is no TensorRT to try it
    if code not in (0, 1, 2) and not nothing_ran:
        raise Broken("%s: exit code %d: %s" % (name, code, (err or out)[-500:]))
    if "Traceback" in err or "internal error" in err:
        raise Broken("%s: %s" % (name, err[-500:]))
    if document:
        try:
            json.loads(out, parse_constant=_refuse)
        except ValueError as error:
            raise Broken("%s: no JSON document: %s" % (name, error)) from None


def _refuse(constant: str) -> float:
    raise ValueError(constant)
