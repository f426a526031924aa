"""Inputs whose only legal values follow from the sizes of what else their reader gets."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Tuple

#: Makes an array of the values of an input, given its shape.
Fill = Callable[[Tuple[int, ...]], Any]


def _split(node: Any) -> Optional[Fill]:
    """Sizes that add up to the axis, the last one taking what is left."""
    shape, axis = node.input(0).shape, node.attr("axis", 0)
    size = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    return (lambda given: _shares(size, given)) if isinstance(size, int) else None


def _shares(size: int, shape: Tuple[int, ...]) -> Any:
    import numpy

    parts = numpy.full(shape, size // shape[0] if shape and shape[0] else 1)
    if parts.ndim:
        parts[-1:] += size - parts.sum()
    return parts


def _output_shape(node: Any) -> Optional[Fill]:
    """The shape that the model states for the output."""
    stated = node.output().static_shape
    return (lambda given: _vector(stated, given)) if stated is not None else None


def _grid_size(node: Any) -> Optional[Fill]:
    """[N, C, …] with the batch of theta, one channel, and sides of 3, 4, 5."""
    theta = node.input(0).static_shape
    return (lambda given: _vector((theta[0], 1, 3, 4, 5), given)) if theta else None


def _vector(values: Tuple[int, ...], shape: Tuple[int, ...]) -> Any:
    import numpy

    return numpy.resize(numpy.array(values), shape)


_BY_SIZES: Dict[Tuple[str, int], Callable[[Any], Optional[Fill]]] = {
    ("Split", 1): _split,
    ("SplitToSequence", 1): _split,
    ("MaxUnpool", 2): _output_shape,
    ("AffineGrid", 1): _grid_size,
}


def steered(node: Any, index: int) -> Optional[Fill]:
    """How to fill an input of ``node``; None when its values are free or the sizes are not known."""
    maker = _BY_SIZES.get((node.op_type, index))
    return maker(node) if maker else None


def parsed_as_number(node: Any, index: int) -> bool:
    """Whether a text that the node reads must spell a number."""
    if index or node.op_type not in ("Cast", "CastLike"):
        return False
    return node.output().dtype not in ("STRING", None)
