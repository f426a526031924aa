"""Range in half precision (27) and an optional without input (18)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_FLOAT, _FLOAT16, _BFLOAT16 = 1, 10, 16


@step("Range", 27)
def range_in_float(site: Site) -> Optional[str]:
    """stash_type only concerns half precision, which opset 26 has no Range for."""
    element = site.element(site.input(0))
    if element not in (_FLOAT16, _BFLOAT16):
        site.remove("stash_type")
        return None
    wide = [site.emit("Cast", [name], to=_FLOAT) for name in site.node.input]
    return site.emit("Cast", [site.emit("Range", wide)], to=element)


@step("OptionalHasElement", 18)
def nothing_given(site: Site) -> Optional[str]:
    """Since 18 the input may be left out: then there is no element."""
    if site.input(0):
        return None
    import numpy as np

    return site.emit("Identity", [site.array(np.zeros((), "bool"))])
