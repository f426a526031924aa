"""Advice where no fix helps: the exporter's command, sizes to freeze, the JetPack, the runtime to fall back on."""

from __future__ import annotations

import onnx
import pytest
from onnx import parser

from jetdoctor.check import check
from jetdoctor.fix import fix
from jetdoctor.model import from_proto
from jetdoctor.model.exporters import exporter, reexport
from jetdoctor.model.sizes.options import freeze_options, profile_options
from jetdoctor.target import resolve
from jetdoctor.types import UsageError

NONZERO = """<ir_version: 8, opset_import: ["": 17]> g (float[4] x) => (int64[1,N] y) { y = NonZero(x) }"""

SQUEEZE = """<ir_version: 8, opset_import: ["": 13]> g (float[N,1,4] x) => (float[M] y) { y = Squeeze(x) }"""


def model(text, path="nets/best.onnx", producer=("", ""), **metadata):
    proto = parser.parse_model(text)
    proto.producer_name, proto.producer_version = producer
    for key, value in metadata.items():
        proto.metadata_props.add(key=key, value=value)
    return from_proto(proto, path)


def advice(view, target, rule):
    result = check(view, resolve(target))[0]
    finding = next(f for f in result.findings if f.rule == rule)
    assert all(f.applicability == "manual" for f in finding.fixes)
    return result.verdict, [f.title for f in finding.fixes]


def test_first_jetpack_and_runtime():
    verdict, titles = advice(model(NONZERO), "jetpack-5.0.2", "JD301")
    assert verdict == "fails"  # advice is no fix
    assert titles[0].startswith("Move to JetPack 5.1 (TensorRT 8.5.2)")
    assert "python3 -m pip install onnxruntime_gpu-1.16.0-cp38-cp38-linux_aarch64.whl" in titles[1]


def test_only_jetpacks_that_the_board_runs():
    assert "JetPack 5.1 " in advice(model(NONZERO), "xavier-nx@jetpack-4.6", "JD301")[1][0]
    titles = advice(model(NONZERO), "nano@jetpack-4.6", "JD301")[1]
    assert len(titles) == 1 and titles[0].startswith("Fall back")


def test_each_target_of_several_is_told_its_own():
    results = check(model(NONZERO), resolve("jetpack-5.0.2") + resolve("jetpack-4.6"))
    assert all("JetPack 5.1 " in next(f for f in r.findings if f.rule == "JD301").fix.title for r in results)


EXPORTS = {
    "ultralytics": (("pytorch", "2.4.0"), {"author": "Ultralytics", "imgsz": "[480, 640]"}, 12,
                    "yolo export model=MODEL.pt format=onnx opset=12 simplify=True dynamic=False imgsz=480,640"),
    "torchscript": (("pytorch", "2.1.0"), {}, 17,
                    'torch.onnx.export(MODEL, (EXAMPLE,), "best.onnx", opset_version=17)'),
    "tf2onnx": (("tf2onnx", "1.16"), {}, 13,
                "python3 -m tf2onnx.convert --saved-model DIR --output best.onnx --opset 11 --fold_const"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_exporters(name):
    producer, metadata, opset, command = EXPORTS[name]
    view = model(NONZERO, producer=producer, **metadata)
    assert exporter(view) == name and reexport(view, opset) == command


def test_more_exporters():
    view = model(NONZERO, producer=("pytorch", "2.9.1"))
    entry = getattr(view.main.nodes[0].proto, "metadata_props", None)
    if entry is not None:  # onnx 1.16
        entry.add(key="pkg.torch.onnx.fx_node", value="x")
        assert exporter(view) == "dynamo" and reexport(view, 17).endswith("opset_version=17, dynamo=False)")
    paddle = parser.parse_model(NONZERO)
    paddle.graph.name = "Model from PaddlePaddle."
    assert reexport(from_proto(paddle, "a.onnx"), 13).startswith("paddle2onnx --model_dir DIR")
    text = NONZERO.replace("float[4] x", "int64[batch_size,sequence_length] x")
    assert (
        reexport(model(text, producer=("pytorch", "2.1")), 13) == "optimum-cli export onnx --model MODEL --opset 13 DIR"
    )
    assert reexport(model(NONZERO), 13) == ""


ATTENTION = """<ir_version: 8, opset_import: ["": 17]>
g (float[1,8,4] q, float[1,4,8] k, float[1,8,4] v, float[1] scale) => (float[1,8,4] y) {
  a = MatMul (q, k) b = Mul (a, scale) c = Softmax (b) y = MatMul (c, v) }"""
SAMPLED = """<ir_version: 8, opset_import: ["": 16]>
g (float[1,1,4,4] x, float[1,4,4,2] grid) => (float[1,1,4,4] y) { y = GridSample (x, grid) }"""


def test_no_export_is_advised_that_pytorch_refuses():
    """PyTorch stops at an opset that its exporter has no form for: grid_sampler below 16, attention below 14."""
    new, old = ("pytorch", "2.4.0"), ("pytorch", "1.13.1")
    assert reexport(model(SAMPLED, producer=new), 13) == "" != reexport(model(SAMPLED, producer=new), 17)
    assert reexport(model(ATTENTION, producer=new), 13) == "" != reexport(model(ATTENTION, producer=new), 14)
    assert reexport(model(ATTENTION, producer=old), 13).startswith("torch.onnx.export")


def test_nms_inside_an_ultralytics_model():
    view = model(NONZERO, producer=("pytorch", "2.4.0"), author="Ultralytics", args="{'nms': True}")
    assert reexport(view, 17).endswith("nms=False")


DETECT = """<ir_version: 8, opset_import: ["": 17, "acme": 1]>
g (float[1,8,4] boxes, float[1,1,8] scores) => (int64[1,M] y)
<int64 most = {300}, float iou = {0.45}, float low = {0.25}, int64[1] one = {1}, int64[1] two = {2}> {
  %s k = NonMaxSuppression (boxes, s, most, iou, low)
  b = Slice (k, one, two, one) f = Cast <to = 1> (b) %s }"""


def test_what_fails_behind_a_suppression():
    behind = DETECT % ("s = Identity (scores)", "y = acme.Post (f)")
    _, titles = advice(model(behind), "jetpack-5.0.2", "JD803")
    assert titles[0] == (
        "Cut the model before NonMaxSuppression and run NMS in post-processing (boxes per class 300, IoU threshold"
        " 0.45, score threshold 0.25): polygraphy surgeon extract nets/best.onnx --outputs boxes:auto s:auto -o"
        " best-boxes.onnx; or use the plugin EfficientNMS_TRT (it returns counts, boxes, scores and classes, not"
        " indices)"
    )
    ultralytics = {"producer": ("pytorch", "2.4.0"), "author": "Ultralytics", "args": "{'nms': True}"}
    before = "s = acme.Pre (scores)"
    ahead = DETECT % (before, "y = Cast <to = 7> (f)")
    for text in (behind, ahead):
        assert "nms=False" in advice(model(text, **ultralytics), "jetpack-5.0.2", "JD803")[1][0]
    assert not any("Cut" in title for title in advice(model(ahead), "jetpack-5.0.2", "JD803")[1])


def test_another_export_only_where_it_helps():
    _, titles = advice(model(NONZERO, producer=("pytorch", "2.1.0")), "jetpack-4.6", "JD301")
    assert not any(title.startswith("Export again") for title in titles)  # NonZero is in opset 13 as well


def test_sizes_to_freeze():
    result = check(model(SQUEEZE), resolve("jetpack-5.0.2"))[0]
    remark = next(f for f in result.findings if f.rule == "JD501")
    assert remark.fix.title == (
        "Fix the sizes (insert your own): jetdoctor fix nets/best.onnx --target jetpack-5.0.2 "
        "--freeze x=1x1x4 -o FIXED.onnx"
    )
    assert "--trt-min-shapes 'x:[1, 1, 4]'" in remark.fixes[1].title


IF = """<ir_version: 8, opset_import: ["": 13]>
g (float[N,1] x) => (float[M] y) <int64[1] k = {0}, int64[1] one = {1}> {
  %s
  y = If (c) <then_branch = t () => (float[1] t1) { t1 = Squeeze (x, k) },
              else_branch = e () => (float[N,1] e1) { e1 = Identity (x) }> }"""


@pytest.mark.parametrize("condition, helps", [
    ("s = Shape (x) n = Gather (s, k) c = Equal (n, one)", True),
    ("v = ReduceMax <keepdims = 0> (x) c = Greater (v, v)", False),
])  # fmt: skip
def test_sizes_decide_a_branch(condition, helps):
    _, titles = advice(model(IF % condition), "jetpack-6.2", "JD308")
    assert titles[0].startswith("Fix the sizes (insert your own)") == helps


def test_fixed_sizes_remove_an_operator_that_reads_sizes_only():
    """Not one that computes on the data, though its state of zeros has their batch."""
    text = NONZERO.replace("float[4] x", "float[N] x").replace("NonZero(x)", "NonZero(o)")
    folds = model(text.replace("{ y", "{ s = Shape (x) o = ConstantOfShape (s) y"))
    assert advice(folds, "jetpack-4.6", "JD301")[1][0].startswith("Fix the sizes")
    lstm = """<ir_version: 8, opset_import: ["": 13, "com.microsoft": 1]> g (float[N,4] x) => (float[M,P] y) {
      s = Shape (x) z = ConstantOfShape (s) y = com.microsoft.DynamicQuantizeLSTM (x, z) }"""
    assert not any(title.startswith("Fix the sizes") for title in advice(model(lstm), "jetpack-6.2", "JD803")[1])
    noise = model(text.replace("int64[1,N] y", "float[M] y").replace("{ y = NonZero(o)", """{
      s = Shape (x) o = ConstantOfShape (s) y = RandomNormalLike (o)"""))
    assert not any(title.startswith("Fix the sizes") for title in advice(noise, "jetpack-4.6", "JD301")[1])


def test_likely_sizes():
    def sized(shape, **metadata):
        return freeze_options(model(NONZERO.replace("float[4] x", "float[%s] x" % shape), **metadata))

    assert sized("N,C,H,W") == "--freeze x=1x3x224x224"
    assert sized("N,3,H,W", imgsz="[480, 640]") == "--freeze x=1x3x480x640"
    assert sized("N,H,W,3") == "--freeze x=1x224x224x3"
    assert sized("batch,sequence") == "--freeze x=1x128"
    assert sized("2,3") == "" and "x:[1, 5]" in profile_options(model(NONZERO.replace("[4] x", "[N,5] x")))


def test_plan_of_fix_ends_in_advice(tmp_path):
    path = str(tmp_path / "m.onnx")
    onnx.save(parser.parse_model(SQUEEZE), path)
    outcome = fix(path, resolve("jetpack-5.0.2"))
    steps = [step for step in outcome.plan.steps if step.rule == "JD203"]
    assert [step.applicability for step in steps][:2] == ["safe", "manual"] and not any(s.applied for s in steps)
    assert "--freeze x=1x1x4" in steps[1].title


def test_freeze_of_an_unknown_name(tmp_path):
    path = str(tmp_path / "m.onnx")
    onnx.save(parser.parse_model(SQUEEZE), path)
    with pytest.raises(UsageError, match="no input or dimension called bogus; inputs: x; open dimensions: N"):
        fix(path, (), freeze={"bogus": "1x3"})


ZIPMAP = """<ir_version: 8, opset_import: ["": 13, "ai.onnx.ml": 1]>
g (float[2,3] p) => (seq(map(int64, float)) y) { y = ai.onnx.ml.ZipMap <classlabels_int64s = [0, 1, 2]> (p) }"""

RESIZED = """<ir_version: 4, opset_import: ["": %d]>
g (float[1,4,4,3] x) => (float[1,8,8,3] y) <int32[2] s = {8,8}> { y = ResizeBilinear (x, s) }"""

NCHWC = """<ir_version: 8, opset_import: ["": 13, "com.microsoft.nchwc": 1]>
g (float[1,8,4,4] x) => (float[1,8,4,4] y) { y = com.microsoft.nchwc.ReorderInput (x) }"""


def test_maps_of_scikit_learn_are_switched_off_at_the_export():
    titles = advice(model(ZIPMAP, producer=("skl2onnx", "1.20.0")), "jetpack-5.0.2", "JD803")[1]
    assert titles[0] == 'Export again: skl2onnx.to_onnx(MODEL, EXAMPLE, target_opset=13, options={"zipmap": False})'


@pytest.mark.parametrize("opset, helps", [(9, True), (13, False)])
def test_operators_that_tf2onnx_left_over_go_with_a_newer_opset(opset, helps):
    titles = advice(model(RESIZED % opset, producer=("tf2onnx", "1.16.1")), "tensorrt-8.4.3", "JD803")[1]
    assert any("tf2onnx.convert" in title and "--opset 13" in title for title in titles) is helps


def test_a_model_that_onnx_runtime_optimized_is_taken_from_before():
    titles = advice(model(NCHWC), "tensorrt-8.4.3", "JD803")[1]
    assert "ORT_ENABLE_BASIC" in titles[0]


@pytest.mark.parametrize(
    ("name", "dynamo"), [("node_mean", True), ("", True), ("/block/ReduceMean", False), ("ReduceMean_3", False)]
)
def test_only_dynamo_exports_are_told_to_export_without_it(name, dynamo):
    text = """<ir_version: 8, opset_import: ["": 18]> g (float[1,8,4,4] x) => (float[1,8,1,1] y)
    <int64[2] axes = {2,3}> { y = ReduceMean(x, axes) }"""
    proto = parser.parse_model(text)
    proto.producer_name, proto.graph.node[0].name = "pytorch", name
    (result,) = check(from_proto(proto), resolve("jetpack-5.1.2"))
    assert ("JD807" in {finding.rule for finding in result.findings}) == dynamo


TWO_INPUTS = """<ir_version: 8, opset_import: ["": 17]>
g (float[N,4] x, float[M,4] other) => (float[K,4] y, float[M,4] z) <int64[1] zero = {0}> {
    z = Relu(other)
    shape = Shape(x)
    many = Gather(shape, zero)
    size = Cast<to = 1>(many)
    half = Floor(size)
    count = Cast<to = 7>(half)
    top, index = TopK<axis = 0>(x, count)
    y = Relu(top)
}"""


def test_only_the_inputs_that_feed_the_size_are_frozen():
    loaded = model(TWO_INPUTS)
    topk = next(node for node in loaded.main.nodes if node.op_type == "TopK")
    relu = next(node for node in loaded.main.nodes if node.op_type == "Relu")
    assert freeze_options(loaded, [topk]) == "--freeze x=1x4"
    assert freeze_options(loaded, [relu]) == "--freeze other=1x4"
    assert freeze_options(loaded) == "--freeze x=1x4 --freeze other=1x4"
