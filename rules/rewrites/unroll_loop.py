"""A Loop over a known number of turns, unrolled: its body once for each turn (onnx Loop-1).

What is carried goes from turn to turn, sequences and all; scan outputs are stacked by Unsqueeze and Concat.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite, holder

#: nodes that may come of one Loop
_MOST = 2000


def site(node):
    """The outermost Loop over a known number of turns around the node, or the one that hands it a value."""
    return holder(node, _known)


def _known(node):
    turns = node.op_type == "Loop" and node.present(0) and node.input(0).is_constant_expression()
    return bool(turns and len(node.subgraphs) == 1)


REWRITE = Rewrite("unroll_loop", "Unroll the Loop", fits=lambda node: site(node) is not None)


def rewrite(node, edit):
    import numpy as np

    if not _known(node):
        raise CannotRewrite("not a Loop over a known number of iterations")
    (body,), turns = node.subgraphs, _turns(node, edit)
    carried, scans, number = list(node.inputs[2:]), [], body.value(body.input_names[0])
    for turn in range(turns):
        given = dict(zip(body.input_names[2:], carried))
        given[number.name] = edit.constant(np.full([1] * (number.rank or 0), turn, np.int64))
        given[body.input_names[1]] = edit.constant(np.array(True))
        outputs = edit.inline(body, given)[1:]
        carried = outputs[: len(carried)]
        scans.append([edit.unsqueeze(name, [0]) for name in outputs[len(carried) :]])
    stacked = [edit.add("Concat", list(names), axis=0) for names in zip(*scans)]
    edit.replace(node, [*carried, *stacked])


def _turns(node, edit):
    (body,), trips = node.subgraphs, edit.array(node.input(0))
    if trips is None:
        raise CannotRewrite("the number of iterations is unknown")
    turns = max(int(trips.reshape(-1)[0]), 0)
    if node.present(1):
        first = edit.array(node.input(1))
        if first is None:
            raise CannotRewrite("whether the Loop starts depends on the data")
        turns = turns if first.reshape(-1)[0] else 0
    if turns > 1 and not _goes_on(body, edit):
        raise CannotRewrite("the body decides for itself when to stop")
    if not turns and len(node.outputs) > len(node.inputs) - 2:
        raise CannotRewrite("there is no iteration: stacked outputs would be empty")
    nodes = sum(len(graph.nodes) for graph in body.walk())
    if turns * nodes > _MOST:
        raise CannotRewrite("%d iterations of %d nodes are too many to unroll" % (turns, nodes))
    return turns


def _goes_on(body, edit):
    """Whether the condition that the body hands out is the one that came in, or constantly true."""
    value = body.value(body.output_names[0]).behind(("Identity", "Cast"))
    if value.name in body.input_names[1:2]:
        return True
    known = edit.array(value)
    return known is not None and bool(known.reshape(-1)[0])
