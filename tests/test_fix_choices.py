"""What a fix may decide for the caller: ``--allow``, ``--choose``, and what the caller's code must change then."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from types import SimpleNamespace

import onnx
import pytest
from onnx import parser

from jetdoctor import target
from jetdoctor.cli import choosing, main
from jetdoctor.fix import fix
from jetdoctor.types import CHOICES, PlanStep, UsageError

OLD = target.resolve("jetpack-4.6")

BYTES = """<ir_version: 8, opset_import: ["": 13]>
g (uint8[1,4,4,3] image) => (float[1,4,4,3] y) { y = Cast <to = 1> (image) }"""

SELECTION = """<ir_version: 8, opset_import: ["": 13]>
g (float[1,8,4] boxes, float[1,2,8] scores) => (float[1,N] best)
<int64[1] most = {3}, float[1] iou = {0.5}> {
  near = Relu(boxes)
  high = Relu(scores)
  picked = NonMaxSuppression(near, high, most, iou)
  flat = Cast <to = 1> (picked)
  where = NonZero(flat)
  best = Cast <to = 1> (where) }"""


def saved(folder, text, name="model.onnx"):
    path = str(folder / name)
    onnx.save(parser.parse_model(text), path)
    return path


def test_an_input_type_needs_to_be_allowed(tmp_path):
    path = saved(tmp_path, BYTES)
    outcome = fix(path, OLD)
    assert not outcome.changed and outcome.plan.steps[0].reason == "needs --allow input-types"
    assert outcome.plan.steps[0].choice == "input-types"
    outcome = fix(path, OLD, allow=["input-types"])
    assert outcome.changed and outcome.clean and outcome.plan.equivalence.status == "equal"
    assert outcome.caller == ("feed input image as FLOAT instead of UINT8 (array.astype(numpy.float32))",)
    assert not fix(path, OLD, allow=["nms"]).changed


def test_a_detector_ends_before_its_suppression(tmp_path):
    path = saved(tmp_path, SELECTION)
    offered = [step for step in fix(path, OLD).plan.steps if step.choice == "nms"]
    assert offered and offered[0].reason == "needs --allow nms" and not offered[0].applied
    outcome = fix(path, OLD, allow=["nms"])
    assert [value.name for value in outcome.proto.graph.output] == ["near", "high"]
    assert [node.op_type for node in outcome.proto.graph.node] == ["Relu", "Relu"]
    assert outcome.clean and outcome.plan.equivalence.status == "equal"
    assert [result.verdict for result in outcome.before] == ["fails"]
    assert outcome.caller[0] == "output best is gone"
    assert "read a new output near: FLOAT [1,8,4]" in outcome.caller


def test_a_detector_that_the_target_takes_is_left_whole(tmp_path):
    text = SELECTION.replace("where = NonZero(flat)", "").replace("(where)", "(flat)").replace("[1,N]", "[N,3]")
    outcome = fix(saved(tmp_path, text), OLD, allow=["nms"])
    assert not outcome.changed and outcome.caller == ()


@pytest.mark.parametrize(
    "text, rule, outputs",
    [
        ("g (float[3] x) => () { y = Relu(x) }", "JD904", ["y"]),
        ("g (float[3] x) => (float[3] y) { a = Relu(x) b = Neg(a) a = Exp(b) y = Add(a, b) }", "JD903", ["y"]),
        ("g (float[3] x) => (float[3] y) <float[3] lost> { y = Add(x, lost) }", "JD902", ["y"]),
        ("g (float[3] x) => (float[3] y, float[3] z) { y = Relu(x) }", "JD902", ["y"]),
    ],
)
def test_invalid_models_are_mended_with_unsafe(tmp_path, text, rule, outputs):
    path = saved(tmp_path, '<ir_version: 8, opset_import: ["": 13]> ' + text)
    assert not fix(path, OLD).changed
    outcome = fix(path, OLD, unsafe=True)
    assert [step.rule for step in outcome.plan.steps if step.applied] == [rule] and outcome.clean
    assert [value.name for value in outcome.proto.graph.output] == outputs
    onnx.checker.check_model(outcome.proto)


def test_unsorted_nodes_are_sorted_though_the_parser_takes_them(tmp_path):
    text = '<ir_version: 8, opset_import: ["": 13]> g (float[3] x) => (float[3] y) { y = Neg(a) a = Relu(x) }'
    outcome = fix(saved(tmp_path, text), OLD)
    assert [node.op_type for node in outcome.proto.graph.node] == ["Relu", "Neg"] and outcome.clean


def test_allow_on_the_command_line(tmp_path, capsys):
    path = saved(tmp_path, BYTES)
    assert main(["fix", path, "-t", "jetpack-4.6", "--allow", "input-type"]) == 2
    assert "did you mean input-types?" in capsys.readouterr().err
    assert main(["fix", path, "-t", "jetpack-4.6", "--allow", "input-types,nms", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["caller"][0].startswith("feed input image as FLOAT")
    assert main(["fix", path, "-t", "jetpack-4.6", "--allow", "input-types"]) == 0
    assert "your code: feed input image as FLOAT" in capsys.readouterr().out


def test_choose_asks_once_for_each_choice(tmp_path, monkeypatch, capsys):
    outcome = fix(saved(tmp_path, BYTES), OLD)
    for answer, chosen in (("y\n", ("input-types",)), ("\n", ())):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert choosing.ask(outcome, ()) == chosen
    said = capsys.readouterr().err
    assert CHOICES["input-types"] in said and "allow input-types? [y/N]" in said
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(UsageError, match="--choose needs a terminal"):
        choosing.require_terminal()


def test_choose_names_places_and_asks_again(monkeypatch, capsys):
    steps = [PlanStep("JD302", "Cut", "unsafe", "nms%d" % number, choice="nms") for number in (1, 2)]
    outcome = SimpleNamespace(plan=SimpleNamespace(steps=steps))
    monkeypatch.setattr("sys.stdin", io.StringIO("perhaps\nyes\n"))
    assert choosing.ask(outcome, ()) == ("nms",)
    said = capsys.readouterr().err
    assert said.count("JD302 Cut") == 1 and "  at nms1, nms2\n" in said and said.count("answer y or n") == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("perhaps\n"))
    assert choosing.ask(outcome, ()) == ()
    assert capsys.readouterr().err.endswith("[y/N] \n")


@pytest.mark.once
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("keys, code, written", [(b"y\n", 0, True), (b"\x03", 130, False)])
def test_choose_in_a_terminal(tmp_path, keys, code, written):
    """Yes writes; Ctrl-C leaves nothing behind."""
    import pty

    model, out = saved(tmp_path, BYTES), tmp_path / "fixed.onnx"
    child, terminal = pty.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background inherits that it is ignored
        signal.alarm(120)
        words = ["-m", "jetdoctor", "fix", model, "-t", "jetpack-4.6", "--choose", "-o", str(out)]
        os.execv(sys.executable, [sys.executable] + words)
    said, sent = b"", False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so when the child has closed its side
            break
        said += piece
        if not piece:
            break
        if not sent and b"[y/N] " in said:
            sent = os.write(terminal, keys) > 0
    os.close(terminal)
    status = os.waitpid(child, 0)[1]
    assert (os.WEXITSTATUS(status), out.exists()) == (code, written), said.decode()
    assert b"Traceback" not in said and (b"your code:" in said) == written


def test_lost_int8_is_said_with_the_way_to_keep_it(tmp_path, capsys):
    text = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,3] x) => (float[2,3] y) <float s = {0.5}, uint8 z = {%d}> {
  q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) y = Relu(d) }"""
    path = saved(tmp_path, text % 100)
    kept = fix(path, OLD)
    assert not kept.changed and kept.notes[0].startswith("Q/DQ pairs: 1. The most accurate way is to")
    lost = fix(path, OLD, allow=("quantization",))
    assert lost.changed and lost.notes[0].startswith("INT8: 0 of 1 Q/DQ pairs")
    text = """<ir_version: 8, opset_import: ["": 18]>
g (float[2,3] x) => (float[2,1] y) <float s = {0.5}, int8 z = {0}, int64[1] axes = {1}> {
  q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) y = ReduceMean(d, axes) }"""
    kept = fix(saved(tmp_path, text, "kept.onnx"), OLD)
    assert kept.changed and kept.notes == ("INT8: 1 of 1 Q/DQ pairs (activations and weights) are still quantized",)
    assert main(["fix", lost.path, "-t", "jetpack-4.6", "--allow", "quantization"]) == 0
    assert "note: INT8: 0 of 1 Q/DQ pairs" in capsys.readouterr().out and "ActivationSymmetric" in lost.notes[0]


#: what may read bytes that become FLOAT: what moves, picks or compares them, casts, and one scale for all
READERS = [
    ("uint8[4] x, uint8[4] z", "uint8[4] y", "y = Max (x, z)", ["feed input x as FLOAT", "feed input z as FLOAT"]),
    ("uint8[4] x", "bool[4] y", "y = Equal (x, k)", ["feed input x as FLOAT"]),
    ("uint8[4] x", "float[4] y", "r = Concat <axis = 0> (x, k) s = Slice (r, zero, four) y = Cast <to = 1> (s)", []),
    ("uint8[4] x", "float[4] y", "y = DequantizeLinear (x, scale, point)", []),
    ("uint8[4] x", "float[4] y", "y = DequantizeLinear (x, scale)", []),
]

CONSTANTS = """<uint8[4] k = {0, 1, 200, 255}, float scale = {0.5}, uint8 point = {128}, uint8[4] shifts = {1, 2, 3, 1},
 int64[1] zero = {0}, int64[1] four = {4}>"""


@pytest.mark.parametrize("inputs, outputs, nodes, caller", READERS)
def test_bytes_in_float(tmp_path, inputs, outputs, nodes, caller):
    text = '<ir_version: 8, opset_import: ["": 13]> g (%s) => (%s) %s { %s }' % (inputs, outputs, CONSTANTS, nodes)
    path = saved(tmp_path, text)
    model = onnx.load(path)
    read = {name for node in model.graph.node for name in node.input}
    for unread in [tensor for tensor in model.graph.initializer if tensor.name not in read]:
        model.graph.initializer.remove(unread)
    onnx.save(model, path)
    outcome = fix(path, OLD, allow=["input-types"])
    assert outcome.before[0].verdict == "fixable" and outcome.clean
    assert outcome.plan.equivalence.status == "equal"
    assert [sentence.split(" instead")[0] for sentence in outcome.caller[: len(caller)]] == caller
    onnx.checker.check_model(outcome.proto, full_check=True)


@pytest.mark.parametrize("nodes", ["y = Add (x, k)", 'y = BitShift <direction = "LEFT"> (x, shifts)'])
def test_bytes_that_may_wrap_around_are_not_promised(tmp_path, nodes):
    text = '<ir_version: 8, opset_import: ["": 13]> g (uint8[4] x) => (uint8[4] y) %s { %s }' % (CONSTANTS, nodes)
    outcome = fix(saved(tmp_path, text), OLD, unsafe=True)
    assert outcome.before[0].verdict == "fails" and not outcome.changed
