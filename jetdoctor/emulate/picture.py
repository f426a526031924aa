"""Two outputs as small grids of numbers to draw: the original, the same as it is read, and how far apart."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

#: a grid has at most this many rows and columns; a larger plane is averaged over blocks
MOST_CELLS = 32

#: a plane is an image from this many rows and columns on
_LEAST_SIDE = 8


def picture(run: str, left: Any, right: Any) -> Optional[Dict[str, Any]]:
    """The plane of an image-like output where two arrays of one shape are furthest apart; None for other outputs.

    ``run`` is the name of the inputs. ``plane`` says which plane of the output it is (one index for each axis, ":" for
    the two that are shown); ``original``, ``as_read`` and ``difference`` (of absolute values) are lists of rows, an
    element the mean over its block and None where that is NaN or Inf.
    """
    import numpy

    axes = _plane(left)
    if axes is None or getattr(right, "shape", None) != left.shape:
        return None
    sides = [numpy.moveaxis(numpy.asarray(side, "float64"), axes, (-2, -1)) for side in (left, right)]
    with numpy.errstate(all="ignore"):
        apart = numpy.abs(sides[0] - sides[1])
    at = _furthest(apart)
    grids = [_grid(values[at]) for values in (sides[0], sides[1], apart)]
    indices = iter(at)
    plane = [":" if axis in axes else str(next(indices)) for axis in range(left.ndim)]
    named = dict(zip(("original", "as_read", "difference"), grids))
    return dict(named, run=run, plane="[%s]" % ", ".join(plane))


def _plane(array: Any) -> Optional[Tuple[int, int]]:
    """The two axes of an image: the last two, or those before one to four channels at the end."""
    if getattr(array, "dtype", None) is None or array.dtype.kind not in "fiub" or array.ndim < 2:
        return None
    last = array.ndim - 1
    pairs = [(last - 1, last)]
    if array.ndim > 2 and array.shape[last] <= 4:
        pairs.append((last - 2, last - 1))
    return next((pair for pair in pairs if min(array.shape[axis] for axis in pair) >= _LEAST_SIDE), None)


def _furthest(apart: Any) -> Tuple[int, ...]:
    """Index of the plane (the last two axes) with the largest sum; one side that is NaN or Inf outweighs all."""
    import numpy

    sums = numpy.nan_to_num(apart, nan=1e300, posinf=1e300).clip(max=1e300 / apart.size).sum(axis=(-2, -1))
    return tuple(int(index) for index in numpy.unravel_index(int(sums.argmax()), sums.shape))


def _grid(plane: Any) -> List[List[Optional[float]]]:
    import numpy

    edges = [numpy.linspace(0, side, min(side, MOST_CELLS) + 1).astype(int) for side in plane.shape]
    sums = numpy.add.reduceat(numpy.add.reduceat(plane, edges[0][:-1], axis=0), edges[1][:-1], axis=1)
    means = sums / numpy.outer(numpy.diff(edges[0]), numpy.diff(edges[1]))
    return [[float("%.4g" % cell) if numpy.isfinite(cell) else None for cell in row] for row in means]
