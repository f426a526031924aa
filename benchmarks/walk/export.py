"""Exports the models of the walk: real architectures with random weights, with the exporters that people use.

    python benchmarks/walk/export.py FOLDER [NAME...]

Needs torch (CPU), torchvision, timm, transformers, ultralytics, onnxscript and onnxruntime in the Python that runs it.
Models whose package is missing are named and skipped, and existing files are kept. `walk.py` then reads the folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from typing import Any, Callable, Dict, List

MODELS: Dict[str, Callable[[str], None]] = {}


def model(name: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    """Registers a function that writes one model to the path that it is given."""

    def register(make: Callable[[str], None]) -> Callable[[str], None]:
        MODELS[name] = make
        return make

    return register


def torch_export(path: str, net: Any, inputs: Any, opset: int, dynamo: bool, **more: Any) -> None:
    import torch

    net.eval()
    with torch.no_grad():
        torch.onnx.export(net, inputs, path, opset_version=opset, dynamo=dynamo, **more)


def tensors_of(net: Any) -> Any:
    """The tensors of a network of transformers, without its outputs' class and its options."""
    import torch

    class Wrapped(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, *inputs: Any) -> Any:
            found = self.net(*inputs)
            names = ("logits", "pred_boxes", "predicted_depth", "last_hidden_state", "pooler_output")
            return tuple(found[name] for name in names if name in found and found[name] is not None)

    return Wrapped()


def image(side: int = 224, batch: int = 1) -> Any:
    import torch

    return (torch.rand(batch, 3, side, side),)


def vision(name: str, opset: int, dynamo: bool, side: int = 224, open_batch: bool = False, **options: Any) -> Any:
    """A network of torchvision."""

    def make(path: str) -> None:
        import torch
        from torchvision import models

        net = models.get_model(name, weights=None, **options)
        more: Dict[str, Any] = {}
        if open_batch and dynamo:
            more["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
        elif open_batch:
            more.update(input_names=["input"], dynamic_axes={"input": {0: "batch"}})
        torch_export(path, net, image(side, 2 if open_batch else 1), opset, dynamo, **more)

    return make


def timm_net(name: str, opset: int, dynamo: bool, side: int = 224) -> Any:
    def make(path: str) -> None:
        import timm

        torch_export(path, timm.create_model(name, pretrained=False), image(side), opset, dynamo)

    return make


def yolo(config: str, **options: Any) -> Any:
    """ultralytics writes into the current folder, by the name of its configuration: moved to where it is wanted."""

    def make(path: str) -> None:
        from ultralytics import RTDETR, YOLO

        net = (RTDETR if config.startswith("rtdetr") else YOLO)(config)
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                shutil.move(os.path.join(folder, net.export(format="onnx", **options)), path)
            finally:
                os.chdir(here)

    return make


def bert(opset: int, dynamo: bool) -> Any:
    def make(path: str) -> None:
        import torch
        from transformers import BertConfig, BertModel

        config = BertConfig(hidden_size=128, num_hidden_layers=2, num_attention_heads=2, intermediate_size=256)
        config._attn_implementation = "eager"
        net = BertModel(config)
        ids = torch.ones(2, 16, dtype=torch.int64)
        names = ["input_ids", "attention_mask"]
        axes = {0: "batch", 1: "seq"}
        more: Dict[str, Any] = {"input_names": names}
        if dynamo:
            dims = {0: torch.export.Dim("batch"), 1: torch.export.Dim("seq", max=512)}
            more["dynamic_shapes"] = ((dims, dims),)
        else:
            more["dynamic_axes"] = {name: axes for name in names}
        torch_export(path, tensors_of(net), (ids, ids.clone()), opset, dynamo, **more)

    return make


def transformer(kind: str, dynamo: bool, opset: int) -> Any:
    def make(path: str) -> None:
        import torch
        import transformers as hub

        if kind == "whisper":
            config = hub.WhisperConfig(
                d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2
            )
            net, inputs = hub.WhisperModel(config).encoder, (torch.rand(1, 80, 3000),)
        elif kind == "dpt":
            config = hub.DPTConfig(hidden_size=96, num_hidden_layers=4, num_attention_heads=3, intermediate_size=192,
                                   image_size=224, backbone_out_indices=[0, 1, 2, 3],
                                   neck_hidden_sizes=[48, 96, 192, 192], fusion_hidden_size=64)  # fmt: skip
            net, inputs = hub.DPTForDepthEstimation(config), image(224)
        elif kind == "rtdetr":
            stages = ["stage2", "stage3", "stage4"]
            backbone = hub.RTDetrResNetConfig(depths=[1, 1, 1, 1], layer_type="basic", out_features=stages,
                                              hidden_sizes=[64, 128, 256, 512])  # fmt: skip
            config = hub.RTDetrConfig(backbone_config=backbone, encoder_in_channels=[128, 256, 512], num_queries=50,
                                      decoder_layers=2, anchor_image_size=[320, 320])  # fmt: skip
            net, inputs = hub.RTDetrForObjectDetection(config), image(320)
        else:
            config = hub.ViTConfig(hidden_size=96, num_hidden_layers=3, num_attention_heads=3, intermediate_size=192)
            net, inputs = hub.ViTModel(config), image(224)
        config._attn_implementation = "eager"
        torch_export(path, tensors_of(net), inputs, opset, dynamo)

    return make


def recurrent(dynamo: bool, opset: int) -> Any:
    def make(path: str) -> None:
        import torch

        net = torch.nn.LSTM(16, 32, num_layers=2, batch_first=True, bidirectional=True)
        more: Dict[str, Any] = {"input_names": ["x"]}
        if dynamo:
            more["dynamic_shapes"] = ({1: torch.export.Dim("time", min=2)},)
        else:
            more["dynamic_axes"] = {"x": {0: "batch", 1: "time"}}
        torch_export(path, net, (torch.rand(1, 12, 16),), opset, dynamo, **more)

    return make


def quantized(source: str, static: bool) -> Any:
    """What onnxruntime's quantizer makes of another model of the walk, by its defaults."""

    def make(path: str) -> None:
        import numpy
        from onnxruntime.quantization import CalibrationDataReader, quant_pre_process, quantize_dynamic, quantize_static

        before = os.path.join(os.path.dirname(path), source + ".onnx")
        if not os.path.exists(before):
            MODELS[source](before)
        if not static:
            quantize_dynamic(before, path)
            return

        class Reader(CalibrationDataReader):  # type: ignore[misc]
            def __init__(self) -> None:
                random = numpy.random.RandomState(0)
                self.feeds = iter([{"x": random.rand(1, 3, 224, 224).astype("float32")} for _ in range(4)])

            def get_next(self) -> Any:
                return next(self.feeds, None)

        import onnx

        name = onnx.load(before, load_external_data=False).graph.input[0].name
        reader = Reader()
        reader.feeds = iter([{name: feed["x"]} for feed in reader.feeds])
        prepared = path.replace(".onnx", ".prepared")
        quant_pre_process(before, prepared, skip_symbolic_shape=True)
        quantize_static(prepared, path, reader)
        os.remove(prepared)

    return make


@model("mlp_2300mb_external")
def _large(path: str) -> None:
    """Weights beyond protobuf's 2 GB in a sparse file: zeros that take no room on the disk."""
    from onnx import TensorProto, helper

    width, layers = 12288, 4
    data = os.path.basename(path) + ".data"
    weights, nodes = [], []
    for index in range(layers):
        tensor = TensorProto(name="w%d" % index, data_type=1, dims=[width, width], data_location=1)
        for key, value in (("location", data), ("offset", index * width * width * 4), ("length", width * width * 4)):
            tensor.external_data.add(key=key, value=str(value))
        weights.append(tensor)
        inputs, outputs = ["h%d" % index, "w%d" % index], ["h%d" % (index + 1)]
        nodes.append(helper.make_node("MatMul", inputs, outputs, "layer%d" % index))
    values = [helper.make_tensor_value_info(name, 1, [1, width]) for name in ("h0", "h%d" % layers)]
    graph = helper.make_graph(nodes, "mlp", values[:1], values[1:], weights)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="walk")
    with open(os.path.join(os.path.dirname(path), data), "wb") as stream:
        stream.truncate(layers * width * width * 4)
    with open(path, "wb") as stream:
        stream.write(proto.SerializeToString())


for _dynamo, _mark in ((False, "ts"), (True, "dynamo")):
    _opset = 18 if _dynamo else 17
    MODELS["mobilenet_v3_" + _mark] = vision("mobilenet_v3_small", _opset, _dynamo)
    MODELS["mobilenet_v3_batch_" + _mark] = vision("mobilenet_v3_small", _opset, _dynamo, open_batch=True)
    MODELS["efficientnet_b0_" + _mark] = vision("efficientnet_b0", _opset, _dynamo)
    MODELS["convnext_" + _mark] = timm_net("convnext_atto", _opset, _dynamo)
    MODELS["swinv2_" + _mark] = timm_net("swinv2_cr_tiny_ns_224", _opset, _dynamo)
    MODELS["deeplab_" + _mark] = vision("deeplabv3_mobilenet_v3_large", _opset, _dynamo, weights_backbone=None)
    MODELS["vit_" + _mark] = transformer("vit", _dynamo, _opset)
    MODELS["whisper_encoder_" + _mark] = transformer("whisper", _dynamo, _opset)
    MODELS["dpt_" + _mark] = transformer("dpt", _dynamo, _opset)
    MODELS["rtdetr_" + _mark] = transformer("rtdetr", _dynamo, _opset)
    MODELS["bert_" + _mark] = bert(_opset, _dynamo)
    MODELS["lstm_" + _mark] = recurrent(_dynamo, _opset)

for _name, _config, _options in (
    ("yolo11n", "yolo11n.yaml", {}),
    ("yolo11n_dynamic", "yolo11n.yaml", {"dynamic": True}),
    ("yolo11n_half", "yolo11n.yaml", {"half": True}),
    ("yolo11n_nms", "yolo11n.yaml", {"nms": True}),
    ("yolo11n_seg", "yolo11n-seg.yaml", {}),
    ("yolo11n_obb", "yolo11n-obb.yaml", {}),
    ("yolo11n_opset12", "yolo11n.yaml", {"opset": 12}),
    ("yolo26n", "yolo26n.yaml", {}),
    ("yolo26n_dynamic", "yolo26n.yaml", {"dynamic": True}),
    ("rtdetr_l", "rtdetr-l.yaml", {"imgsz": 320}),
):
    MODELS[_name] = yolo(_config, **_options)

MODELS["mobilenet_v3_qdq"] = quantized("mobilenet_v3_ts", True)
MODELS["bert_dynamic_quantized"] = quantized("bert_ts", False)


def _without_compiled_operators() -> None:
    """A torchvision built for CUDA has no operators beside a CPU's torch, and stops at the first that it misses."""
    import torch

    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in ("nms", "qnms"):
            torch.library.define("torchvision::" + name, "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def main(arguments: List[str]) -> int:
    folder, wanted = os.path.abspath(arguments[0]), arguments[1:] or list(MODELS)
    os.makedirs(folder, exist_ok=True)
    warnings.simplefilter("ignore")
    _without_compiled_operators()
    failed = 0
    for name in wanted:
        path = os.path.join(folder, name + ".onnx")
        if os.path.exists(path):
            continue
        try:
            MODELS[name](path)
            print("made", name, flush=True)
        except Exception as error:  # an exporter that does not manage one model must not stop the others
            failed += 1
            print("left out %s: %s" % (name, str(error).strip().split("\n")[0][:160]), flush=True)
            if os.path.exists(path):
                os.remove(path)
    return 1 if failed == len(wanted) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
