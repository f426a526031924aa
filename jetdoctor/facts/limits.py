"""Conditions of rows about the network library: what a layer computes, and which sizes it needs at build time.

Like the other conditions of ``jetdoctor.facts.conditions`` each answers True, False or None for "cannot be told".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict

from jetdoctor.constants.shape_tensors import ShapeTensors

if TYPE_CHECKING:
    from jetdoctor.facts.conditions import Answer, Seen


def shape_tensor(seen: Seen, wanted: bool) -> Answer:
    """Whether an output of the node is a size that something needs and that does not fold."""
    node = seen.node
    return (ShapeTensors.of(node.graph.model).use_of(node) is not None) == wanted


def input_open(seen: Seen, indices: Any) -> Answer:
    """Whether some of these inputs do not follow from constants and known sizes."""
    known = ShapeTensors.of(seen.node.graph.model).known
    given = [seen.node.input(index) for index in indices if seen.node.present(index)]
    return any(not known.is_known(value) and not value.is_constant_expression() for value in given)


def from_data(seen: Seen, wanted: bool) -> Answer:
    """Whether the first output depends on data, not only on sizes."""
    node = seen.node
    return ShapeTensors.of(node.graph.model).from_data(node.output()) == wanted


LIMITS: Dict[str, Callable[["Seen", Any], "Answer"]] = {
    "from_data": from_data,
    "input_open": input_open,
    "shape_tensor": shape_tensor,
}
