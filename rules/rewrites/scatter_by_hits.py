"""Scatter wherever the indices point: which update hits which place, then reduced and combined.

For ScatterElements whose indices cover the other axes, and for ScatterND (onnx 11 to 18), with sizes that may be
open. Sums of floats are products with the table of hits where sizes are known (see ``scatter_reduction_rewrite``);
everything else is chosen and reduced. Without a reduction the last update that hits a place is taken.
"""

from __future__ import annotations

from jetdoctor.recipes.scatter import by_hits
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("scatter_by_hits", "Reduce the updates of each position, then combine")

_LARGEST = 1 << 20  # updates by places, for every lane


def rewrite(node, edit):
    edit.replace(node, by_hits(node, edit, _LARGEST))
