"""Loops that no run would see the end of: counted, not tried."""

from __future__ import annotations

from jetdoctor.graph import Graph, Model, Node

#: Turns of all loops together that a proof may take.
MOST = 10**7


def endless_loop(model: Model) -> str:
    """A sentence about a Loop that certainly turns more often than a proof can wait for, "" when there is none.

    Loops inside loops multiply. One that ends by its condition may end at once and does not count.
    """
    return next(filter(None, (_look(graph, 1) for graph in (model.main, *model.functions))), "")


def _look(graph: Graph, around: int) -> str:
    for node in graph.nodes:
        turns = around * (_trips(node) if node.op_type == "Loop" else 1)
        if turns > MOST:
            return "the Loop %s runs %s iterations" % (node.name or node.outputs[0], format(turns, ",d"))
        for body in node.subgraphs:
            found = _look(body, turns)
            if found:
                return found
    return ""


def _trips(node: Node) -> int:
    """The constant number of turns of a Loop whose condition never changes, else 1."""
    count = node.input(0).array() if node.present(0) else None
    if count is None or count.size != 1 or not node.subgraphs or not _goes_on(node.subgraphs[0]):
        return 1
    return max(1, int(count.reshape(-1)[0]))


def _goes_on(body: Graph) -> bool:
    """Whether the body hands on the condition that it got, or a constant."""
    if not body.output_names or len(body.input_names) < 2:
        return False
    value = body.value(body.output_names[0]).origin(("Identity",))
    return value.name == body.input_names[1] or value.is_constant_expression()
