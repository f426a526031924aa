"""Values that only a run of the network can give: no folding will ever make constants of them."""

from __future__ import annotations

from typing import List, Set, Tuple

from jetdoctor.graph import DEFAULT_DOMAINS, Value

#: Operators whose result depends on sizes only; what is inside their input does not matter.
_OF_SIZES = ("Shape", "Size")

#: How many entries come out depends on the data.
_DATA_SIZED = ("Compress", "NonMaxSuppression", "NonZero", "Unique")

#: A result that is another one at every run.
_RANDOM = ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike")

#: Values looked at before the answer is "not certain".
_MOST = 5000


def needs_a_run(value: Value) -> bool:
    """Whether the value certainly depends on the data of a graph input (its sizes alone do not count).

    False where that is not certain: inside a function or a body, behind an operator that is not ONNX's own.
    """
    return _reaches(value, by_size=False)


def _reaches(start: Value, by_size: bool) -> bool:
    """Whether data is reached from the value; ``by_size``: whether its *shape* depends on data."""
    stack: List[Tuple[Value, bool]] = [(start, by_size)]
    seen: Set[Tuple[str, bool]] = set()
    while stack and len(seen) < _MOST:
        value, of_shape = stack.pop()
        if (value.name, of_shape) in seen or value.is_constant_expression():
            continue
        seen.add((value.name, of_shape))
        node = value.producer
        if node is None:
            if not of_shape and value.is_graph_input and value.graph.path == ("main",):
                return True
            continue
        if node.domain not in DEFAULT_DOMAINS or node.subgraphs:
            continue
        if node.op_type in (_DATA_SIZED if of_shape else _RANDOM):
            return True
        if of_shape and value.static_shape is not None:
            continue
        turned = of_shape or node.op_type in _OF_SIZES
        stack += [(node.input(k), turned) for k in range(len(node.inputs)) if node.present(k)]
    return False
