"""Where a model runs on a board with a DLA: conditions, pieces, work, and what the commands print."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from jetdoctor import cli, dla
from jetdoctor.dla.conditions import classes, conditions, holds
from jetdoctor.dla.pieces import pieces
from jetdoctor.dla.work import work
from jetdoctor.facts import knowledge
from jetdoctor.facts.condition import BadCondition
from jetdoctor.model import from_proto
from jetdoctor.report import accelerator
from jetdoctor.target import resolve
from tests.cases import parse

HEAD = '<ir_version: 8, opset_import: ["" : 13]>\n'


def model_of(text):
    return from_proto(parse(HEAD + text))


def node_of(line, inputs, output, weights=""):
    """The node that a line of ONNX text makes, in a graph of its own."""
    text = "g (%s) => (%s y) %s { %s }" % (inputs, output, weights, line)
    return model_of(text).main.nodes[-1]


def conv(attributes="", kernel=(2, 3, 3, 3), shape="1,3,16,16", output="1,2,a,b"):
    count = kernel[0] * kernel[1] * kernel[2] * kernel[3]
    sizes = ",".join(map(str, kernel))
    weights = "<float[%s] w = {%s}>" % (sizes, ",".join(["1"] * count))
    return node_of("y = Conv %s (x, w)" % attributes, "float[%s] x" % shape, "float[%s]" % output, weights)


def one(op, shape="1,4,8,8", output="1,4,8,8", attributes="", dtype="float", more=""):
    return node_of("y = %s %s (x%s)" % (op, attributes, more), "%s[%s] x" % (dtype, shape), "%s[%s]" % (dtype, output))


POOL = "<kernel_shape = [3, 3], pads = [1, 1, 1, 1], strides = [2, 2]>"
PATCH = "<kernel_shape = [3, 3], strides = [3, 3]>"

#: condition -> (value, node where it holds, node where it does not)
BOTH = {
    "outside": ({"strides": [1, 8]}, lambda: conv("<strides = [9, 9]>"), lambda: conv("<strides = [8, 8]>")),
    "outside_but_columns": (
        {"kernel_shape": [1, 32]},
        lambda: conv("<kernel_shape = [64, 2]>"),
        lambda: conv("<kernel_shape = [64, 1]>"),
    ),
    "pads_reach_kernel": (True, lambda: conv("<pads = [3, 3, 3, 3]>"), lambda: conv("<pads = [1, 1, 1, 1]>")),
    "stride_is_not_kernel": (True, lambda: conv("<strides = [2, 2]>"), lambda: conv(PATCH)),
    "excludes_padding": (
        True,
        lambda: one("AveragePool", output="1,4,4,4", attributes=POOL),
        lambda: one("AveragePool", output="1,4,4,4", attributes=POOL[:-1] + ", count_include_pad = 1>"),
    ),
    "output_channels_over": (2, lambda: conv(kernel=(3, 3, 1, 1), output="1,3,a,b"), conv),
    "attribute_not_in": (
        {"size": [3, 5]},
        lambda: one("LRN", attributes="<size = 4>"),
        lambda: one("LRN", attributes="<size = 5>"),
    ),
    "axis_is_not": (
        -3,
        lambda: one("Concat", output="1,4,16,8", attributes="<axis = 2>", more=", x"),
        lambda: one("Concat", output="1,8,8,8", attributes="<axis = 1>", more=", x"),
    ),
    "rank_is_not": ([4], lambda: one("Relu", "1,4", "1,4"), lambda: one("Relu")),
    "output_rank_is_not": ([4], lambda: one("Flatten", output="1,256"), lambda: one("Relu")),
    "batch_over": (4096, lambda: one("Relu", "4097,1,1,1", "4097,1,1,1"), lambda: one("Relu")),
    "size_over": (
        8192,
        lambda: one("Relu", "1,1,1,9000", "1,1,1,9000"),
        lambda: one("Relu", "9000,1,1,1", "9000,1,1,1"),
    ),
    "data_type_in": (["INT32"], lambda: one("Abs", dtype="int32"), lambda: one("Abs")),
    "run_time_input": (
        1,
        lambda: node_of("y = MatMul (x, v)", "float[2,2] x, float[2,2] v", "float[2,2]"),
        lambda: node_of("y = MatMul (x, w)", "float[2,2] x", "float[2,2]", "<float[2,2] w = {1,2,3,4}>"),
    ),
    "input_present": (
        3,
        lambda: node_of("y = Resize (x, , , s)", "float[1,1,2,2] x", "float[1,1,4,4]", "<int64[4] s = {1,1,4,4}>"),
        lambda: node_of("y = Resize (x, , s)", "float[1,1,2,2] x", "float[1,1,4,4]", "<float[4] s = {1,1,2,2}>"),
    ),
    "inputs_below": (
        2,
        lambda: one("Concat", attributes="<axis = 1>"),
        lambda: one("Concat", output="1,8,8,8", attributes="<axis = 1>", more=", x"),
    ),
    "constant_operand": (
        True,
        lambda: node_of("y = Add (x, w)", "float[1,1,2,2] x", "float[1,1,2,2]", "<float[1,1,2,2] w = {1,2,3,4}>"),
        lambda: node_of("y = Add (x, w)", "float[1,2,1,1] x", "float[1,2,1,1]", "<float[1,2,1,1] w = {1,2}>"),
    ),
    "batch_changes": (
        True,
        lambda: one("Transpose", "1,4,8,8", "4,1,8,8", "<perm = [1, 0, 2, 3]>"),
        lambda: one("Transpose", "1,4,8,8", "1,8,4,8", "<perm = [0, 2, 1, 3]>"),
    ),
    "softmax_longer_than": (
        {"alone": 16, "among": 4},
        lambda: one("Softmax", "1,8,2,1", "1,8,2,1", "<axis = 1>"),
        lambda: one("Softmax", "1,8,1,1", "1,8,1,1", "<axis = 1>"),
    ),
    "scale_outside": (
        {"nearest": 32},
        lambda: one("Upsample", "1,1,2,2", "1,1,3,3"),
        lambda: one("Upsample", "1,1,2,2", "1,1,4,4"),
    ),
    "resize_is_not": (
        [["nearest", "asymmetric", "floor"]],
        lambda: one("Resize"),
        lambda: one("Resize", attributes='<coordinate_transformation_mode = "asymmetric", nearest_mode = "floor">'),
    ),
    "slice_steps_or_batch": (
        True,
        lambda: node_of(
            "y = Slice (x, s, e, a, t)",
            "float[1,4] x",
            "float[1,2]",
            "<int64[1] s = {0}, int64[1] e = {4}, int64[1] a = {1}, int64[1] t = {2}>",
        ),
        lambda: node_of(
            "y = Slice (x, s, e, a)",
            "float[1,4] x",
            "float[1,2]",
            "<int64[1] s = {0}, int64[1] e = {2}, int64[1] a = {1}>",
        ),
    ),
}


def test_every_condition_is_tried():
    assert set(BOTH) == {found.key() for found in classes()}


@pytest.mark.parametrize(
    "when, key",
    [({"rank_is_nt": [4]}, "rank_is_nt"), ({"axis_is_not": "1"}, "axis_is_not"), ({"batch_over": -1}, "batch_over")],
)
def test_a_condition_that_is_not_known_is_refused(when, key):
    with pytest.raises(BadCondition) as refused:
        conditions(when)
    assert refused.value.key == key


def test_a_condition_is_said():
    said = [one.said() for one in conditions({"outside": {"strides": [1, 8]}, "rank_is_not": [2, 4], "batch_over": 9})]
    assert said == [
        "strides has a number outside of [1, 8]", "input 0 does not have rank 2 or 4", "the batch is larger than 9"
    ]  # fmt: skip


@pytest.mark.parametrize("key", sorted(BOTH))
def test_a_condition_holds_and_does_not(key):
    value, yes, no = BOTH[key]
    assert holds({key: value}, yes())
    assert not holds({key: value}, no())


def test_multiply_adds():
    assert work(conv(output="1,2,14,14")) == 2 * 14 * 14 * 3 * 3 * 3
    assert work(BOTH["run_time_input"][1]()) == 2 * 2 * 2
    assert work(one("Relu")) == 0


def test_pieces_of_two_branches():
    """Two branches on the DLA with a layer on the GPU between them and their join: three pieces, four ways."""
    graph = model_of(
        "g (float[1,1,2,2] x) => (float[1,1,2,2] y) "
        "{ a = Relu (x) b = Elu (a) c = Relu (b) i = Identity (a) d = Elu (i) y = Add (c, d) }"
    ).main
    assert pieces(graph.nodes, ["dla", "gpu", "dla", "none", "gpu", "dla"]) == (2, 4)
    assert pieces(graph.nodes, ["dla", "dla", "dla", "none", "dla", "dla"]) == (1, 0)


def divided(text, target, **wanted):
    (found,) = resolve(target)
    return dla.split(model_of(text), replace(found, dla=True, **wanted), knowledge())


SIMPLE = "g (float[1,1,2,2] x) => (float[1,1,2,2] y) { a = Relu (x) y = Elu (a) }"


def test_what_keeps_a_layer_from_the_dla_is_said():
    split = divided(SIMPLE, "xavier-nx@jetpack-5.1.2", precision="fp16")
    assert [layer.device for layer in split.layers] == ["dla", "gpu"]
    assert "DLA does not have" in split.layers[1].reason and split.layers[1].cure and split.layers[1].source
    assert (split.parts, split.handovers, split.share) == (1, 1, 0.0)


def test_modules_differ():
    softmax = "g (float[1,4,2,2] x) => (float[1,4,2,2] y) { y = Softmax <axis = 1> (x) }"
    assert divided(softmax, "agx-orin@jetpack-6.2", precision="fp16").count("dla") == 1
    assert divided(softmax, "agx-xavier@jetpack-5.1.2", precision="fp16").count("dla") == 0


WITHOUT = ["nano@jetpack-4.6.1", "thor-t5000@jetpack-7.1", "agx-orin@jetpack-7.2", "jetpack-6.2"]


@pytest.mark.parametrize("target", WITHOUT)
def test_no_dla_is_said(target):
    assert divided(SIMPLE, target).absent


def test_another_operator_domain_stays_on_the_gpu():
    split = divided(SIMPLE.replace("y = Elu (a)", "y = other.Thing (a)"), "agx-orin@jetpack-6.2")
    assert split.layers[1].device == "gpu"


@pytest.fixture
def path(tmp_path):
    import onnx

    file = tmp_path / "model.onnx"
    onnx.save(parse(HEAD + SIMPLE), str(file))
    return str(file)


def test_the_commands(path, capsys):
    arguments = [path, "--target", "agx-orin@jetpack-6.2", "--dla", "--precision", "fp16"]
    assert cli.main(["check", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "1 of 2 layers" in shown and "JD702" in shown
    assert cli.main(["check", *arguments, "--format", "json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["dla"]["on_dla"] == 1 and result["dla"]["layers"][1]["device"] == "gpu"
    assert cli.main(["plan", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "--useDLACore=0 --allowGPUFallback" in shown and "--use-dla" in shown and "DLA_core" in shown


def test_dla_wants_a_module(path, capsys):
    assert cli.main(["check", path, "--target", "jetpack-6.2", "--dla"]) == 2
    assert "--target agx-orin@jetpack-6.2" in capsys.readouterr().err


def test_the_page_holds_what_runs_where(path, capsys):
    arguments = [path, "--target", "agx-orin@jetpack-6.2", "--dla", "--precision", "fp16", "--format", "html"]
    assert cli.main(["check", *arguments]) == 0
    shown = capsys.readouterr().out
    (entry,) = json.loads(re.search(r'<script id="data"[^>]*>(.*?)</script>', shown, re.S).group(1))["models"]
    divided = entry["targets"][0]["dla"]
    assert "1 of 2 layers; 1 piece, 1 transfer" in divided["says"]
    assert sorted(layer[1] for layer in divided["layers"]) == ["dla", "gpu"]


def test_no_share_of_no_work():
    split = divided(SIMPLE, "agx-orin@jetpack-6.2", precision="fp16")
    assert "multiply-adds" not in accelerator.summary(split)


def test_the_plan_does_without_a_dla_that_is_not_there(path, capsys):
    assert cli.main(["plan", path, "--target", "agx-orin@jetpack-7.2", "--dla"]) == 0
    shown = capsys.readouterr().out
    assert "Do without the DLA" in shown and "--useDLACore" not in shown


def test_the_plan_of_a_precision_that_comes_from_the_types(path, capsys):
    assert cli.main(["plan", path, "--target", "thor-t5000@jetpack-7.1", "--precision", "fp8"]) == 0
    shown = capsys.readouterr().out
    assert "--stronglyTyped" in shown and "--strongly-typed" in shown and "STRONGLY_TYPED" in shown
    assert "--precision fp8" not in shown
