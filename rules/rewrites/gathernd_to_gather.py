"""GatherND as Gather from a flat table, with linear indices (onnx GatherND-12; importer from TensorRT 8.2).

Index tuples become row numbers of the table; a negative index counts from the end.
"""

from __future__ import annotations

from jetdoctor.recipes.gather import gather_nd
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gathernd_to_gather", "Gather rows of a flat table")


def rewrite(node, edit):
    edit.replace(node, gather_nd(node, edit))
