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


PIXELS = """<ir_version: 8, opset_import: ["": 13]>
g (float[1,3,4,4] image) => (uint8[1,4,4,3] y%s) <float low = {0}, float high = {255}> {
  near = Clip (image, low, high)
  bytes = Cast <to = 2> (near)
  y = Transpose <perm = [0,2,3,1]> (bytes)
  %s }"""


@pytest.mark.parametrize("more", [("", ""), (", uint8[1,3,4,4] bytes", "")], ids=["one", "two"])
def test_an_output_type_needs_to_be_allowed(tmp_path, more):
    path = saved(tmp_path, PIXELS % more)
    assert any(step.reason == "needs --allow output-types" for step in fix(path, OLD).plan.steps)
    outcome = fix(path, OLD, allow=["output-types"])
    assert outcome.clean and outcome.plan.equivalence.status == "equal"
    assert [value.type.tensor_type.elem_type for value in outcome.proto.graph.output] == [6] * len(outcome.caller)
    assert outcome.caller[0] == "read output y as INT32 instead of UINT8"


def test_bytes_that_are_computed_with_are_no_output_type(tmp_path):
    """A byte that is added to another wraps; INT32 would not."""
    path = saved(tmp_path, PIXELS % (", uint8[1,3,4,4] z", "z = Add (bytes, bytes)"))
    assert not any(step.choice == "output-types" for step in fix(path, OLD).plan.steps)


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


def test_the_plan_names_inputs_and_what_allows_them(tmp_path, capsys):
    text = """<ir_version: 8, opset_import: ["": 13]>
g (uint8[4] image, uint8[2] other) => (float[4] y, float[2] z) {
  y = Cast <to = 1> (image) z = Cast <to = 1> (other) }"""
    path = saved(tmp_path, text)
    assert main(["fix", path, "-t", "jetpack-4.6"]) == 1
    said = capsys.readouterr().out
    assert "at    image\n" in said and "at    other\n" in said
    assert "Allow the change with --allow input-types, or let --choose ask." in " ".join(said.split())
    steps = fix(path, OLD, allow=["input-types"]).plan.steps
    assert [(step.tensor, step.choice, step.applied) for step in steps] == [
        ("image", "input-types", True), ("other", "input-types", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "graph, choice, caller",
    [
        ("(float[3] x) => () { y = Relu(x) }", "outputs", "read a new output y: FLOAT [3]"),
        ("(float[3] x) => (float[3] y) <float[3] w> { y = Add(x, w) }", "inputs", "feed a new input w: FLOAT [3]"),
    ],
)
def test_what_a_model_lacks_is_proven_from_the_model_that_has_it(tmp_path, graph, choice, caller):
    """Nothing runs the original, so that allowing the choice alone would never write anything."""
    outcome = fix(saved(tmp_path, '<ir_version: 8, opset_import: ["": 13]> g ' + graph), OLD, allow=[choice])
    assert outcome.clean and outcome.changed and outcome.plan.equivalence.status == "equal"
    assert outcome.caller == (caller,)


STAGES = """<ir_version: 8, opset_import: ["": 13]>
g (float[8,64] x) => (float[M,64] y) <float[64,64] w> {
  high = Relu(x) where = NonZero(high) first = Transpose <perm = [1,0]> (where) s = GatherND(high, first)
  o = Constant <value_ints = [-1,64]> () rows = Reshape(s, o) y = MatMul(rows, w) }"""


def test_the_end_of_a_model_is_cut_and_not_a_stage_before_another(tmp_path):
    text = STAGES[: STAGES.index("o = Constant")].replace("float[M,64] y", "float[M] s").replace("float[64,64] w", "")
    outcome = fix(saved(tmp_path, text.replace("<>", "") + "}"), OLD, allow=["nms"])
    assert outcome.clean and [value.name for value in outcome.proto.graph.output] == ["high"]
    assert outcome.caller[-1] == "run NonZero yourself: numpy.array(numpy.nonzero(high))"
    model = parser.parse_model(STAGES)
    model.graph.initializer.append(onnx.helper.make_tensor("w", 1, [64, 64], [0.5] * 4096))
    onnx.save(model, tmp_path / "stages.onnx")
    assert not any(step.choice for step in fix(str(tmp_path / "stages.onnx"), OLD).plan.steps)


def test_int64_is_said_where_the_engine_has_int32(tmp_path):
    text = """<ir_version: 8, opset_import: ["": 18]>
g (int64[2,3] ids) => (float[2,1] y) <int64[1] axes = {1}> { f = Cast <to = 1> (ids) y = ReduceMean(f, axes) }"""
    (said,) = fix(saved(tmp_path, text), OLD).caller
    assert said == "ids is INT64 in the model and INT32 in the engine: convert before copying"


def outcome_of(choices=(), errors=(), caller=(), changed=True, reason=""):
    """What ``decide`` reads of an outcome."""
    steps = [PlanStep("JD302", "Cut", "unsafe", name, choice=choice) for choice, name in choices]
    found = [SimpleNamespace(severity="error", rule=rule) for rule in errors]
    return SimpleNamespace(
        plan=SimpleNamespace(steps=steps), results=[SimpleNamespace(findings=found)], caller=caller, changed=changed,
        reason=reason, path="",
    )  # fmt: skip


def decided(monkeypatch, answers, work):
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    return choosing.decide(work, (), {})


def test_choose_says_what_the_code_must_change_before_it_asks(monkeypatch, capsys):
    before = outcome_of([("nms", "nms1"), ("nms", "nms2")])
    cut = outcome_of(caller=("output best is gone",))
    work = lambda allow, freeze: cut if allow == ("nms",) else before  # noqa: E731
    for answers, chosen, asked in (("y\n", cut, 0), ("\n", before, 0), ("perhaps\nyes\n", cut, 1), ("", before, 0)):
        assert decided(monkeypatch, answers, work) is chosen
        said = capsys.readouterr().err
        assert said.count("  JD302 Cut\n") == 1 and "  at nms1, nms2\n" in said
        assert CHOICES["nms"] in " ".join(said.split())
        assert said.index("  your code: output best is gone\n") < said.index("allow nms? [y/N] ")
        assert said.count("answer y or n") == asked
    useless = outcome_of(changed=False, reason="the result differs")
    assert decided(monkeypatch, "y\n", lambda allow, freeze: useless if allow else before) is before
    assert capsys.readouterr().err.endswith("  not possible: the result differs\n")


def test_choose_needs_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(UsageError, match="--choose needs a terminal"):
        choosing.require_terminal()


HALVED = """<ir_version: 8, opset_import: ["": 18]>
g (float[N,3,H,W] x) => (float[N,3,K,L] y) <float[4] s = {1.0,1.0,0.5,0.5}> {
  y = Resize <mode = "linear", antialias = 1> (x, , s) }"""


def test_choose_asks_for_sizes_where_open_ones_are_in_the_way(tmp_path, monkeypatch, capsys):
    model = parser.parse_model(HALVED.replace("(x, , s)", "(x, s, s)"))
    model.graph.node[0].input[1] = ""
    onnx.save(model, tmp_path / "open.onnx")
    work = lambda allow, freeze: fix(str(tmp_path / "open.onnx"), OLD, allow=allow, freeze=freeze)  # noqa: E731
    chosen = decided(monkeypatch, "x=8x8\nx=1x3x8x8\n", work)
    said = capsys.readouterr().err
    assert "JD312 can be repaired" in said and "has rank 4, not 2" in said and said.count("[y/N] ") == 2
    assert chosen.clean and chosen.caller == ("feed input x in the shape [1,3,8,8]",)


@pytest.mark.once
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("keys, code, written", [(b"y\n", 0, True), (b"\x03", 130, False), (b"\x04", 1, False)])
def test_choose_in_a_terminal(tmp_path, keys, code, written):
    """Yes writes; Ctrl-C leaves nothing behind; Ctrl-D is a no."""
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
    assert b"Traceback" not in said and (b"written:" in said) == written


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
    outcome = fix(saved(tmp_path, text), OLD, allow=["input-types"])
    assert outcome.before[0].verdict == "fails" and not outcome.changed
