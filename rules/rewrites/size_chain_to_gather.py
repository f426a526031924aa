"""Reshape, Slice and Transpose that only change the order of a vector of sizes become one Gather.

TensorRT before 8.5 computes sizes with vectors only; ``torch.nn.functional.pad`` makes a table of its amounts, turns it
around and makes a vector of it again.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite, ShapeTensors, places


def site(node):
    """The node behind this one at which the size is a vector again."""
    use = ShapeTensors.of(node.graph.model).use(node.output())
    steps = [node] + list(reversed(use.through)) if use else []
    return next((step for step in steps if (step.output().rank or 0) <= 1), None)


REWRITE = Rewrite("size_chain_to_gather", "Reorder the numbers with one Gather", fits=lambda n: bool(site(n)))


def rewrite(node, edit):
    import numpy as np

    steps = [node]
    while (steps[0].input(0).rank or 0) > 1 and steps[0].input(0).producer not in (None, *steps):
        steps.insert(0, steps[0].input(0).producer)
    vector = steps[0].input(0)
    if vector.static_shape is None or len(vector.static_shape) > 1:
        raise CannotRewrite("not computed from a vector of known length")
    order = places(steps, vector.static_shape[0] if vector.static_shape else 1)
    if order is None or len(order.shape) > 1:
        raise CannotRewrite("more than the order of the elements changes")
    name = vector.name if vector.static_shape else edit.reshape(vector.name, [1])
    indices = edit.constant(np.array(order.flat, "int64").reshape(order.shape))
    edit.replace(node, [edit.add("Gather", [name, indices], axis=0)])
