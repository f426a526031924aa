"""Softmax, LogSoftmax, Hardmax: below 13 they flatten the tensor to two dimensions at ``axis``."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Softmax LogSoftmax Hardmax", 13)
def over_one_axis(site: Site) -> Optional[str]:
    """Equal as it stands when every dim after the axis is 1; otherwise the axis is moved to the end."""
    axis, data = site.attr("axis", -1), site.input(0)
    if axis == -1 and site.dims(data) is None:
        site.set("axis", -1)
        return None
    rank = site.rank(data)
    if rank == 0:
        return _of_a_scalar(site)
    axis %= rank
    dims = site.dims(data) or []
    if all(dim == 1 for dim in dims[axis + 1 :]):
        site.set("axis", axis)
        return None
    perm = [i for i in range(rank)]
    perm[axis], perm[-1] = perm[-1], perm[axis]
    site.note("axis %d moved to the end and back" % axis)
    moved = site.add("Transpose", [data], perm=perm)
    return site.add("Transpose", [site.copied([moved], axis=rank - 1)], perm=perm)


def _of_a_scalar(site: Site) -> str:
    row = site.add("Reshape", [site.input(0), site.ints([1, 1])])
    import numpy as np

    return site.add("Reshape", [site.copied([row], axis=1), site.constant(np.zeros(0, "int64"))])
