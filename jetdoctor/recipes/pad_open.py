"""Pad with amounts or axes that are only known at run time: one Gather per axis, by indices that are computed."""

from __future__ import annotations

from typing import Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.pad import pads_of_every_axis


def pad_by_gather(node: Node, build: Build) -> str:
    """The padded data, in every mode; a negative amount crops, before anything is added."""
    build.needs(11)  # Range, pads as an input
    rank, axes, data, pads = build.rank(node.input(0)), build.array(node.input(3)), node.inputs[0], node.inputs[1]
    if node.present(3) and axes is None:
        pads = pads_of_every_axis(node, build)
    chosen = list(range(rank)) if axes is None else [int(axis) % rank for axis in axes]
    mode = node.attr("mode", "constant")
    value = node.inputs[2] if node.present(2) else build.scalar(0, build.dtype(node.input(0)))
    for index, axis in enumerate(chosen):
        before, after = (build.element_at(pads, index + half) for half in (0, len(chosen)))
        start, kept, places = _places(build, build.size(node.input(0), axis), before, after)
        inner = _inside(build, places, kept, mode)
        found = build.add("Gather", [data, build.add("Add", [inner, start])], axis=axis)
        if mode == "constant":
            hit = build.reshape(build.add("Equal", [inner, places]), [-1 if i == axis else 1 for i in range(rank)])
            found = build.add("Where", [hit, found, value])
        data = found
    return data


def _places(build: Build, count: str, before: str, after: str) -> Tuple[str, str, str]:
    """Where the kept part starts, how long it is, and where each new element lies from there."""
    zero = build.scalar(0, "INT64")
    start = build.larger(build.add("Neg", [before]), zero)
    cut = build.larger(build.add("Neg", [after]), zero)
    kept = build.add("Sub", [build.add("Sub", [count, start]), cut])
    begin, end = build.larger(before, zero), build.larger(after, zero)
    total = build.add("Add", [build.add("Add", [kept, begin]), end])
    return start, kept, build.add("Sub", [build.count_to(total), begin])


def _inside(build: Build, places: str, kept: str, mode: str) -> str:
    """The element of the kept part that is seen at each place."""
    if mode == "wrap":
        return str(build.add("Mod", [places, kept]))
    if mode == "reflect":
        one = build.scalar(1, "INT64")
        last = build.add("Sub", [kept, one])
        period = build.larger(build.add("Add", [last, last]), one)
        back = build.add("Mod", [places, period])
        return build.smaller(back, build.add("Sub", [period, back]))
    return build.within(places, kept)
