"""Likely sizes for the dims that a model leaves open, as options of ``jetdoctor fix`` to be adapted."""

from __future__ import annotations

import re
import shlex
from typing import Dict, List, Sequence, Set, Tuple

from jetdoctor.graph import Dim, Model, Node, Value
from jetdoctor.model.exporters import metadata

#: an image's side, and the length of a sequence, when nothing says otherwise
_SIDE, _LENGTH = 224, 128


def freeze_options(model: Model, nodes: Sequence[Node] = ()) -> str:
    """``--freeze images=1x3x640x640 ...`` for the inputs of known rank with open sizes; "" for none.

    With ``nodes`` only for the inputs that one of them is computed from, and those that share a size with these.
    """
    shapes = _shapes(model)
    wanted = _related(model, _feeding(nodes)) if nodes else set(shapes)
    return " ".join(
        "--freeze " + shlex.quote("%s=%s" % (name, "x".join(map(str, shape))))
        for name, shape in shapes.items()
        if name in wanted or not wanted & set(shapes)
    )


def _feeding(nodes: Sequence[Node]) -> Set[str]:
    """Names of the graph inputs that the nodes are computed from, through subgraphs too."""
    found: Set[str] = set()
    seen: Set[int] = set()
    ahead = list(nodes)
    while ahead:
        node = ahead.pop()
        if id(node.proto) in seen:
            continue
        seen.add(id(node.proto))
        for index in range(len(node.inputs)):
            value = node.input(index)
            if value.producer is not None:
                ahead.append(value.producer)
            elif value.is_graph_input:
                found.add(value.name)
    return found


def _related(model: Model, names: Set[str]) -> Set[str]:
    """The inputs and those with a symbol in common: a symbol has one size."""
    symbols = {dim for name in names for dim in model.main.value(name).shape or () if isinstance(dim, str) and dim}
    return names | {n for n in model.main.input_names if symbols & set(model.main.value(n).shape or ())}


def profile_options(model: Model) -> str:
    """The same sizes as an optimization profile: a line for Polygraphy, which builds with it."""
    words = ["polygraphy", "run", shlex.quote(model.path or "MODEL"), "--trt"]
    for option in ("min", "opt", "max"):
        words.append("--trt-%s-shapes" % option)
        words += [shlex.quote("%s:%s" % (name, list(shape))) for name, shape in _shapes(model).items()]
    return "Keep them open with a profile: " + " ".join(words)


def _shapes(model: Model) -> Dict[str, Tuple[int, ...]]:
    found: Dict[str, Tuple[int, ...]] = {}
    symbols: Dict[str, int] = {}
    for name in model.main.input_names:
        value = model.main.value(name)
        if name in model.main.initializers or value.shape is None or value.static_shape is not None:
            continue
        found[name] = _sized(model, value, symbols)
    return found


def _sized(model: Model, value: Value, symbols: Dict[str, int]) -> Tuple[int, ...]:
    sizes: List[int] = []
    for axis, dim in enumerate(value.shape or ()):
        if not isinstance(dim, int) or dim < 1:
            likely = _likely(model, value.shape or (), axis)
            dim = symbols.setdefault(dim, likely) if isinstance(dim, str) and dim else likely
        sizes.append(dim)
    return tuple(sizes)


def _likely(model: Model, shape: Tuple[Dim, ...], axis: int) -> int:
    if axis == 0:
        return 1
    if len(shape) != 4:
        return _LENGTH
    channels = 3 if shape[1] not in (1, 3, 4) and shape[3] in (1, 3, 4) else 1  # TensorFlow has them last
    if axis == channels:
        return 3
    sides = re.findall(r"\d+", metadata(model).get("imgsz", "")) or [str(_SIDE)]
    return int(sides[min(axis - 1, len(sides)) - 1] if channels == 1 else sides[min(axis, len(sides)) - 1])
