"""Output sizes of Resize under an aspect ratio policy, and as scales."""

from __future__ import annotations

import math
from typing import Any, List

from jetdoctor.fix.opset.site import Site


def aspect_as_scale(site: Site) -> bool:
    """Turn keep_aspect_ratio_policy with constant sizes into the scale that it stands for.

    False when an output size is rounded up, which a scale cannot say, or a size is not known.
    """
    import numpy as np

    policy = site.attr("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch" or not site.input(3):
        return True
    sizes, dims = site.known(3), site.dims(site.input(0))
    axes = site.attr("axes") or (range(len(dims)) if dims else ())
    lengths: List[Any] = [dims[axis] for axis in axes] if dims else [None]
    if sizes is None or None in lengths or 0 in lengths:
        return False
    choose = min if policy == "not_larger" else max
    scale = np.float32(choose(int(size) / length for size, length in zip(sizes, lengths)))
    for length in lengths:
        if math.floor(np.float32(length) * scale) != math.floor(length * float(scale) + 0.5):
            return False
    scales = site.constant(np.full(len(lengths), scale, "float32"))
    site.inputs(site.input(0), site.input(1), scales)
    site.note("%s as its scale" % policy)
    return True


def static_scales(site: Site) -> Any:
    """float32 scales of a Resize by sizes whose input shape is known, None when they would not give
    exactly the sizes back (floor(dim * scale) in float32, as runtimes compute it)."""
    import numpy as np

    sizes, dims = site.known(3), site.dims(site.input(0))
    if sizes is None or dims is None or None in dims or 0 in dims or len(sizes) != len(dims):
        return None
    scales = np.array([int(size) / dim for size, dim in zip(sizes, dims)], dtype="float32")
    back = np.floor(np.array(dims, dtype="float32") * scales)
    return scales if (back == sizes).all() else None
