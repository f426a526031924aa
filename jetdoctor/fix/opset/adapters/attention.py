"""Attention (23), which onnx's function body writes out."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


@step("Attention", 23)
def scores_as_runtimes_give_them(site: Site) -> None:
    """The score output after a causal mask: the definition says -inf there, ONNX Runtime 1.31 a finite number."""
    if site.output(3) and site.attr("is_causal", 0) and site.attr("qk_matmul_output_mode", 0) >= 1:
        raise CannotRewrite("the masked scores as an output, where runtimes differ from the definition")
