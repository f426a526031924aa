"""DFT over sizes that are only known at run time: cosines and sines computed in the graph."""

from __future__ import annotations

import math
from typing import List, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


def dft_of_open_sizes(node: Node, build: Build, axis: int) -> str:
    """Sum over the axis of (re + i im) * (cos -+ i sin), in the type of the data."""
    build.needs(11)  # Range
    x, rank, dtype = node.input(0), build.rank(node.input(0)), build.dtype(node.input(0))
    parts, inverse, onesided = (x.shape or (None,))[-1], node.attr("inverse", 0), bool(node.attr("onesided", 0))
    if not isinstance(parts, int) or (inverse and onesided) or dtype not in ("FLOAT", "DOUBLE"):
        raise CannotRewrite("numbers of an unknown kind, onesided and inverse, or in half precision, of open size")
    length = _length(node, build, axis)
    cosine, sine = _waves(build, build.size(x, axis), length, onesided, dtype)
    if inverse:
        scale = build.cast(length, dtype)
        cosine, sine = (build.add("Div", [wave, scale]) for wave in (cosine, build.add("Neg", [sine])))
    perm = [i for i in range(rank - 1) if i != axis] + [axis]
    rows = [_part(build, x.name, part, perm) for part in range(parts)]
    real, imaginary = build.add("MatMul", [rows[0], cosine]), build.add("Neg", [build.add("MatMul", [rows[0], sine])])
    if parts == 2:
        real = build.add("Add", [real, build.add("MatMul", [rows[1], sine])])
        imaginary = build.add("Add", [imaginary, build.add("MatMul", [rows[1], cosine])])
    back = [perm.index(i) for i in range(rank - 1)]
    pair = [build.unsqueeze(build.transpose(name, back), [rank - 1]) for name in (real, imaginary)]
    return str(build.add("Concat", pair, axis=rank - 1))


def _length(node: Node, build: Build, axis: int) -> str:
    """dft_length, or the size of the axis, as a scalar."""
    if not node.present(1):
        return build.size(node.input(0), axis)
    given = node.inputs[1] if build.dtype(node.input(1)) == "INT64" else build.cast(node.inputs[1], "INT64")
    return build.reshape(given, [])


def _part(build: Build, data: str, part: int, perm: List[int]) -> str:
    """Real (0) or imaginary (1) part, the axis last."""
    return build.transpose(build.add("Gather", [data, build.scalar(part, "INT64")], axis=len(perm)), perm)


def _waves(build: Build, given: str, length: str, onesided: bool, dtype: str) -> Tuple[str, str]:
    """[given, frequencies]: cosine and sine of 2 pi n k / length, zero from ``length`` on, which is cut."""
    count = length
    if onesided:
        half = build.add("Div", [length, build.scalar(2, "INT64")])
        count = build.add("Add", [half, build.scalar(1, "INT64")])
    index = build.reshape(build.count_to(given), [-1, 1])
    turns = build.add("Mul", [index, build.reshape(build.count_to(count), [1, -1])])
    # The whole turns are taken off before the type gets narrow.
    turns = build.cast(build.add("Mod", [turns, length]), dtype)
    step = build.add("Div", [build.scalar(2 * math.pi, dtype), build.cast(length, dtype)])
    angle, kept = build.add("Mul", [turns, step]), build.cast(build.add("Less", [index, length]), dtype)
    cosine, sine = (build.add("Mul", [build.add(name, [angle]), kept]) for name in ("Cos", "Sin"))
    return cosine, sine
