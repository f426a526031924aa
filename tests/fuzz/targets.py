"""What is fed to which command. A target takes bytes and runs ``cli.main`` on them in this process."""

from __future__ import annotations

import contextlib
import glob
import io
import json
import os
import time
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple
from typing import Counter as Counts

from tests.fuzz import arrays, graphs, mutate, values

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


def _boards() -> List[bytes]:
    """Snapshots of the captured boards, and two by hand."""
    from jetdoctor.device import from_root, to_json

    texts = ['{"schema_version": 1, "facts": {"jetpack": {"value": "5.0.2", "source": "x"}}}', "{}"]
    folders = sorted(glob.glob(os.path.join(ROOT, "fixtures", "devices", "*")))
    return [text.encode() for text in (*texts, *(json.dumps(to_json(from_root(folder))) for folder in folders))]


def _known() -> List[bytes]:
    """A report of a check, the baseline of the same findings, and two that are nothing."""
    from jetdoctor.cli import main

    with contextlib.redirect_stdout(io.StringIO()) as out:
        main(["check", _MODEL, *_TARGET, "--format", "json"])
    findings = json.loads(out.getvalue())["results"][0]["findings"]
    return [out.getvalue().encode(), json.dumps({"baseline": findings}).encode(), b"{}", b"[]"]


def _npz() -> List[bytes]:
    import numpy

    buffer = io.BytesIO()
    numpy.savez(buffer, image=numpy.zeros((1, 3, 32, 32), "float32"))
    return [buffer.getvalue()]


def _texts(*texts: str) -> Callable[[], List[bytes]]:
    return lambda: [text.encode() for text in texts]


Change = Callable[[bytes, Sequence[Any]], bytes]


class Target(NamedTuple):
    """A kind of input."""

    file: str  # its name, %d where one command reads many
    arguments: List[str]  # of the command that reads it, {} for its path
    document: bool  # whether that command prints JSON in every case
    corpus: Callable[[], List[bytes]]
    changes: Tuple[Change, ...] = (mutate.changed,)


_CHECK = ["check", "{}", *_TARGET, "--format", "json"]

TARGETS: Dict[str, Target] = {
    "model": Target("m%d.onnx", _CHECK, True, lambda: _files("fixtures/models/*.onnx")),
    "graph": Target(
        "m%d.onnx", _CHECK, True, lambda: _files("fixtures/models/*.onnx") + graphs.cases(), (graphs.changed,)
    ),
    "log": Target(
        "l.txt", ["triage", "{}", "--format", "json"], False,
        lambda: _files("fixtures/logs/*.log")
        + _texts("[E] [TRT] reshape changes volume. Reshaping [1,1,1,1] to [1,1280]\n")(),
    ),
    "snapshot": Target(
        "d.json", ["device", "--snapshot", "{}", "--format", "json"], False, _boards,
        (mutate.changed, values.changed_json),
    ),
    "board": Target(
        "d.json", ["check", _MODEL, "--device", "{}", "--format", "json"], True, _boards, (values.changed_json,)
    ),
    "config": Target(
        "jetdoctor.toml", ["check", _MODEL, "--format", "json"], True,
        _texts(
            'targets = ["jetpack-5.0.2"]\nselect = ["JD304", "JD2xx"]\nfail-on = "warning"\nplugins = ["A"]\njobs = 1\n'
            'ignore = {JD304 = {reason = "x", expires = "2031-01-01", models = ["m*"]}}\n'
            'policy = [{models = ["*.onnx"], targets = ["jp4.x"], ignore = {JD305 = "x"}, "fail-on" = "never"}]\n',
            'target = ["jetpack-5.0.2"]\nignore = ["JD304"]\n', "[a]\nb=1\n",
        ),
        (mutate.changed, values.changed_toml),
    ),
    "baseline": Target(
        "b.json", ["check", _MODEL, *_TARGET, "--baseline", "{}", "--format", "json"], True, _known,
        (mutate.changed, values.changed_json),
    ),
    "sidecar": Target(
        "e.engine.json", ["verify", "e.engine", *_TARGET, "--format", "json"], False,
        _texts(
            '{"model": "m.onnx", "tensorrt": "8.4.1", "engine_sha256": "00", "model_sha256": "00"'
            ', "module": "orin-nano-8gb", "compute_capability": "8.7", "precision": "fp16", "profiles": {}}', "{}",
        ),
        (mutate.changed, values.changed_json),
    ),
    "npz": Target(
        "i.npz", ["verify", _MODEL, "--backend", "onnxruntime", "--reference", _MODEL, "--inputs", "{}"], False, _npz,
        (mutate.changed, arrays.changed_npz),
    ),
}  # fmt: skip


def at_once(name: str) -> int:
    """How many inputs one command reads."""
    return 20 if "%d" in TARGETS[name].file else 1


def feed(name: str, inputs: Sequence[bytes], folder: str) -> Counts[str]:
    """Run inputs of target ``name`` in ``folder``, all in one command; how often it ended how.

    The exit code where a command reads one, the verdict of each where it reads many. Raises Broken.
    """
    from jetdoctor.cli import main

    target = TARGETS[name]
    paths = [os.path.join(folder, target.file.replace("%d", str(index))) for index in range(len(inputs))]
    for path, data in [*zip(paths, inputs), (os.path.join(folder, "e.engine"), b"ptrt" + bytes(28))]:
        with open(path, "wb") as stream:
            stream.write(data)
    arguments = [word for given in target.arguments for word in (paths if given == "{}" else [given])]
    out, err, before, start = io.StringIO(), io.StringIO(), os.getcwd(), time.process_time()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
    finally:
        os.chdir(before)
    seconds = time.process_time() - start
    if seconds > MOST_SECONDS:
        raise Broken("%s: %.1f s" % (name, seconds))
    document = _judge(name, code, out.getvalue(), err.getvalue())
    if at_once(name) == 1:
        return Counter(["exit %d" % code])
    if len(document["results"]) != len(inputs):
        raise Broken("%s: %d results of %d models" % (name, len(document["results"]), len(inputs)))
    return Counter(result["verdict"] for result in document["results"])


def _judge(name: str, code: int, out: str, err: str) -> Any:
    """The document, where there is one. Raises Broken."""
    nothing_ran = code == 3 and name == "sidecar" and '"not-run"' in out  # there is no TensorRT to try it
    if code not in (0, 1, 2) and not nothing_ran:
        raise Broken("%s: exit code %d: %s" % (name, code, (err or out)[-500:]))
    if "Traceback" in err or "internal error" in err:
        raise Broken("%s: %s" % (name, err[-500:]))
    if any(ord(character) < 32 and character != "\n" or 127 <= ord(character) < 160 for character in out + err):
        raise Broken("%s: control characters: %r" % (name, (err or out)[-500:]))
    if not TARGETS[name].document:
        return None
    try:
        return json.loads(out, parse_constant=_refuse)
    except ValueError as error:
        raise Broken("%s: no JSON document: %s" % (name, error)) from None


def _refuse(constant: str) -> float:
    raise ValueError(constant)
