"""Gemm without C (11)."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Gemm", 11)
def gemm_with_a_zero(site: Site) -> None:
    """Below 11 C is required: a single zero broadcasts."""
    if site.input(2):
        return
    zero = site.tensor(0, site.needed_element(site.input(0)))
    site.inputs(site.input(0), site.input(1), zero)
    site.note("a zero for the missing C")
