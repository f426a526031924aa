"""LSTM, GRU and RNN with ``layout=1`` (batch first) as ``layout=0`` between Transposes (onnx LSTM-14)."""

from __future__ import annotations

from typing import List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build

#: inputs that have a batch axis: X, initial_h, and LSTM's initial_c
_BATCHED = (0, 5, 6)
#: Y is [time, directions, batch, hidden] with layout 0 and [batch, time, directions, hidden] with 1
_BACK = ([2, 0, 1, 3], [1, 0, 2], [1, 0, 2])


def time_first(node: Node, build: Build) -> List[str]:
    """The outputs, batch first again."""
    inputs = [
        build.transpose(name, [1, 0, 2]) if name and index in _BATCHED else name
        for index, name in enumerate(node.inputs)
    ]
    found = build.again(node, inputs, len(node.outputs), layout=None)
    found = [found] if len(node.outputs) == 1 else found
    wanted = [build.wanted(node, index) for index in range(len(node.outputs))]
    return [build.transpose(name, perm) if read else "" for name, perm, read in zip(found, _BACK, wanted)]
