"""Findings' messages from fact rows: what the node has, what the release makes of it."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Tuple

from jetdoctor.facts.conditions import Seen
from jetdoctor.facts.rows import Fact
from jetdoctor.graph import Node
from jetdoctor.types import VersionRange
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


def input_label(node: Node, index: int) -> str:
    """How a user would call an input: "bias (input 2)"."""
    if node.op_type.startswith("Reduce") and index == 1:
        return "axes (input 1)"
    name = _INPUT_NAMES.get((node.op_type, index))
    return "%s (input %d)" % (name, index) if name else "input %d" % index


#: Longer messages leave the parser's own words to the line below.
_ROOM = 160

#: Messages shorter than this are pieces of one.
_SCRAP = 16

#: Stands between what the node has and the parser's words.
PARSER_SAYS = "; the parser says "


def _with_words(text: str, fact: Fact) -> str:
    """The text, with what the build log will say if there is room for it."""
    message = _words(fact)
    quoted = '%s%s"%s"' % (text, PARSER_SAYS, message)
    return quoted if message and len(quoted) <= _ROOM else text


def _words(fact: Fact) -> str:
    """The parser's message, "" when only a scrap of it was read ("INT32", "input type of")."""
    message = fact.get("message") or ""
    return message if " " in message and len(message) >= _SCRAP else ""


def log_line(fact: Fact, text: str) -> Tuple[str, ...]:
    """What the build log says of a refusal, unless the finding's text quotes it already."""
    message = _words(fact)
    return ('the build log says "%s"' % message,) if message and message not in text else ()


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
    shown = _shape_text(node, index)
    if condition.get("static_shape") and "rank" not in condition:
        return "%s has the dynamic shape %s and must be static" % (input_label(node, index), shown)
    wanted = condition.get("rank")
    if wanted:
        text = "rank %s" % " or ".join(map(str, wanted))
    elif "rank_min" in condition:
        text = "rank %d or more" % condition["rank_min"]
    else:
        text = "rank %d or less" % condition.get("rank_max", 8)
    return "%s has shape %s and must have %s" % (input_label(node, index), shown, text)


def _attribute(node: Node, condition: Mapping[str, Any]) -> str:
    name = condition["attr"]
    value = Seen(node).attr(name)
    if "values" in condition:
        return "%s=%s is refused; taken: %s" % (name, value, ", ".join(map(str, condition["values"])))
    return "%s=%s is refused" % (name, value)


def _condition_text(node: Node, condition: Mapping[str, Any]) -> str:
    """What is wrong, for the kinds of conditions that have no input, attribute or output to name."""
    if "inputs_rank_equal" in condition:
        shapes = ", ".join(_shape_text(node, i) for i in range(len(node.inputs)) if node.present(i))
        return "its inputs must have equal ranks and are %s" % shapes
    if "scales" in condition:
        return "%s to %s resizes more than the innermost axes" % (_shape_text(node, 0), _shown(node.output(0).shape))
    if "split_last_chunk" in condition:
        return "its %s on axis %d leaves nothing for the last of %d chunks" % (
            _shape_text(node, 0),
            node.attr("axis", 0),
            len(node.outputs),
        )
    if "when" in condition and "input" in condition:
        mode = ", ".join("%s=%s" % pair for pair in condition["when"].items())
        return "%s is not read with %s" % (input_label(node, condition["input"]), mode)
    if "pads" in condition:
        return "the pads %s differ at both ends" % list(node.attr("pads") or ())
    if "activations" in condition:
        return "both directions must have the same activations"
    if "opset_min" in condition or "opset_max" in condition:
        return "opset %d is too old: broadcasting by attribute is not read" % node.opset
    return ""


def _shown(shape: Any) -> str:
    return "?" if shape is None else "x".join(shown_dim(d) for d in shape) or "scalar"


def _shape_text(node: Node, index: int) -> str:
    return _shown(node.input(index).shape)


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
        text = _condition_text(node, condition) or fact.get("note") or "its form is not accepted"
    return _with_words("%s: %s" % (node.op_type, text), fact)


def fact_text(fact: Fact, node: Optional[Node], tensor: str, detail: str) -> str:
    """One line on any fact row that applies."""
    if fact.get("op") in ("(graph input)", "(initializer)"):
        kind = "graph input" if fact["op"] == "(graph input)" else "initializer"
        return _with_words("%s %s is %s, a type that this parser does not have" % (kind, tensor, detail), fact)
    if fact.get("op") == "(any)" and node is not None:
        return _with_words(
            "%s hands %s on as %s, which may only be a graph output" % (node.op_type, tensor, detail), fact
        )
    if node is not None and ("require" in fact.row or "forbid" in fact.row):
        return restriction_text(node, fact)
    what = fact.get("what") or fact.get("change") or ""
    text = "%s: %s" % (node.op_type, what) if node is not None else what
    return _with_words(text, fact) if fact.get("status") == "rejected" else text


def no_importer_text(node: Node, missing: VersionRange, known: bool) -> str:
    """One line on an operator that a release does not import."""
    name = node.op_type if node.domain in ("", "ai.onnx") else "%s:%s" % (node.domain, node.op_type)
    if missing.before is not None:
        return "%s has no importer before TensorRT %s" % (name, ".".join(map(str, missing.before)))
    if known:
        return "%s has no importer in any TensorRT release" % name
    return "%s is neither an operator of this parser nor a TensorRT plugin" % name
