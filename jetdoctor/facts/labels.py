"""How a message calls the inputs of a node."""

from __future__ import annotations

from typing import Any

from jetdoctor.graph import Node
from jetdoctor.wording import shown_dim

_INPUT_NAMES = {
    ("Conv", 1): "kernel",
    ("Conv", 2): "bias",
    ("ConvTranspose", 1): "kernel",
    ("ConvTranspose", 2): "bias",
    ("TopK", 1): "K",
    ("Slice", 1): "starts",
    ("Slice", 2): "ends",
    ("Slice", 3): "axes",
    ("Pad", 1): "pads",
    ("Pad", 2): "constant_value",
    ("Pad", 3): "axes",
    ("Clip", 1): "min",
    ("Clip", 2): "max",
    ("Resize", 2): "scales",
    ("Resize", 3): "sizes",
    ("Unsqueeze", 1): "axes",
    ("Squeeze", 1): "axes",
    ("Split", 1): "split",
    ("CumSum", 1): "axis",
    ("InstanceNormalization", 1): "scale",
    ("InstanceNormalization", 2): "bias",
    ("OneHot", 1): "depth",
    ("If", 0): "condition",
    ("QuantizeLinear", 1): "scale",
    ("QuantizeLinear", 2): "zero point",
    ("DequantizeLinear", 1): "scale",
    ("DequantizeLinear", 2): "zero point",
}


def input_label(op_type: str, index: int) -> str:
    """How a user would call an input: "bias (input 2)"."""
    if op_type.startswith("Reduce") and index == 1:
        return "axes (input 1)"
    name = _INPUT_NAMES.get((op_type, index))
    return "%s (input %d)" % (name, index) if name else "input %d" % index


def shown_shape(shape: Any) -> str:
    """``1x3x?``, "scalar", or "?" for an unknown rank."""
    return "?" if shape is None else "x".join(shown_dim(d) for d in shape) or "scalar"


def input_shape(node: Node, index: int) -> str:
    """Shape of an input, as ``shown_shape`` gives it."""
    return shown_shape(node.input(index).shape)
