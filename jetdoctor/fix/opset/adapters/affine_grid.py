"""AffineGrid (20) as a product of matrices."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


@step("AffineGrid", 20)
def affine_grid(site: Site) -> Optional[str]:
    """The places -1 … 1 of every pixel times theta; onnx's own definition has an If in it."""
    import numpy as np

    size = site.known(1)
    if size is None:
        return None
    lengths = [int(length) for length in size[2:]]
    corners = bool(site.attr("align_corners", 0))
    if 0 in lengths or (corners and 1 in lengths):
        raise CannotRewrite("AffineGrid of an empty axis, or of one pixel with align_corners")
    ends = [1.0 if corners else 1 - 1 / length for length in lengths]
    steps = [np.linspace(-end, end, length) for end, length in zip(ends, lengths)]
    places = [grid.reshape(-1) for grid in np.meshgrid(*steps, indexing="ij")]
    base = np.stack(places[::-1] + [np.ones_like(places[0])], axis=-1)  # theta takes x before y before z
    turned = site.add("Transpose", [site.input(0)], perm=[0, 2, 1])
    found = site.add("MatMul", [site.tensor(base, site.needed_element(site.input(0))), turned])
    return str(site.add("Reshape", [found, site.ints([0, *lengths, len(lengths)])]))
