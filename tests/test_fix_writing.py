"""Writing a fixed model: atomic, external data included, the original whole whatever happens."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper, parser

from jetdoctor.cli import main
from jetdoctor.fix import fix, originals, write
from jetdoctor.model import UnreadableModel
from jetdoctor.types import JetdoctorError, UsageError
from tests.test_fix import MISH, OLD, POOL, ROOT, content, ops, save

pytestmark = pytest.mark.once


def test_apply_keeps_every_original(tmp_path):
    path = save(tmp_path, MISH)
    first = content(path)
    assert write(fix(path, OLD), apply=True) == path
    assert ops(path) == ["Softplus", "Tanh", "Mul"] and content(path + ".orig") == first
    second = content(save(tmp_path, POOL))  # exported again
    assert write(fix(path, OLD), apply=True) == path
    assert content(path + ".orig") == first and content(path + ".orig.2") == second
    assert sorted(os.listdir(str(tmp_path))) == ["model.onnx", "model.onnx.orig", "model.onnx.orig.2"]


def test_what_jetdoctor_wrote_is_no_original_unless_it_was_changed(tmp_path):
    path = save(tmp_path, MISH)
    assert not originals.is_ours(path)
    write(fix(path, OLD), apply=True)
    assert originals.is_ours(path)
    write(fix(path, OLD, opset=12), apply=True)
    assert os.listdir(str(tmp_path)).count("model.onnx.orig.2") == 0
    changed = onnx.load(path)
    changed.graph.node[0].name = "by hand"
    onnx.save(changed, path)
    assert not originals.is_ours(path)


def test_the_report_of_apply_names_the_original(tmp_path, capsys):
    path = save(tmp_path, MISH)
    assert main(["fix", path, "-t", "jetpack-4.6.1", "--apply", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == path + ".orig"
    path = save(tmp_path, POOL)  # exported again
    assert main(["fix", path, "-t", "jetpack-4.6.1", "--apply"]) == 0
    shown = capsys.readouterr().out
    assert "original: %s.orig.2" % path in shown and "--reference %s.orig.2" % path in shown


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path):
    path = save(tmp_path, MISH)
    outcome = fix(path, OLD)
    exported_again = content(save(tmp_path, POOL))
    with pytest.raises(JetdoctorError, match="changed during the repair"):
        write(outcome, apply=True)
    assert content(path) == exported_again and os.listdir(str(tmp_path)) == ["model.onnx"]


@pytest.mark.parametrize("location", ["../evil.bin", "/tmp/evil.bin", "a/../../evil.bin"])
def test_external_data_never_leaves_the_folder(tmp_path, location):
    (tmp_path / "in").mkdir(), (tmp_path / "out").mkdir()
    path = external(tmp_path / "in")
    model = onnx.load(path, load_external_data=False)
    tensor = onnx.TensorProto()
    tensor.CopyFrom(model.graph.initializer[0])
    tensor.external_data[0].value = location
    node = model.graph.node.add(op_type="Constant", output=["c"])
    node.attribute.add(name="value", type=4).t.CopyFrom(tensor)
    onnx.save(model, path)
    with pytest.raises((UsageError, UnreadableModel), match="is outside the model's folder|does not exist next to"):
        write(fix(path, OLD), str(tmp_path / "out" / "m.onnx"))
    assert sorted(os.listdir(str(tmp_path))) == ["in", "out"] and os.listdir(str(tmp_path / "out")) == []


def test_the_weights_are_never_the_output(tmp_path):
    path = external(tmp_path)
    weights = content(str(tmp_path / "weights.bin"))
    with pytest.raises(UsageError, match="holds the model's weights"):
        write(fix(path, OLD), str(tmp_path / "weights.bin"))
    assert content(str(tmp_path / "weights.bin")) == weights


def external(folder):
    """A model whose weights lie in ``weights.bin``."""
    model = parser.parse_model("""<ir_version: 8, opset_import: ["": 18]>
    g (float[2,64] x) => (float[2,64] y) { m = MatMul(x, w) y = Mish(m) }""")
    weights = np.random.RandomState(0).standard_normal((64, 64)).astype(np.float32)
    model.graph.initializer.append(numpy_helper.from_array(weights, "w"))
    path = str(folder / "model.onnx")
    onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    return path


def test_external_data_is_proven_and_carried_along(tmp_path):
    (tmp_path / "in").mkdir(), (tmp_path / "out").mkdir()
    path, out = external(tmp_path / "in"), str(tmp_path / "out" / "fixed.onnx")
    outcome = fix(path, OLD)
    assert outcome.plan.equivalence.status == "equal" and write(outcome, out) == out
    assert sorted(os.listdir(str(tmp_path / "out"))) == ["fixed.onnx", "weights.bin"]
    onnx.checker.check_model(out)
    assert write(outcome, apply=True) == path
    assert sorted(os.listdir(str(tmp_path / "in"))) == ["model.onnx", "model.onnx.orig", "weights.bin"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "weights.bin").write_bytes(b"someone else's")
    with pytest.raises(UsageError, match="different content"):
        write(outcome, str(tmp_path / "other" / "fixed.onnx"))
    assert os.listdir(str(tmp_path / "other")) == ["weights.bin"]


def test_output_over_the_original_is_refused(tmp_path):
    path = save(tmp_path, MISH)
    with pytest.raises(UsageError, match="--apply"):
        write(fix(path, OLD), path)
    with pytest.raises(UsageError, match="cannot write"):
        write(fix(path, OLD), str(tmp_path / "nowhere" / "out.onnx"))


@pytest.mark.parametrize("name", ["replace", "fsync"])
@pytest.mark.parametrize("error, raised", [
    (KeyboardInterrupt(), KeyboardInterrupt),
    (OSError(28, "No space left on device"), JetdoctorError),
    (PermissionError(13, "Permission denied"), UsageError),
])  # fmt: skip
def test_trouble_while_writing_leaves_the_original(tmp_path, monkeypatch, name, error, raised):
    path = save(tmp_path, MISH)
    before, outcome = content(path), fix(path, OLD)

    def trouble(*_):
        raise error

    monkeypatch.setattr("jetdoctor.fix.writing.os." + name, trouble)
    with pytest.raises(raised):
        write(outcome, apply=True)
    with pytest.raises(raised):
        write(outcome, str(tmp_path / "out.onnx"))
    assert content(path) == before
    assert not glob.glob(str(tmp_path / ".jetdoctor*")) and not os.path.exists(str(tmp_path / "out.onnx"))


def test_full_disk(tmp_path):
    """A file size limit of the kernel stands for a full disk."""
    pytest.importorskip("resource")
    path = save(tmp_path, MISH)
    before = content(path)
    script = """
import resource, signal, sys
from jetdoctor import target
from jetdoctor.fix import fix, originals, write
from jetdoctor.types import JetdoctorError

outcome = fix(sys.argv[1], target.resolve("tensorrt-8.4.3"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write(outcome, apply=True)
except JetdoctorError as error:
    print(error)
"""
    environment = dict(os.environ, PYTHONPATH=ROOT)
    said = subprocess.run([sys.executable, "-c", script, path], env=environment, stdout=subprocess.PIPE, timeout=60)
    assert b"nothing was changed" in said.stdout
    assert content(path) == before and os.listdir(str(tmp_path)) == ["model.onnx"]
