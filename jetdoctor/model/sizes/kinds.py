"""What an open size counts (examples of a batch, an image's side, channels, steps of a sequence), and usual values.

In this order: what the exporter left in the metadata, what the axis is called, where it stands.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Tuple

from jetdoctor.graph import Model, Value
from jetdoctor.model.exporters import metadata
from jetdoctor.model.sizes.declared import shape_of

BATCH, SIDE, CHANNELS, LENGTH, PAST, TOTAL = "batch", "side", "channels", "length", "past", "total"

#: Sizes from here on are those of no tensor: TensorRT's are 32 bits wide.
_TOO_LARGE = 1 << 31

#: How exporters and people call an axis; the first that holds.
_CALLED = (
    (re.compile(r"past|cache", re.I), PAST),
    (re.compile(r"total", re.I), TOTAL),
    (re.compile(r"^(b|bs)$|batch|num_images", re.I), BATCH),
    (re.compile(r"channel|^c$", re.I), CHANNELS),
    (re.compile(r"height|width|^[hw]$|rows|cols|image_size|img_?sz", re.I), SIDE),
    (re.compile(r"seq|len|token|time|frame|sample|word|step|^[tls]$", re.I), LENGTH),
)

#: Sides of images, usual ones first; a classifier's Flatten may want one of the odd ones.
_SIDES = (224, 256, 640, 320, 512, 384, 416, 299, 128, 112, 160, 192, 96, 64, 48, 32, 28, 1024)

#: Steps of a sequence, from tokens to samples of sound, then what small or odd networks take.
_LENGTHS = (128, 64, 256, 32, 16, 77, 100, 512, 1000, 1500, 3000, 8, 16000, 10, 12, 20, 24, 50, 7, 5, 4, 3, 2, 1)

#: Examples at once: most engines on a board run one.
_BATCHES = (1, 2, 4, 8, 3, 5, 6, 7, 16)


def kind(value: Value, axis: int) -> str:
    """What the open size ``axis`` of an input counts."""
    shape = shape_of(value) or ()
    dim = shape[axis]
    for pattern, found in _CALLED if isinstance(dim, str) else ():
        if pattern.search(str(dim)):
            return found
    rank, last = len(shape), shape[-1]
    if value.dtype == "UINT8" and rank == 3 and last in (1, 3, 4):  # one picture, rows and columns first
        return SIDE
    if axis == 0:
        return BATCH
    if rank in (4, 5):
        return CHANNELS if axis == channel_axis(shape) else SIDE
    return LENGTH


def channel_axis(shape: Tuple[Any, ...]) -> int:
    """Where the channels of a batch of images lie: TensorFlow has them last."""
    last = shape[-1]
    return len(shape) - 1 if shape[1] not in (1, 3, 4) and last in (1, 3, 4) else 1


def usual(model: Model, value: Value, axis: int, what: str, stride: int) -> List[int]:
    """Sizes to try for an open size of that kind, likeliest first."""
    about = metadata(model)
    if what == BATCH:
        return _first(_numbers(about.get("batch")), _BATCHES)
    if what == CHANNELS:
        return _first(_numbers(about.get("channels")), (3, 1, 4))
    if what == SIDE:
        sides = _numbers(about.get("imgsz"))
        shape = shape_of(value) or ()
        place = axis - (2 if len(shape) > 3 and channel_axis(shape) == 1 else 1 if len(shape) > 3 else 0)
        told = [sides[min(max(place, 0), len(sides) - 1)]] if sides else []
        return list(dict.fromkeys(up(side, stride) for side in _first(told, _SIDES)))
    return list(dict.fromkeys(list(_LENGTHS) + [up(length, stride) for length in _LENGTHS]))


def strides(model: Model) -> Dict[str, int]:
    """By how much the network shortens the sides of an image, and a sequence, along its deepest path.

    A size that is no multiple of it leaves a rest somewhere, and what was halved does not fit what was doubled again.
    """
    told = max(_numbers(metadata(model).get("stride")), default=1)
    deepest = {SIDE: float(told), LENGTH: 1.0}
    factors: Dict[str, float] = {}
    for node in model.main.nodes:
        rows = node.inputs[:1] if node.op_type == "MatMul" else node.inputs  # attention may shorten its keys before
        before = max((factors.get(name, 1.0) for name in rows), default=1.0)
        after = before * _factor(node)
        rank = node.input(0).rank or 0
        what = LENGTH if rank == 3 else SIDE
        deepest[what] = max(deepest[what], after)
        for name in node.outputs:
            factors[name] = after
    return {what: max(1, int(round(found))) if found < _TOO_LARGE else 1 for what, found in deepest.items()}


def _factor(node: Any) -> float:
    """How much shorter the output of one node is than its input."""
    if node.op_type in ("AveragePool", "Conv", "LpPool", "MaxPool"):
        return float(max(node.attr("strides") or (1,)))
    if node.op_type == "ConvTranspose":
        return 1.0 / max(1, *(node.attr("strides") or (1,)))
    if node.op_type == "SpaceToDepth":
        return float(node.attr("blocksize", 1))
    if node.op_type == "DepthToSpace":
        return 1.0 / max(1, node.attr("blocksize", 1))
    if node.op_type in ("Resize", "Upsample"):
        for index in range(1, len(node.inputs)):
            scales = node.input(index).numbers()
            if scales and isinstance(scales[-1], float) and scales[-1] > 0:
                return 1.0 / scales[-1]
    if node.op_type == "Slice" and node.present(4):
        steps = node.input(4).numbers()
        return float(max(1, *steps)) if steps else 1.0
    return 1.0


def up(size: int, step: int) -> int:
    """The next multiple of ``step``, at least one of it."""
    return max(1, -(-size // step)) * step


def span(what: str, size: int, step: int) -> Tuple[List[int], List[int]]:
    """Smallest and largest sizes to allow around ``size``, the widest first; the last of each is ``size`` itself."""
    if what == BATCH:
        return [1, size], [max(4, size), 2 * size, size]
    if what == SIDE:
        return [up(size // 2, step), size], [up(size * 3 // 2, step), up(size + 1, step), size]
    if what in (LENGTH, PAST):
        low = 1 if step == 1 else up(size // 2, step)
        return [low, up(max(1, size // 2), step), size], [size * 4, size * 2, size * 3 // 2, size]
    return [size], [size]


def _first(told: List[int], others: Iterable[int]) -> List[int]:
    return list(dict.fromkeys([*told[:1], *others]))


def _numbers(text: Optional[str]) -> List[int]:
    """The sizes in a text of the metadata."""
    digits = re.findall(r"\d+", text or "")
    return [int(number) for number in digits if len(number) <= len(str(_TOO_LARGE)) and 0 < int(number) < _TOO_LARGE]
