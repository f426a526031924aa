"""Files that are no model, or half of one: one clear line each."""

from __future__ import annotations

import os
import pickle
import random
import tarfile
import zipfile

import pytest

onnx = pytest.importorskip("onnx")
numpy = pytest.importorskip("numpy")

from google.protobuf.message import DecodeError  # noqa: E402

from jetdoctor.model import UnreadableModel, load  # noqa: E402
from jetdoctor.model.unreadable import looks_like  # noqa: E402
from jetdoctor.model.wire import WireError, encode_varint, is_too_deep, skeleton  # noqa: E402
from tests.model_files import raw, saved, simple  # noqa: E402


def test_every_truncation_is_recognized(tmp_path):
    data = simple([raw("w"), raw("v", 10)]).SerializeToString()
    behind_graph = len(data) - len(b"\x42\x04\x0a\x00\x10\x11")
    rnd = random.Random(1)
    cuts = {len(data) * tenth // 10 for tenth in range(1, 10)} | set(range(1, 80))
    cuts |= {rnd.randrange(1, len(data)) for _ in range(100)} | set(range(behind_graph + 1, len(data)))
    for cut in sorted(cuts - {behind_graph}):
        with pytest.raises(UnreadableModel, match="truncated|cut short"):
            load(saved(tmp_path, data[:cut]))
    # Behind the graph the bytes are a whole message: JD905 tells that the opset is missing.
    assert load(saved(tmp_path, data[:behind_graph])).opsets == {}


def zipped(path, member):
    with zipfile.ZipFile(str(path), "w") as archive:
        archive.writestr(member, b"data")
    return path.read_bytes()


def tarred(path):
    with tarfile.open(str(path), "w") as archive:
        archive.add(__file__, "f")
    return path.read_bytes()


FILES = [
    (lambda p: b"", "is empty"),
    (lambda p: b"\x89PNG\r\n\x1a\n" + bytes(90), "PNG image"),
    (lambda p: b"\xff\xd8\xff\xe0" + bytes(90), "JPEG image"),
    (lambda p: zipped(p, "archive/data.pkl"), "PyTorch checkpoint: export it with torch.onnx.export"),
    (lambda p: zipped(p, "model.onnx"), "zip archive"),
    (lambda p: pickle.dumps({"a": 1}, 2), "Python pickle"),
    (tarred, "tar archive"),
    (lambda p: b"\x89HDF\r\n\x1a\n" + bytes(90), "HDF5"),
    (lambda p: b"\x1c\0\0\0TFL3" + bytes(90), "TensorFlow Lite"),
    (lambda p: b"ftrt" + bytes(90), "TensorRT engine"),
    (lambda p: b'{"a": 1}', "JSON file"),
    (lambda p: b"hello world\n", "plain text"),
    (lambda p: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    (lambda p: str(simple()).encode(), "protobuf text form"),
    (lambda p: onnx.printer.to_text(simple()).encode(), "ONNX model in text form"),
    (lambda p: b'{"irVersion": "8", "graph": {}}', "JSON form"),
    (lambda p: bytes(range(255, 0, -1)), "not an ONNX model"),
    (lambda p: b"\x08\x08\x12\x01p", "holds no graph"),
    (lambda p: b"\x08\x08\x3a" + b"\xff" * 8 + b"\x7f" + bytes(90), "damaged"),
    (lambda p: b"\x08\x08\x3a" + b"\xff" * 30, "damaged"),
    (lambda p: b"\x08\x08\x3a\x02\x0a\x7f", "damaged"),
]


@pytest.mark.parametrize("make, message", FILES, ids=[message for _, message in FILES])
def test_what_is_no_model_is_named_in_one_line(tmp_path, make, message):
    path = saved(tmp_path, make(tmp_path / "made"))
    with pytest.raises(UnreadableModel, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value) and path in str(caught.value) and caught.value.exit_code == 2


def nested(depth, innermost):
    data = innermost
    for _ in range(depth):
        for tag in (b"\x32", b"\x2a", b"\x0a"):  # attribute.g, node.attribute, graph.node
            data = tag + encode_varint(len(data)) + data
    return b"\x08\x08\x3a" + encode_varint(len(data)) + data


@pytest.mark.parametrize("innermost", [b"", b"\x12\x80\x80\x02" + bytes(32768)], ids=["small", "large"])
def test_deep_nesting_is_refused(tmp_path, innermost):
    with pytest.raises(UnreadableModel, match="nested too deeply: protobuf reads 100 messages"):
        load(saved(tmp_path, nested(1000, innermost)))


def test_nesting_is_told_from_damage_where_protobuf_draws_the_line(tmp_path):
    for depth in range(30, 36):
        data = nested(depth, b"\x0a\x00")
        try:
            onnx.ModelProto.FromString(data)
        except DecodeError:
            assert is_too_deep(data)
        else:
            assert not is_too_deep(data)
    with pytest.raises(UnreadableModel, match="it is damaged: copy or download it again"):
        load(saved(tmp_path, nested(3, b"\x0a\xff")))


def test_paths_that_are_no_file(tmp_path):
    with pytest.raises(UnreadableModel, match="does not exist"):
        load(str(tmp_path / "missing.onnx"))
    with pytest.raises(UnreadableModel, match="is a directory"):
        load(str(tmp_path))
    for bad in ("a\0b", "x" * 5000):
        with pytest.raises(UnreadableModel):
            load(bad)
    if hasattr(os, "mkfifo"):
        os.mkfifo(str(tmp_path / "pipe"))
        with pytest.raises(UnreadableModel, match="not a regular file"):
            load(str(tmp_path / "pipe"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_no_permission(tmp_path):
    path = saved(tmp_path, simple())
    os.chmod(path, 0)
    with pytest.raises(UnreadableModel, match="permission denied"):
        load(path)


def test_noise_is_refused_or_parsed_but_never_crashes():
    data = simple([raw("w"), raw("v", 10)]).SerializeToString()
    rnd = random.Random(7)
    for _ in range(2000):
        noisy = bytearray(data)
        for _ in range(rnd.randrange(1, 4)):
            noisy[rnd.randrange(200)] = rnd.randrange(256)
        try:
            skeleton(bytes(noisy))
        except WireError as error:
            assert error.offset <= len(noisy)


@pytest.mark.parametrize(
    "start, what",
    [
        (b"\x0a\x1d\x0a\x01x\x12\x0bPlaceholder", "frozen TensorFlow graph"),
        (b"\x0a\x9d\x01\x0a\x05input\x12\x0bPlaceholder", "frozen TensorFlow graph"),
        (b"\x08\x01\x12\x80\x01\x0a\x09\x22\x05serve", "SavedModel"),
    ],
)
def test_tensorflow_s_own_files_are_recognized(start, what):
    assert what in looks_like(start + bytes(200)) and "tf2onnx" in looks_like(start + bytes(200))
