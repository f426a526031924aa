"""ScatterElements that adds (or takes the larger, the smaller), where the parser overwrites.

With indices that are known and differ from each other, the old values are gathered, combined with the
updates and written back. Otherwise an addition becomes a product with the matrix of hits.
"""

from __future__ import annotations

from jetdoctor.recipes.scatter import before_scattering, meets_nowhere, sum_by_matrix
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    adds = node.op_type == "ScatterElements" and node.attr("reduction", "none") == "add"
    return adds or node.input(1).is_constant_expression()


REWRITE = Rewrite("scatter_reduction_rewrite", "Combine before scattering", fits=_fits)


def rewrite(node, edit):
    reduction = node.attr("reduction", "none")
    if reduction not in ("add", "mul", "max", "min") or node.op_type not in ("ScatterElements", "ScatterND"):
        raise CannotRewrite("nothing is combined")
    if meets_nowhere(node, edit):
        edit.replace(node, before_scattering(node, edit))
    elif reduction == "add" and node.op_type == "ScatterElements":
        edit.replace(node, sum_by_matrix(node, edit))
    else:
        raise CannotRewrite("the indices may coincide, and only additions can be summed first")
