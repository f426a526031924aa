"""DFT over sizes that are only known at run time: cosines and sines computed in the graph."""

from __future__ import annotations

import math
from typing import List, Tuple

from jetdoctor.fix.opset.adapters.numbers import count_to, number, shaped, size
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_FLOAT, _INT64 = 1, 7
_FLOATS = (_FLOAT, 11)


def transformed(site: Site) -> str:
    """Sum over the axis of (re + i im) * (cos -+ i sin), in the type of the data."""
    data, rank = site.input(0), site.rank(site.input(0))
    parts, element = (site.dims(data) or [None])[-1], site.needed_element(data)
    inverse, onesided = bool(site.attr("inverse", 0)), bool(site.attr("onesided", 0))
    if parts is None or (inverse and onesided) or element not in _FLOATS:
        raise CannotRewrite("DFT of an unknown kind of numbers, onesided and inverse, or in half precision")
    axis = site.attr("axis", 1) % rank
    length = _length(site, axis)
    cosine, sine = _waves(site, size(site, data, axis), length, onesided, element)
    if inverse:
        scale = site.add("Cast", [length], to=element)
        cosine, sine = (site.add("Div", [wave, scale]) for wave in (cosine, site.add("Neg", [sine])))
    perm = [i for i in range(rank - 1) if i != axis] + [axis]
    rows = [_part(site, data, part, perm) for part in range(parts)]
    real, imaginary = site.add("MatMul", [rows[0], cosine]), site.add("Neg", [site.add("MatMul", [rows[0], sine])])
    if parts == 2:
        real = site.add("Add", [real, site.add("MatMul", [rows[1], sine])])
        imaginary = site.add("Add", [imaginary, site.add("MatMul", [rows[1], cosine])])
    back = [perm.index(i) for i in range(rank - 1)]
    pair = [site.add("Transpose", [name], perm=back) for name in (real, imaginary)]
    return str(site.add("Concat", [shaped(site, name, *[0] * (rank - 1), 1) for name in pair], axis=rank - 1))


def _length(site: Site, axis: int) -> str:
    """dft_length, or the size of the axis, as a scalar."""
    if not site.input(1):
        return size(site, site.input(0), axis)
    given = site.input(1)
    if site.element(given) != _INT64:
        given = site.add("Cast", [given], to=_INT64)
    return shaped(site, given)


def _part(site: Site, data: str, part: int, perm: List[int]) -> str:
    """Real (0) or imaginary (1) part, the axis last."""
    return str(site.add("Transpose", [site.add("Gather", [data, number(site, part)], axis=len(perm))], perm=perm))


def _waves(site: Site, given: str, length: str, onesided: bool, element: int) -> Tuple[str, str]:
    """[given, frequencies]: cosine and sine of 2 pi n k / length, zero from ``length`` on, which is cut."""
    count = length
    if onesided:
        count = site.add("Add", [site.add("Div", [length, number(site, 2)]), number(site, 1)])
    index = shaped(site, count_to(site, given), -1, 1)
    turns = site.add("Mul", [index, shaped(site, count_to(site, count), 1, -1)])
    # The whole turns are taken off before the type gets narrow.
    turns = site.add("Cast", [site.add("Mod", [turns, length])], to=element)
    step = site.add("Div", [site.tensor(2 * math.pi, element), site.add("Cast", [length], to=element)])
    angle = site.add("Mul", [turns, step])
    kept = site.add("Cast", [site.add("Less", [index, length])], to=element)
    cosine, sine = (site.add("Mul", [site.add(name, [angle]), kept]) for name in ("Cos", "Sin"))
    return cosine, sine
