"""What a parser release requires or forbids of a node (section "refused" of ``rules/facts/``).

A requirement has guards ("when …", opset bounds) and one subject. It is violated only when the guards certainly
hold and the subject certainly fails; what cannot be told from the file is never called a refusal.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Mapping, Tuple

from jetdoctor.facts.conditions import WHEN, Answer, Seen, _element_count, _listed, _pads
from jetdoctor.facts.extents import last_chunk, resize_scales, starts_per_axis

#: Keys that only say when a requirement applies, if another key is its subject.
_GUARDS = (
    "opset", "opset_max", "opset_min", "quant_dtype", "when", "when_attr", "when_attr_absent",
    "when_attr_present", "when_initializer", "when_input_absent", "when_input_rank", "when_nb_inputs",
    "when_not_initializer", "when_pads",
)  # fmt: skip


def _input_kind(seen: Seen, c: Mapping[str, Any]) -> Answer:
    node, index = seen.node, c["input"]
    if index >= len(node.inputs):
        return True
    if not node.inputs[index]:
        return not c.get("placeholder_is_tensor", False)
    if node.graph.is_function and node.inputs[index] in node.graph.input_names:
        return None  # the caller decides what it passes
    if c["kind"] == "initializer":
        if not seen.weights(index):
            return False
        if "value" in c:
            array = seen.array(index)
            return None if array is None else bool((array == c["value"]).all())
        return True
    return seen.weights(index) or node.input(index).is_constant_expression()


def _input_dtype(seen: Seen, c: Mapping[str, Any]) -> Answer:
    node, index = seen.node, c["input"]
    dtype = node.input(index).dtype if node.present(index) else None
    if dtype is None or (c.get("tensor_only") and seen.weights(index)):
        return None
    return dtype in _listed(c["dtype"])


def _input_rank(seen: Seen, c: Mapping[str, Any]) -> Answer:
    value = seen.node.input(c["input"])
    shape = value.shape if value.name else None
    if shape is None:
        return None
    if "rank" in c and len(shape) not in c["rank"]:
        return False
    if len(shape) < c.get("rank_min", 0) or len(shape) > c.get("rank_max", len(shape)):
        return False
    if "last_dim" in c and shape and isinstance(shape[-1], int) and shape[-1] != c["last_dim"]:
        return False
    return value.static_shape is not None if c.get("static_shape") else True


def _input_values(seen: Seen, c: Mapping[str, Any]) -> Answer:
    if not seen.node.present(c["input"]):
        return True
    array = seen.array(c["input"])
    if array is None:
        return None
    try:
        if "all_equal" in c:
            return bool((array == c["all_equal"]).all())
        if "value" in c:
            return bool((array == c["value"]).all())
        if "all_min" in c:
            return bool((array >= c["all_min"]).all())
        return bool((array.astype("float32") > 0).all())  # all_positive
    except (TypeError, ValueError):
        return None


def _attribute(seen: Seen, c: Mapping[str, Any]) -> Answer:
    value = seen.attr(c["attr"])
    if not {"values", "all_equal", "length", "regex"} & set(c):
        return seen.node.has_attr(c["attr"])  # a row that forbids the attribute itself
    if value is None:
        return True
    if "values" in c:
        return value in c["values"]
    if "all_equal" in c:
        return all(v == c["all_equal"] for v in value)
    if "length" in c:
        return len(value) in c["length"]
    return re.match(c["regex"], value) is not None


def _attr_present(seen: Seen, c: Mapping[str, Any]) -> Answer:
    tail = c.get("unless_kernel_tail")
    if tail:
        shape = seen.node.input(1).shape
        if shape is None or list(shape[-len(tail) :]) == tail:
            return True
    return seen.node.has_attr(c["attr_present"])


def _ranks_equal(seen: Seen, c: Mapping[str, Any]) -> Answer:
    which = c["inputs_rank_equal"]
    indices = range(len(seen.node.inputs)) if which == "all" else which
    ranks = [seen.node.input(i).rank for i in indices if seen.node.present(i)]
    return None if None in ranks else len(set(ranks)) <= 1


def _output(seen: Seen, c: Mapping[str, Any]) -> Answer:
    outputs = seen.node.outputs
    return len(outputs) > c["output"] and (not c.get("nonempty") or bool(outputs[c["output"]]))


def _both(seen: Seen, c: Mapping[str, Any]) -> Answer:
    return seen.node.present(1) and seen.node.has_attr("num_outputs")


def _asymmetric_pads(seen: Seen, c: Mapping[str, Any]) -> Answer:
    pads = _pads(seen) if seen.node.attr("auto_pad", "NOTSET") == "NOTSET" else None
    if pads is None:
        return False
    half = len(pads) // 2
    # The parser looks at the first two axes only, each by itself.
    return any(end - begin not in (0, 1) for begin, end in list(zip(pads[:half], pads[half:]))[:2])


def _activations(seen: Seen, c: Mapping[str, Any]) -> Answer:
    names = seen.node.attr("activations")
    if not names or len(names) % 2:
        return True
    half = len(names) // 2
    return [n.lower() for n in names[:half]] == [n.lower() for n in names[half:]]


def _scale_size(seen: Seen, c: Mapping[str, Any]) -> Answer:
    node = seen.node
    scale, data = node.input(1).static_shape, node.input(0).shape
    if scale is None or len(scale) > 1 or node.attr("block_size", 0):
        return None
    count = scale[0] if scale else 1
    if count == 1 or data is None:
        return True
    axis = node.attr("axis", c.get("axis_default", 0))
    if not -len(data) <= axis < len(data) or not isinstance(data[axis], int):
        return None
    return count == data[axis]


def _even(seen: Seen, c: Mapping[str, Any]) -> Answer:
    if "last_dim_even" in c:
        shape = seen.node.input(0).shape
        last = shape[-1] if shape else None
        return last % 2 == 0 if isinstance(last, int) else None
    count = _element_count(seen, 0)
    return None if count is None else count % 2 == 0


def _indices_fit(seen: Seen, c: Mapping[str, Any]) -> Answer:
    data, indices = seen.node.input(0).static_shape, seen.node.input(1).static_shape
    if data is None or indices is None or len(data) != len(indices):
        return None
    return all(i <= d for d, i in zip(data, indices))


def _bias_length(seen: Seen, c: Mapping[str, Any]) -> Answer:
    bias, kernel = seen.node.input(2).static_shape, seen.node.input(1).static_shape
    if not seen.node.present(2) or bias is None or kernel is None or len(bias) != 1 or len(kernel) != 2:
        return None
    return bias[0] == (kernel[0] if seen.node.attr("transB", 0) else kernel[1])


def _branches(seen: Seen, c: Mapping[str, Any]) -> Answer:
    graphs = seen.node.subgraphs
    if len(graphs) != 2:
        return None
    if "branch_output_ranks" in c:
        ranks = [[graph.value(name).rank for name in graph.output_names] for graph in graphs]
        open_ones = any(rank is None for pair in ranks for rank in pair)
        return None if seen.weights(0) or open_ones else ranks[0] == ranks[1]
    if "branch_output_count" in c:
        return len(graphs[0].output_names) == len(graphs[1].output_names)
    return not set(graphs[0].output_names) & set(graphs[1].output_names)


_SUBJECTS: Tuple[Tuple[str, Callable[[Seen, Mapping[str, Any]], Answer]], ...] = (
    ("kind", _input_kind),
    ("dtype", _input_dtype),
    ("length_equals", _bias_length),
    ("rank", _input_rank),
    ("rank_min", _input_rank),
    ("rank_max", _input_rank),
    ("static_shape", _input_rank),
    ("all_positive", _input_values),
    ("all_min", _input_values),
    ("attr", _attribute),
    ("attr_present", _attr_present),
    ("all_equal", _input_values),
    ("value", _input_values),
    ("nb_inputs", lambda s, c: len(s.node.inputs) == c["nb_inputs"]),
    ("inputs_rank_equal", _ranks_equal),
    ("output", _output),
    ("output_placeholder", lambda s, c: "" in list(s.node.outputs)[c["output_placeholder"] :]),
    ("both", _both),
    ("starts_per_axis", starts_per_axis),
    ("pads", _asymmetric_pads),
    ("split_last_chunk", last_chunk),
    ("scales", resize_scales),
    ("activations", _activations),
    ("scale_size", _scale_size),
    ("last_dim_even", _even),
    ("numel_even", _even),
    ("indices_dims_le_data_dims", _indices_fit),
    ("branch_output_names", _branches),
    ("branch_output_count", _branches),
    ("branch_output_ranks", _branches),
    ("input_placeholder", lambda s, c: WHEN["input_placeholder"](s, c["input_placeholder"])),
    ("input", lambda s, c: s.node.present(c["input"])),
    ("opset_min", lambda s, c: s.node.opset >= c["opset_min"]),
)

_BY_KEYS: Dict[Tuple[str, ...], Any] = {}


def _subject(condition: Mapping[str, Any]) -> Any:
    keys = tuple(sorted(condition))
    if keys not in _BY_KEYS:
        _BY_KEYS[keys] = next(((key, check) for key, check in _SUBJECTS if key in condition), None)
    return _BY_KEYS[keys]


def understood(condition: Mapping[str, Any]) -> bool:
    """Whether there is code for this condition on a node."""
    return _subject(condition) is not None


def violated(kind: str, condition: Mapping[str, Any], seen: Seen) -> bool:
    """Whether the node certainly breaks a ``require`` or ``forbid`` row."""
    found = _subject(condition)
    if found is None:
        return False
    subject, check = found
    for key in _GUARDS:
        if key in condition and key != subject and WHEN[key](seen, condition[key]) is not True:
            return False
    return check(seen, condition) is (kind == "forbid")
