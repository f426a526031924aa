"""Scales, sizes and regions of some axes (Resize-18) as those of every axis."""

from __future__ import annotations

from typing import Dict, List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.resize import numbers_of_axes


def for_every_axis(node: Node, build: Build) -> Dict[int, str]:
    """What the node must read instead, by index of the input: the other axes keep their size."""
    axes, rank = numbers_of_axes(node, build), build.rank(node.input(0))
    found: Dict[int, str] = {}
    if axes == list(range(rank)):
        return found
    if node.present(1):
        crops = node.attr("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize"
        places = axes + [axis + rank for axis in axes]
        found[1] = _filled(node, build, 1, places, [0.0] * rank + [1.0] * rank) if crops else ""
    scales = build.array(node.input(2)) if node.present(2) else None
    if node.present(2) and (scales is None or scales.size):
        found[2] = _filled(node, build, 2, axes, [1.0] * rank)
    if node.present(3):
        found[3] = _sizes(node, build, axes, rank)
    return found


def _filled(node: Node, build: Build, index: int, places: List[int], rest: List[float]) -> str:
    """A vector with the given values at ``places`` and those of ``rest`` elsewhere."""
    import numpy as np

    value, dtype = build.array(node.input(index)), build.dtype(node.input(index))
    if value is not None:
        full = np.array(rest)
        full[places] = value
        return build.tensor(full, dtype)
    both = build.add("Concat", [node.inputs[index], build.tensor(rest, dtype)], axis=0)
    order = [places.index(i) if i in places else len(places) + i for i in range(len(rest))]
    return str(build.add("Gather", [both, build.ints(order)], axis=0))


def _sizes(node: Node, build: Build, axes: List[int], rank: int) -> str:
    sizes, shape = build.array(node.input(3)), node.input(0).shape or ()
    full = [int(sizes[axes.index(i)]) if i in axes and sizes is not None else shape[i] for i in range(rank)]
    if sizes is not None and all(isinstance(size, int) for size in full):
        return build.tensor(full, "INT64")
    both = build.add("Concat", [build.add("Shape", [node.inputs[0]]), node.inputs[3]], axis=0)
    order = [rank + axes.index(axis) if axis in axes else axis for axis in range(rank)]
    return str(build.add("Gather", [both, build.ints(order)], axis=0))
