"""Findings' messages from fact rows: what the node has, what the release makes of it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from jetdoctor.graph import Node
from jetdoctor.knowledge import Fact
from jetdoctor.types import VersionRange

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


def input_label(node: Node, index: int) -> str:
    """How a user would call an input: "bias (input 2)"."""
    if node.op_type.startswith("Reduce") and index == 1:
        return "axes (input 1)"
    name = _INPUT_NAMES.get((node.op_type, index))
    return "%s (input %d)" % (name, index) if name else "input %d" % index


def _says(fact: Fact) -> str:
    message = fact.get("message")
    return '; the parser says "%s"' % message if message else ""


def _kind(node: Node, condition: Mapping[str, Any]) -> str:
    index = condition["input"]
    producer = node.input(index).producer if node.present(index) else None
    how = "computed by %s" % producer.op_type if producer else "a tensor" if node.present(index) else "empty"
    wanted = "computable at build time" if condition["kind"] == "constant-foldable" else "an initializer"
    return "%s must be %s and is %s" % (input_label(node, index), wanted, how)


def _dtype(node: Node, condition: Mapping[str, Any]) -> str:
    index = condition["input"]
    return "%s is %s, which this parser does not take here" % (input_label(node, index), node.input(index).dtype)


def _rank(node: Node, condition: Mapping[str, Any]) -> str:
    index = condition["input"]
    shape = node.input(index).shape
    shown = "x".join("?" if d is None else str(d) for d in shape) if shape is not None else "?"
    if condition.get("static_shape"):
        return "%s has the dynamic shape %s and must be static" % (input_label(node, index), shown or "scalar")
    wanted = condition.get("rank")
    if wanted:
        text = "rank %s" % " or ".join(map(str, wanted))
    elif "rank_min" in condition:
        text = "rank %d or more" % condition["rank_min"]
    else:
        text = "rank %d or less" % condition.get("rank_max", 8)
    return "%s has shape %s and must have %s" % (input_label(node, index), shown or "scalar", text)


def _attribute(node: Node, condition: Mapping[str, Any]) -> str:
    value = node.attr(condition["attr"])
    if "values" in condition:
        wanted = " or ".join(str(v) for v in condition["values"])
        return "%s=%s is not accepted, only %s" % (condition["attr"], value, wanted)
    return "attribute %s=%s is not accepted" % (condition["attr"], value)


def restriction_text(node: Node, fact: Fact) -> str:
    """One line on a ``require`` or ``forbid`` row that the node breaks."""
    condition = fact.get("require") or fact.get("forbid") or {}
    if "kind" in condition:
        text = _kind(node, condition)
    elif "dtype" in condition and "input" in condition:
        text = _dtype(node, condition)
    elif {"rank", "rank_min", "rank_max", "static_shape"} & set(condition):
        text = _rank(node, condition)
    elif "attr" in condition:
        text = _attribute(node, condition)
    elif "output" in condition:
        text = "its output %d is not supported" % condition["output"]
    elif "nb_inputs" in condition:
        text = "it needs %d inputs and has %d" % (condition["nb_inputs"], len(node.inputs))
    else:
        text = fact.get("note") or "its form is not accepted"
    return "%s: %s%s" % (node.op_type, text, _says(fact))


def fact_text(fact: Fact, node: Optional[Node], tensor: str, detail: str) -> str:
    """One line on any fact row that applies."""
    if fact.get("op") in ("(graph input)", "(initializer)"):
        kind = "graph input" if fact["op"] == "(graph input)" else "initializer"
        return "%s %s is %s, for which this parser has no type%s" % (kind, tensor, detail, _says(fact))
    if fact.get("op") == "(any)" and node is not None:
        return "%s produces %s as an intermediate tensor%s" % (node.op_type, detail, _says(fact))
    if node is not None and ("require" in fact.row or "forbid" in fact.row):
        return restriction_text(node, fact)
    what = fact.get("what") or fact.get("change") or ""
    if fact.get("status") == "rejected":
        what = (what or "not accepted") + _says(fact)
    return "%s: %s" % (node.op_type, what) if node is not None else what


def no_importer_text(node: Node, missing: VersionRange, known: bool) -> str:
    """One line on an operator that a release does not import."""
    name = node.op_type if node.domain in ("", "ai.onnx") else "%s:%s" % (node.domain, node.op_type)
    if missing.before is not None:
        return "%s has no importer before TensorRT %s" % (name, ".".join(map(str, missing.before)))
    if known:
        return "%s has no importer in any TensorRT release" % name
    return "%s is neither an operator of this parser nor a TensorRT plugin" % name
