"""Who exported a model, and the command that exports it again for an older parser.

What the reader must fill in is spelled in capitals (MODEL, EXAMPLE, DIR).
"""

from __future__ import annotations

import json
import os
import re
from typing import Callable, Dict, Tuple

from jetdoctor.graph import Model, Node
from jetdoctor.types import parse_version

#: torch.onnx.export has the option ``dynamo`` since 2.5, and it is the default since 2.9 (release notes)
_DYNAMO_OPTION = (2, 5)


#: opset from which the parser of TensorRT 8 misreads forms; no export for TensorRT needs a newer one
NEWEST_NEEDED = 17

#: operator -> the oldest opset in which torch.onnx.export can write what becomes it (PyTorch 2.13, the files
#: symbolic_opset11.py to symbolic_opset20.py: below, "Exporting the operator ... is not supported")
_OLDEST = {"CumSum": 11, "Einsum": 12, "Trilu": 14, "GridSample": 16, "STFT": 17, "BitwiseAnd": 18, "Col2Im": 18}

#: the same for scaled_dot_product_attention, which PyTorch has since 2.0 and which becomes two MatMul and a Softmax
_ATTENTION, _HAS_ATTENTION = 14, (2, 0)


def metadata(model: Model) -> Dict[str, str]:
    """The model's metadata properties."""
    return {entry.key: entry.value for entry in model.proto.metadata_props}


def exporter(model: Model) -> str:
    """ "ultralytics", "optimum", "dynamo", "torchscript", "tf2onnx", "paddle2onnx", "skl2onnx", or "" when unknown."""
    producer = model.producer.lower()
    if metadata(model).get("author") == "Ultralytics":
        return "ultralytics"
    if "tf2onnx" in producer:
        return "tf2onnx"
    if "paddle" in producer or "paddlepaddle" in model.main.proto.name.lower():
        return "paddle2onnx"
    if "skl2onnx" in producer:
        return "skl2onnx"
    if not producer.startswith("pytorch"):
        return ""
    if _from_dynamo(model):
        return "dynamo"
    return "optimum" if _names_of_optimum(model) else "torchscript"


def reexport(model: Model, opset: int) -> str:
    """The exporter's own command at ``opset`` or below, with fixed sizes; "" when it is unknown or cannot go so low."""
    name = exporter(model)
    if name not in _COMMANDS or name in _BY_TORCH and opset < oldest_of_torch(model):
        return ""
    return _COMMANDS[name](model, opset)


def oldest_of_torch(model: Model) -> int:
    """The oldest opset in which PyTorch can export what is in the model, 0 when nothing speaks against any."""
    oldest = max((_OLDEST.get(node.op_type, 0) for node in model.nodes()), default=0)
    told = parse_version(model.proto.producer_version)
    attention = not told or told >= _HAS_ATTENTION
    return max(oldest, _ATTENTION) if attention and any(map(_is_attention, model.nodes())) else oldest


def _is_attention(node: Node) -> bool:
    """A Softmax over what a MatMul gave (scaled, masked), which weighs what another MatMul multiplies."""
    if node.op_type != "Softmax" or not any(reader.op_type == "MatMul" for reader in node.output().consumers):
        return False
    before = node.input(0).producer
    for _ in range(3):
        if before is None or before.op_type == "MatMul":
            break
        before = before.input(0).producer if before.op_type in ("Add", "Div", "Mul", "Where") else None
    return before is not None

def has_open_inputs(model: Model) -> bool:
    """Whether a graph input has a size that is not fixed."""
    values = [model.main.value(name) for name in model.main.input_names if name not in model.main.initializers]
    return any(value.shape is not None and value.static_shape is None for value in values)


def suppresses(model: Model) -> bool:
    """Whether the exporter put the suppression of boxes into the model and can leave it out."""
    return exporter(model) == "ultralytics" and bool(re.search(r"'nms': True", metadata(model).get("args", "")))


def _from_dynamo(model: Model) -> bool:
    """The new exporter says on every node where it comes from, and writes opset 18 or newer."""
    for node in model.main.nodes[:20]:
        entries = getattr(node.proto, "metadata_props", ())  # onnx 1.16 brought the field
        if any(entry.key.startswith("pkg.torch") for entry in entries):
            return True
    return False


def _names_of_optimum(model: Model) -> bool:
    """Optimum's axis names for the inputs of Hugging Face models."""
    symbols = {dim for name in model.main.input_names for dim in model.main.value(name).shape or ()}
    return "batch_size" in symbols and bool(symbols & {"sequence_length", "num_channels", "height"})


def _file(model: Model) -> str:
    return "model.onnx" if model.path in ("", "-") else os.path.basename(model.path)


def _yolo(model: Model, opset: int) -> str:
    text = "yolo export model=MODEL.pt format=onnx opset=%d simplify=True dynamic=False"
    about = metadata(model)
    sizes = re.findall(r"\d+", about.get("imgsz", ""))
    if sizes:
        text += " imgsz=" + (sizes[0] if len(set(sizes)) == 1 else ",".join(sizes))
    return (text + (" nms=False" if suppresses(model) else "")) % opset


def _torch(model: Model, opset: int) -> str:
    version = parse_version(model.proto.producer_version)
    option = ", dynamo=False" if version >= _DYNAMO_OPTION else ""
    name = json.dumps(_file(model))
    return "torch.onnx.export(MODEL, (EXAMPLE,), %s, opset_version=%d%s)" % (name, opset, option)


def _optimum(model: Model, opset: int) -> str:
    return "optimum-cli export onnx --model MODEL --opset %d DIR" % opset


def _tf2onnx(model: Model, opset: int) -> str:
    text = "python3 -m tf2onnx.convert --saved-model DIR --output %s --opset %d --fold_const"
    return text % (_file(model), _opset_of_tf2onnx(opset))


def _opset_of_tf2onnx(opset: int) -> int:
    return 11 if opset < 17 else 13


def _skl2onnx(model: Model, opset: int) -> str:
    """A map of probabilities is what only ``zipmap`` gives; other models do not know the option."""
    maps = any(node.op_type == "ZipMap" for node in model.main.nodes)
    text = "skl2onnx.to_onnx(MODEL, EXAMPLE, target_opset=%d%s)"
    return text % (min(opset, 13), ', options={"zipmap": False}' if maps else "")


def left_over(model: Model, op_type: str, opset: int) -> bool:
    """Whether an operator that ONNX does not have goes when the model is exported again at ``opset``."""
    if op_type == "ZipMap":
        return exporter(model) == "skl2onnx"
    # What tf2onnx cannot write at a low opset it leaves in the graph under TensorFlow's name.
    return exporter(model) == "tf2onnx" and model.opset("") < _opset_of_tf2onnx(opset)


def _paddle(model: Model, opset: int) -> str:
    text = "paddle2onnx --model_dir DIR --model_filename inference.pdmodel --params_filename inference.pdiparams"
    return text + " --save_file %s --opset_version %d" % (_file(model), min(opset, 16))


_COMMANDS: Dict[str, Callable[[Model, int], str]] = {
    "ultralytics": _yolo,
    "dynamo": _torch,
    "torchscript": _torch,
    "optimum": _optimum,
    "skl2onnx": _skl2onnx,
    "tf2onnx": _tf2onnx,
    "paddle2onnx": _paddle,
}

#: those that export through torch.onnx
_BY_TORCH = ("dynamo", "optimum", "torchscript", "ultralytics")

#: what crosses from this module
__all__: Tuple[str, ...] = ("exporter", "has_open_inputs", "left_over", "metadata", "reexport", "suppresses")
