"""Connected pieces of a graph on one device each, and the ways between pieces of two devices."""

from __future__ import annotations

from typing import List, Sequence, Set, Tuple

from jetdoctor.graph import Node


def pieces(nodes: Sequence[Node], devices: Sequence[str]) -> Tuple[int, int]:
    """(pieces on the DLA, transfers between DLA and GPU).

    A node belongs to the step after the last change of device on any way to it; nodes of one device and one step that
    are connected are one piece, which the builder makes one loadable of. A node that is no layer hands its inputs on.
    """
    makers = {name: index for index, node in enumerate(nodes) for name in node.outputs if name}
    step: List[int] = [0] * len(nodes)
    root = list(range(len(nodes)))
    behind: List[Set[int]] = [set() for _ in nodes]  # layers that feed a node, looked at through what is none
    for index, node in enumerate(nodes):
        for name in node.inputs:
            maker = makers.get(name, index)
            if maker < index:
                behind[index] |= behind[maker] if devices[maker] == "none" else {maker}
        if devices[index] != "none":
            later = [step[m] + (devices[m] != devices[index]) for m in behind[index]]
            step[index] = max(later, default=0)
            for maker in behind[index]:
                if devices[maker] == devices[index] and step[maker] == step[index]:
                    root[_find(root, index)] = _find(root, maker)
    on_dla = {_find(root, index) for index, device in enumerate(devices) if device == "dla"}
    ways = {
        (_find(root, maker), _find(root, index))
        for index, device in enumerate(devices)
        for maker in behind[index]
        if device != "none" and devices[maker] != device
    }
    return len(on_dla), len(ways)


def _find(root: List[int], index: int) -> int:
    """Representative of the piece that a node belongs to."""
    while root[index] != index:
        root[index] = root[root[index]]
        index = root[index]
    return index
