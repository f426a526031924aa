"""Where a block holds: the types and sizes that tell its places from other nodes that look alike.

Tried on the model at hand: as little as is needed to find every place and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.fix.script.blocks import Block
from jetdoctor.fix.script.difference import CannotSay

Sizes = Tuple[Optional[int], ...]


@dataclass
class Limited:
    """A block with its limits, as the text of a ``Repair``."""

    block: Block
    what: str
    types: Dict[str, str]
    shapes: Dict[str, Sizes]
    only: Optional[List[int]] = None

    def text(self) -> str:
        lines = ["Repair(", "    %r," % self.what]
        lines += _listed("find", self.block.find)
        if self.block.put:
            lines += _listed("put", self.block.put)
        if self.block.same:
            lines.append("    same={%s}," % ", ".join("%r: %s" % item for item in self.block.same))
        if self.types:
            lines.append("    types=%r," % self.types)
        if self.shapes:
            lines.append("    shapes=%r," % self.shapes)
        if self.only is not None:
            lines.append("    only=%r,  # the others look alike and stay" % self.only)
        return "\n".join(lines + [")"])


def limit(blocks: List[Block], names: List[str], model: Any) -> List[Limited]:
    """The blocks with the limits that they need on ``model``. Raises ``CannotSay`` when a place is not found."""
    from jetdoctor.fix.script import standalone

    graph = standalone.open_graph(model)
    tensors = {
        name: tensor for level in standalone.every_level(graph)
        for name, tensor in level.tensors().items()
    }  # fmt: skip
    found = [_first(block, name, tensors) for block, name in zip(blocks, names)]
    for step in (_with_types, _with_shapes, _with_order):
        wrong = _wrong(found, standalone, graph)
        for number, there in wrong.items():
            step(found[number], tensors, there)
    if _wrong(found, standalone, graph):
        raise CannotSay("nodes that need no repair look the same as those that do")
    return found


def _first(block: Block, what: str, tensors: Dict[str, Any]) -> Limited:
    """Sizes are part of it where new numbers come in: they may follow from the sizes of this model."""
    limited = Limited(block, what, {}, {})
    if block.numbers:
        _with_shapes(limited, tensors, [])
    return limited


def _with_types(one: Limited, tensors: Dict[str, Any], there: List[Any]) -> None:
    from jetdoctor.fix.script import standalone

    for letter in _letters(one):
        types = {getattr(tensors.get(place.letters[letter]), "dtype", None) for place in one.block.places}
        known = types.pop() if len(types) == 1 else None
        if known is not None:
            one.types[letter] = standalone.type_name(known)


def _with_shapes(one: Limited, tensors: Dict[str, Any], there: List[Any]) -> None:
    for letter in _letters(one):
        shapes = [getattr(tensors.get(place.letters[letter]), "shape", None) for place in one.block.places]
        known = [tuple(shape) for shape in shapes if shape is not None]
        if len(known) == len(shapes) and len({len(shape) for shape in known}) == 1:
            one.shapes[letter] = tuple(_common(sizes) for sizes in zip(*known))


def _with_order(one: Limited, tensors: Dict[str, Any], there: List[Any]) -> None:
    wanted = {place.core for place in one.block.places}
    one.only = [number for number, core in enumerate(there) if core in wanted]


def _common(sizes: Tuple[Any, ...]) -> Optional[int]:
    first = sizes[0]
    return first if isinstance(first, int) and all(size == first for size in sizes) else None


def _letters(one: Limited) -> List[str]:
    """Letters of tensors that the nodes found read or make and that every place has."""
    text = " ".join(one.block.find)
    return [
        letter for letter in one.block.places[0].letters
        if repr(letter) in text and all(letter in place.letters for place in one.block.places)
    ]  # fmt: skip


def _wrong(found: List[Limited], standalone: Any, graph: Any) -> Dict[int, List[Any]]:
    """Blocks that find other places than theirs, with what they find."""
    repairs = [evaluated(one.text(), standalone) for one in found]
    wrong = {}
    for number, (one, bindings) in enumerate(zip(found, standalone.places(graph, repairs))):
        there = [_core(bound, repairs[number], standalone) for bound in bindings]
        if sorted(there) != sorted(place.core for place in one.block.places):
            wrong[number] = there
    return wrong


def _core(bound: Any, repair: Any, standalone: Any) -> Tuple[str, ...]:
    nodes = standalone.core_nodes(bound, repair)
    return tuple(sorted({output.name for node in nodes for output in node.outputs if output.name}))


def evaluated(text: str, standalone: Any) -> Any:
    """A ``Repair`` from its own text, which this package wrote."""
    return eval(text, dict(vars(standalone)))


def _listed(name: str, ops: Tuple[str, ...]) -> List[str]:
    if len(ops) == 1:
        return ["    %s=[%s]," % (name, ops[0])]
    return ["    %s=[" % name] + ["        %s," % one for one in ops] + ["    ],"]
