"""Whether ``fix`` is sure to write what a finding offers, or only its proof tells.

A model that rounds to quantized steps answers a change in the last digit with a whole step. A fix that computes the
same in another order is then proven equal on some models and not on others, which no look at them tells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Tuple

from jetdoctor.catalog import Catalog
from jetdoctor.graph import Model
from jetdoctor.types import Finding, Fix

_ROUNDING = ("DynamicQuantizeLinear", "QuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM")


def rounds(model: Model) -> bool:
    """Whether a value of the run is rounded to quantized steps."""
    return any(
        node.op_type in _ROUNDING and not node.output(0).is_constant_expression()
        for graph in model.graphs()
        for node in graph.nodes
    )


def only_a_run_tells(finding: Finding, catalog: Catalog) -> Finding:
    """The finding of a model that rounds, with the promise of each of its fixes."""
    fixes: Tuple[Fix, ...] = tuple(_judged(fix, catalog) for fix in finding.fixes)
    return finding if fixes == finding.fixes else replace(finding, fixes=fixes)


def _judged(fix: Fix, catalog: Catalog) -> Fix:
    if fix.applicability == "manual" or (fix.rewrite and catalog.rewrite(fix.rewrite).exact):
        return fix
    return replace(fix, promise="run")
