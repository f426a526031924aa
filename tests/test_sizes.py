"""The likely sizes of inputs: one answer, proven by shape inference, that NVIDIA's compiler takes."""

from __future__ import annotations

import glob
import os

import onnx
import pytest
from onnx import helper, parser

from jetdoctor import cli
from jetdoctor.check import check
from jetdoctor.model import from_proto, load
from jetdoctor.model.sizes import kinds, likely
from jetdoctor.model.sizes.proof import contradiction
from jetdoctor.target import resolve
from jetdoctor.verify import profiles

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEAD = '<ir_version: 8, opset_import: ["": 17]> '

#: What was halved twice is doubled twice and joined with what was not: the sides must be multiples of 4.
SKIP = """g (float[batch,3,height,width] images) => (y) <float[4] twice = {1,1,2,2}> {
  half = MaxPool <kernel_shape = [2,2], strides = [2,2]> (images)
  quarter = MaxPool <kernel_shape = [2,2], strides = [2,2]> (half)
  doubled = Resize (quarter, , twice)
  y = Concat <axis = 1> (half, doubled)
}"""
#: The classifier behind the pooling was trained for pictures of 48 x 48.
FLATTENED = """g (float[N,3,h,w] x, float[768,5] k) => (y) {
  small = AveragePool <kernel_shape = [3,3], strides = [3,3]> (x)
  flat = Flatten (small)
  y = MatMul (flat, k)
}"""
POSITIONS = """g (int64[batch,sequence] ids, float[100,8] table, float[1,200,8] places) => (y)
  <int64[1] zero = {0}, int64[1] one = {1}> {
  words = Gather (table, ids)
  shape = Shape (ids)
  count = Slice (shape, one, one_end)
  there = Slice (places, zero, count, one)
  y = Add (words, there)
}"""
WAVE = """g (float[b,1,samples] x, float[4,1,10] k, float[4,4,400] m) => (y) {
  c = Conv <strides = [5]> (x, k)
  y = Conv <strides = [64]> (c, m)
}"""
CACHE = """g (float[1,new,4] x, float[1,past,4] old, float[1,everything,1] mask) => (y) {
  keys = Concat <axis = 1> (old, x)
  y = Mul (keys, mask)
}"""
TRACED = """g (float[batch,4] x) => (y) <int64[3] shape = {3,2,2}> { y = Reshape (x, shape) }"""
TENSORFLOW = """g (float[batch,rows,cols,3] x, float[3,3,3,3] k) => (y) {
  first = Transpose <perm = [0,3,1,2]> (x)
  y = Conv (first, k)
}"""
PICTURE = "g (uint8[rows,cols,3] x) => (y) { y = Cast <to = 1> (x) }"
LEARNED = """g (float[B,T,F] x, float[1,16,7] w, float[1,16,4] r) => (y) { y = LSTM <hidden_size = 4> (x, w, r) }"""

SPANS = [
    (SKIP, "images=1x3x112x112:1x3x224x224:4x3x336x336"),
    (FLATTENED, "x=1x3x48x48:1x3x48x48:4x3x48x48"),
    (WAVE, "x=1x1x3000:1x1x3000:4x1x12000"),
    (CACHE, "x=1x1x4:1x128x4:1x512x4 old=1x1x4:1x128x4:1x512x4 mask=1x2x1:1x256x1:1x1024x1"),
    (TRACED, "x=3x4"),
    (TENSORFLOW, "x=1x112x112x3:1x224x224x3:4x336x336x3"),
    (PICTURE, "x=112x112x3:224x224x3:336x336x3"),
    (LEARNED, "x=1x1x7:1x128x7:4x512x7"),
]


def view(text, **metadata):
    proto = parser.parse_model(HEAD + text.replace("(quarter, , twice)", "(quarter, none, twice)"))
    for node in proto.graph.node:  # older onnx does not parse an empty input
        for index, name in enumerate(node.input):
            node.input[index] = "" if name == "none" else name
    if "one_end" in text:
        proto.graph.initializer.append(helper.make_tensor("one_end", 7, [1], [2]))
    for tensor in [v for v in proto.graph.input if v.name in ("k", "m", "w", "r", "table", "places")]:
        proto.graph.input.remove(tensor)  # weights, whose values nobody needs
        dims = [dim.dim_value for dim in tensor.type.tensor_type.shape.dim]
        count = 1
        for dim in dims:
            count *= dim
        proto.graph.initializer.append(helper.make_tensor(tensor.name, 1, dims, [0.01] * count))
    for value in proto.graph.output:
        value.type.tensor_type.elem_type = 1
    helper.set_model_props(proto, metadata)
    return from_proto(proto)


def spelled(model):
    return " ".join(profiles.options(model.profile)[1::2])


@pytest.mark.parametrize("text, wanted", SPANS)
def test_sizes_fit_the_graph(text, wanted):
    model = view(text)
    assert spelled(model) == wanted and likely(model).why == ""


def test_a_table_of_positions_bounds_the_sequence():
    model = view(POSITIONS)
    low, usual, high = likely(model).dims["sequence"]
    assert (low, usual) == (1, 128) and high <= 200


def test_the_exporter_knows_best():
    model = view(SKIP, imgsz="[320, 480]", stride="32", batch="2", author="Ultralytics")
    assert spelled(model) == "images=1x3x160x256:2x3x320x480:4x3x480x736"


@pytest.mark.parametrize("told", [{"imgsz": "9" * 5000}, {"stride": "99999999999"}, {"batch": "1" * 30}])
def test_sizes_of_no_tensor_are_not_taken(told):
    assert spelled(view(SKIP, **told)) == spelled(view(SKIP))


def test_strides_that_no_tensor_is_long_enough_for():
    body = "".join("v%d = Conv <strides = [9999999999, 9999999999]> (v%d, k) " % (i + 1, i) for i in range(40))
    model = view("g (float[1,1,h,w] v0, float[1,1,1,1] k) => (v40) { %s }" % body)
    assert all(size < 1 << 20 for dims in likely(model).dims.values() for size in dims)


def test_keys_that_were_shortened_do_not_shorten_the_image():
    """Attention over an eighth of the keys, thrice: the sides stay multiples of 4, as the first layer wants them."""
    layer = " k{0} = Conv <strides = [8, 8]> (x{0}, w) a{0} = MatMul (x{0}, k{0}) x{1} = MatMul (a{0}, k{0})"
    body = "x0 = Conv <strides = [4, 4]> (image, w)" + "".join(layer.format(i, i + 1) for i in range(3))
    model = view("g (float[1,1,h,w_] image, float[1,1,1,1] w) => (x3) { %s }" % body)
    assert kinds.strides(model)[kinds.SIDE] == 32


def test_what_does_not_fit_is_named():
    model = view(SKIP)
    assert contradiction(model, {"images": (1, 3, 224, 224)}) == ""
    assert "Concat" in contradiction(model, {"images": (1, 3, 6, 6)})
    assert "nothing is left" in contradiction(view(WAVE), {"x": (1, 1, 8)})
    assert "inner sizes" in contradiction(view(FLATTENED), {"x": (1, 3, 224, 224)})
    assert "do not fill" in contradiction(view(TRACED), {"x": (1, 4)})


def test_no_sizes_fit():
    model = view("g (float[a,3] x, float[b,5] z) => (y) { y = Add (x, z) }")
    assert "do not go together" in likely(model).why and model.profile["x"].opt == (1, 3)


def test_a_guess_is_called_one():
    model = view("g (float[a,3] x, float[b,5] z) => (y) { y = Add (x, z) }")
    finding = next(f for f in check(model, resolve("jetpack-6.2"))[0].findings if f.rule == "JD501")
    assert "(a guess: Add y: [1, 3] and [1, 5] do not go together)" in finding.message


def test_a_huge_graph_is_not_walked_again():
    nodes = [helper.make_node("Relu", ["t%d" % n], ["t%d" % (n + 1)]) for n in range(20_001)]
    values = [helper.make_tensor_value_info(name, 1, ["batch", 4]) for name in ("t0", "t20001")]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:])
    model = from_proto(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
    assert "too large" in likely(model).why and spelled(model) == "t0=1x4"


def test_a_fixed_model_has_no_profile():
    assert view("g (float[1,3] x) => (y) { y = Relu (x) }").profile == {}


def dynamic_models():
    paths = sorted(glob.glob(os.path.join(ROOT, "fixtures", "models", "*.onnx")))
    return [path for path in paths if load(path).profile]


def test_every_command_names_the_same_sizes(tmp_path, capsys):
    for path in dynamic_models():
        model = load(path)
        finding = next(f for f in check(model, resolve("jetpack-6.2"))[0].findings if f.rule == "JD501")
        assert cli.main(["plan", path, "-t", "jetpack-6.2"]) == 0
        printed = capsys.readouterr().out
        for side in ("min", "opt", "max"):
            text = ",".join(
                "%s:%s" % (name, "x".join(map(str, getattr(span, side)))) for name, span in model.profile.items()
            )
            assert "--%sShapes=%s" % (side, text) in finding.message
            assert "--%sShapes=%s" % (side, text) in printed
        assert " ".join(profiles.options(model.profile)) in printed


@pytest.mark.parametrize("number", range(len(SPANS)))
def test_the_compiler_takes_the_profile(number, tmp_path, capsys):
    pytest.importorskip("tensorrt_rtx", reason="the TensorRT-RTX compiler is not installed")
    model = view(SPANS[number][0])
    path = str(tmp_path / "m.onnx")
    onnx.save(model.proto, path)
    assert cli.main(["verify", path, "--backend", "tensorrt-rtx", *profiles.options(model.profile)]) == 0
    assert "PASSED" in capsys.readouterr().out


@pytest.mark.parametrize("path", dynamic_models())
def test_the_compiler_takes_the_profile_of_a_fixture(path, capsys):
    pytest.importorskip("tensorrt_rtx", reason="the TensorRT-RTX compiler is not installed")
    assert cli.main(["verify", path, "--backend", "tensorrt-rtx"]) == 0
    assert "PASSED" in capsys.readouterr().out
