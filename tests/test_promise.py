"""What FIXABLE promises: sure where a look at the model tells, else only the proof does; ``--prove-fix`` tries it."""

from __future__ import annotations

import json

import onnx
import pytest

from jetdoctor import cli
from jetdoctor.check import check
from jetdoctor.check.promise import rounds
from jetdoctor.fix import fix
from jetdoctor.model import from_proto, load
from jetdoctor.target import resolve
from tests.cases import parse

MEAN = """<ir_version: 8, opset_import: ["": 18]>
g (float[1,4,3] x) => (float[1,1,3] y) <int64[1] axes = {1}> { y = ReduceMean (x, axes) }"""
#: the mean is rounded to steps of 0.1 behind it
ROUNDED = """<ir_version: 8, opset_import: ["": 18]>
g (float[1,4,3] x) => (float[1,1,3] y) <int64[1] axes = {1}, float s = {0.1}, int8 z = {0}> {
  m = ReduceMean (x, axes)
  q = QuantizeLinear (m, s, z)
  y = DequantizeLinear (q, s, z)
}"""
NONZERO = """<ir_version: 8, opset_import: ["": 13]>
g (float[N,3] x) => (int64[2,M] y) { y = NonZero (x) }"""


def promises(text):
    (result,) = check(from_proto(parse(text)), resolve("jetpack-5.0.2"))
    return result, {f.fix.promise for f in result.findings if f.severity == "error" and f.fix}


def test_a_rounding_step_leaves_the_promise_to_the_proof():
    assert not rounds(from_proto(parse(MEAN))) and rounds(from_proto(parse(ROUNDED)))
    plain, sure = promises(MEAN)
    rounded, open_ = promises(ROUNDED)
    assert plain.verdict == rounded.verdict == "fixable"
    assert sure == {"sure"} and "run" in open_


#: without a zero point the steps are UINT8 from 0
NO_ZERO = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,3] x) => (%s[2,3] y) <float s = {0.1}> { %s }"""
PAIR = "q = QuantizeLinear (x, s) y = DequantizeLinear (q, s)"


def test_steps_that_the_caller_reads_are_not_promised():
    assert promises(NO_ZERO % ("uint8", "y = QuantizeLinear (x, s)"))[0].verdict == "fails"
    result, _ = promises(NO_ZERO % ("float", PAIR))
    assert result.verdict == "fixable"


def test_steps_without_a_zero_point_become_int8(saved):
    outcome = fix(saved(NO_ZERO % ("float", PAIR)), resolve("jetpack-5.0.2"), unsafe=True)
    assert outcome.clean and outcome.plan.equivalence.near


def test_scales_of_the_axis_that_onnx_takes_by_default(saved):
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[5,2,4] x) => (float[5,2,4] y) <float[2] s = {0.1, 0.2}, int8[2] z = {0, 0}> {
      q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)
    }"""
    assert promises(text)[0].verdict == "fixable"
    assert fix(saved(text), resolve("jetpack-5.0.2")).clean


#: what a fix cannot do with the node, and the same node where it can: (opset, inputs, outputs, body)
LOOKED_AT = {
    "a window that is an output": (17, "", "float[8] y", "n = Constant <value_int = 8> () y = HannWindow (n)"),
    "a window of a known size": (
        17, "float[8] x", "float[8] y", "n = Constant <value_int = 8> () w = HannWindow (n) y = Mul (x, w)"
    ),
    "blocks of integers": (18, "int32[1,5,5] x", "int32[1,1,5,5] y", "y = Col2Im (x, size, side)"),
    "blocks of floats": (18, "float[1,5,5] x", "float[1,1,5,5] y", "y = Col2Im (x, size, side)"),
    "as many samples as the boxes take": (16, "float[1,2,6,6] x", "float[1,2,1,1] y", "y = RoiAlign (x, box, none)"),
    "two samples": (
        16, "float[1,2,6,6] x", "float[1,2,1,1] y", "y = RoiAlign <sampling_ratio = 2> (x, box, none)"
    ),
    "a sequence for the caller": (13, "float[2] x", "seq(float[2]) y", "y = SequenceConstruct (x, x)"),
    "a sequence that is read": (
        13, "float[2] x", "float[2] y",
        "s = SequenceConstruct (x, x) z = Constant <value_int = 0> () y = SequenceAt (s, z)",
    ),
    "a determinant of 4 x 4": (13, "float[4,4] x", "float y", "y = Det (x)"),
    "a determinant of 3 x 3": (13, "float[3,3] x", "float y", "y = Det (x)"),
    "integers between pixels": (20, "int32[1,1,4,4] x, float[1,2,2,2] p", "int32[1,1,2,2] y", "y = GridSample (x, p)"),
    "integers of the nearest pixel": (
        20, "int32[1,1,4,4] x, float[1,2,2,2] p", "int32[1,1,2,2] y", 'y = GridSample <mode = "nearest"> (x, p)'
    ),
    "a window larger than its axis": (
        13, "float[1,3,4] x", "float[1,3,a] y", "y = MaxPool <dilations = [2], kernel_shape = [3]> (x)"),
    "a window as large as its axis": (
        13, "float[1,3,5] x", "float[1,3,a] y", "y = MaxPool <dilations = [2], kernel_shape = [3]> (x)"),
    "a variance of one number": (
        13, "float[2,3,4,1] x", "float[2,3,4,1] y", "y = MeanVarianceNormalization <axes = [3]> (x)"),
    "a variance of four": (
        13, "float[2,3,4,1] x", "float[2,3,4,1] y", "y = MeanVarianceNormalization <axes = [2]> (x)"),
}  # fmt: skip
CONSTANTS = "<int64[2] size = {5, 5}, int64[2] side = {1, 5}, float[1,4] box = {0, 0, 4, 4}, int64[1] none = {0}>"


@pytest.mark.parametrize("can, name", enumerate(LOOKED_AT))
def test_a_fix_is_promised_where_it_can_be_done(can, name):
    """Every second one of the list is the neighbor that can be repaired."""
    opset, inputs, outputs, body = LOOKED_AT[name]
    head = '<ir_version: 8, opset_import: ["": %d]> g (%s) => (%s) ' % (opset, inputs, outputs)
    result, _ = promises("%s%s { %s }" % (head, CONSTANTS, body))
    assert result.verdict == ("fixable" if can % 2 else "fails")


#: bytes of the caller in a product, FLOAT that no Equal of opset 9 compares, a Cast of bytes to bytes
KEPT = {
    "tensorrt-8.6.1": (17, "uint8[4,4] x, int8[4] w", "int32[4] y", "y = MatMulInteger (x, w)"),
    "tensorrt-8.4.3": (9, "int64[4] x", "int64[1] y", "y = ArgMax (x)"),
    "tensorrt-10.3.0": (17, "uint8[4,4] x", "uint8[1,1] y", "f = Cast <to = 2> (x) y = ReduceMin (f)"),
}


@pytest.mark.parametrize("target", KEPT)
def test_what_was_promised_is_written(saved, target):
    opset, inputs, outputs, body = KEPT[target]
    path = saved('<ir_version: 8, opset_import: ["": %d]> g (%s) => (%s) { %s }' % (opset, inputs, outputs, body))
    (result,) = check(load(path), resolve(target))
    assert result.verdict == "fixable" and fix(path, resolve(target), unsafe=True).clean


MOD = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,3] x, float[2,3] d) => (float[2,3] y) { y = Mod <fmod = 1> (x, d) }"""


def test_a_remainder_of_floats_is_left_to_the_proof():
    assert promises(MOD)[1] == {"run"}


@pytest.fixture
def saved(tmp_path):
    def save(text):
        path = str(tmp_path / "model.onnx")
        onnx.save(parse(text), path)
        return path

    return save


def proven(path, capsys, *more):
    code = cli.main(["check", path, "-t", "jetpack-5.0.2", "--prove-fix", "--format", "json", *more])
    (result,) = json.loads(capsys.readouterr().out)["results"]
    return code, result


def test_the_repair_is_tried_and_nothing_written(saved, capsys, tmp_path):
    path = saved(MEAN)
    before = (tmp_path / "model.onnx").read_bytes()
    code, result = proven(path, capsys)
    assert code == 1 and result["verdict"] == "fixable"
    assert result["repair"]["fixed"] and result["repair"]["equivalence"]["status"] == "equal"
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"] and (tmp_path / "model.onnx").read_bytes() == before


def test_what_cannot_be_repaired_says_why(saved, capsys):
    code, result = proven(saved(NONZERO), capsys)
    assert code == 1 and result["verdict"] == "fails"
    assert not result["repair"]["fixed"] and result["repair"]["reason"]


def test_the_text_says_which_it_is(saved, capsys):
    path = saved(ROUNDED)
    cli.main(["check", path, "-t", "jetpack-5.0.2"])
    assert "jetdoctor fix may repair it" in " ".join(capsys.readouterr().out.split())
    cli.main(["check", path, "-t", "jetpack-5.0.2", "--prove-fix"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "may repair" not in shown and ("tried and proven" in shown or "the repair was tried" in shown)
