"""Cast and CastLike: float8 saturation (19), rounding (24), and the type taken from a tensor (15)."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_FLOAT8 = range(17, 21)
_FLOAT8E8M0 = 24


@step("Cast CastLike", 24)
def unrounded(site: Site) -> None:
    """round_mode only concerns float8e8m0."""
    if site.attr("round_mode", "up") != "up" and _target(site) != _FLOAT8E8M0:
        site.remove("round_mode")


@step("Cast CastLike", 19)
def unsaturated(site: Site) -> None:
    """saturate only concerns the float8 types."""
    if not site.attr("saturate", 1) and _target(site) not in _FLOAT8:
        site.remove("saturate")


def _target(site: Site) -> int:
    if site.node.op_type == "Cast":
        return int(site.attr("to", 0))
    return site.needed_element(site.input(1))
