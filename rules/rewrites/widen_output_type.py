"""A Cast to 8 or 16 bits whose numbers leave the model gives them as INT32, and so does what moves them on the way out.

Whole numbers within the narrow type stay the same, such as pixels or classes. The caller reads another element type:
unsafe.
"""

from __future__ import annotations

from jetdoctor.graph import DEFAULT_DOMAINS, MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite

_SMALL = ("UINT8", "INT8", "UINT16", "INT16")
_INT32 = 6


def _on_the_way_out(node):
    """The values from the Cast to the outputs; empty when anything computes with them, or they stay inside."""
    graph = node.graph
    if node.op_type != "Cast" or node.output().dtype not in _SMALL or graph.parent is not None or graph.is_function:
        return []
    found, waiting = [], [node.output()]
    while waiting:
        value = waiting.pop()
        found.append(value)
        for reader in value.consumers:
            if not _moves(reader, value.name) or reader.graph is not graph:
                return []
            waiting += [reader.output(index) for index, name in enumerate(reader.outputs) if name]
    return found if any(value.name in graph.output_names for value in found) else []


def _moves(reader, name):
    places = [index for index, read in enumerate(reader.inputs) if read == name]
    return reader.domain in DEFAULT_DOMAINS and reader.op_type in MOVERS and places == [0]


REWRITE = Rewrite(
    "widen_output_type", "Give the output in INT32", "unsafe", choice="output-types",
    fits=lambda node: bool(_on_the_way_out(node)),
)  # fmt: skip


def rewrite(node, edit):
    values = _on_the_way_out(node)
    if not values:
        raise CannotRewrite("%s is read inside of the model" % node.output().name)
    edit.set_attribute(node, "to", _INT32)
    for value in values:
        edit.retype(value.producer)
        if value.name in node.graph.output_names:
            edit.declare(value.name, _INT32)
