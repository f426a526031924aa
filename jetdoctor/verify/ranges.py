"""What values an input may take, read from who consumes it: ids, masks, images, shapes.

A graph input that feeds ``Gather`` as index must stay within the table's rows, one that feeds
``Reshape`` as shape must be a legal shape; anything else is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

from jetdoctor.verify.steering import parsed_as_number, steered

#: Operators that hand their first input's values on unchanged.
_TRANSPARENT = ("Cast", "Identity", "Unsqueeze", "Squeeze", "Reshape", "Transpose", "Flatten", "Expand")


@dataclass(frozen=True)
class Range:
    """How to fill one input. ``low``/``high`` are inclusive; ``fixed`` is a function of the shape that
    gives the only values which make sense, so that no edge case overrides it.
    """

    kind: str  # "ids", "mask", "image", "number" (a text that spells one), "chosen", "fixed", "free"
    low: Optional[int] = None
    high: Optional[int] = None
    options: Tuple[int, ...] = ()  # of "chosen": numbers that the model asks for by Equal, such as a sample rate
    fixed: Optional[Callable[[Tuple[int, ...]], Any]] = None


FREE = Range("free")
MASK = Range("mask", 0, 1)
NUMBER = Range("number")


def _constant(number: float) -> Range:
    def fill(shape: Tuple[int, ...]) -> Any:
        import numpy

        return numpy.full(shape, number)

    return Range("fixed", fixed=fill)


def _count(shape: Tuple[int, ...]) -> Any:
    import numpy

    return numpy.arange(int(numpy.prod(shape))).reshape(shape)


def _reshape_all(shape: Tuple[int, ...]) -> Any:
    """-1 first, then ones: a shape that any number of elements fits."""
    import numpy

    target = numpy.ones(shape)
    target[:1] = -1
    return target


_ZEROS, _ONES, _FAR = _constant(0), _constant(1), _constant(2**31 - 1)

#: Inputs that steer an operator instead of being computed on, by (operator, input index).
STEERING: Dict[Tuple[str, int], Range] = {
    ("Reshape", 1): Range("fixed", fixed=_reshape_all),
    ("Expand", 1): _ONES,
    ("Tile", 1): _ONES,
    ("CenterCropPad", 1): _constant(4),
    ("ConstantOfShape", 0): _constant(2),
    ("Slice", 1): _ZEROS,
    ("Slice", 2): _FAR,
    ("Slice", 3): Range("fixed", fixed=_count),
    ("Slice", 4): _ONES,
    ("TopK", 1): _ONES,
    ("Pad", 1): _ONES,
    ("OneHot", 1): _constant(4),
    ("Range", 0): _ZEROS,
    ("Range", 1): _constant(4),
    ("Range", 2): _ONES,
    ("Loop", 0): _constant(3),
    ("Trilu", 1): _ZEROS,
    ("Squeeze", 1): Range("fixed", fixed=_count),
    ("Unsqueeze", 1): Range("fixed", fixed=_count),
    ("Upsample", 1): _ONES,
    ("Resize", 2): _ONES,
    ("Dropout", 1): _constant(0.5),
    ("Dropout", 2): _ZEROS,
    ("CumSum", 1): _ZEROS,
    ("NonMaxSuppression", 2): _constant(5),
    ("NonMaxSuppression", 3): _constant(0.5),
    ("NonMaxSuppression", 4): _constant(0.1),
    ("DequantizeLinear", 1): _constant(0.05),
    ("QuantizeLinear", 1): _constant(0.05),
}


def range_of(value: Any) -> Range:
    """The range of one graph input (``graph.Value``)."""
    consumers = _consumers(value)
    for node, index in consumers:
        by_sizes = steered(node, index)
        steering = Range("fixed", fixed=by_sizes) if by_sizes else STEERING.get((node.op_type, index))
        if steering is None and node.op_type.startswith("Reduce") and index == 1:
            steering = Range("fixed", fixed=_count)
        if steering is not None:
            return steering
    if value.dtype == "STRING" and any(parsed_as_number(node, index) for node, index in consumers):
        return NUMBER
    integer = value.dtype in ("INT64", "INT32", "INT16", "INT8", "UINT8", "UINT16", "UINT32", "UINT64")
    if integer:
        limits = [_index_limit(node, index) for node, index in consumers]
        known = [high for high in limits if high is not None]
        if known:
            return Range("ids", 0, min(known))
        options = _asked_for(consumers)
        if options:
            return Range("chosen", options=options)
    if value.dtype == "BOOL" or "mask" in value.name.lower():
        return MASK
    return Range("image", 0, 1) if not integer and _is_image(value.shape) else FREE


def _is_image(shape: Any) -> bool:
    """Rank 4 with 1, 3 or 4 channels, first or last, and no axis of a picture smaller than 8."""
    if shape is None or len(shape) != 4:
        return False
    if shape[1] in (1, 3, 4):
        sides = shape[2:]
    elif shape[3] in (1, 3, 4):
        sides = shape[1:3]
    else:
        return False
    return all(not isinstance(side, int) or side >= 8 for side in sides)


def _consumers(value: Any, depth: int = 6) -> List[Tuple[Any, int]]:
    """(node, input index) of everything that reads these values, through operators that pass them on."""
    found = []
    for node in value.consumers:
        for index, name in enumerate(node.inputs):
            if name != value.name:
                continue
            found.append((node, index))
            if depth and index == 0 and node.op_type in _TRANSPARENT:
                found.extend(_consumers(node.output(), depth - 1))
    return found


def _asked_for(consumers: List[Tuple[Any, int]]) -> Tuple[int, ...]:
    """The single constants that the values are compared with by Equal."""
    found = [node.input(1 - index).numbers() for node, index in consumers if node.op_type == "Equal"]
    return tuple(sorted({int(numbers[0]) for numbers in found if numbers is not None and len(numbers) == 1}))


def _index_limit(node: Any, index: int) -> Optional[int]:
    """Largest legal value when the input is an index into a table, else None.

    1 when the table's size is not known: every table that is worth indexing has two rows.
    """
    if node.op_type in ("Gather", "GatherElements", "ScatterElements", "Scatter") and index == 1:
        return _rows(node.input(0).shape, [node.attr("axis", 0)])
    if node.op_type in ("GatherND", "ScatterND") and index == 1:
        shape, depth = node.input(0).shape, (node.input(1).shape or (None,))[-1]
        batch = node.attr("batch_dims", 0)
        axes = range(batch, batch + depth) if isinstance(depth, int) else range(len(shape or ()))
        return _rows(shape, list(axes))
    if node.op_type == "OneHot" and index == 0:
        return 1
    if node.op_type == "MaxUnpool" and index == 1:  # places among all elements of the output, which has no fewer
        return _product(node.input(0).static_shape) - 1
    return None


def _product(sizes: Any) -> int:
    found = 1
    for size in sizes or ():
        found *= size
    return max(1, found)


def _rows(shape: Any, axes: List[int]) -> int:
    if shape is None or any(axis >= len(shape) for axis in axes):
        return 1
    sizes = [shape[axis] for axis in axes]
    return max(0, min((size for size in sizes if isinstance(size, int)), default=2) - 1)
