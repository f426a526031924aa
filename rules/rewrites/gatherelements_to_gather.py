"""GatherElements as Gather from a flat table, with the numbers of the elements (onnx GatherElements-11).

For sizes that are open, which the parser refuses before TensorRT 8.2.
"""

from __future__ import annotations

from jetdoctor.recipes.gather import gather_elements
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gatherelements_to_gather", "Gather from a flat table")


def rewrite(node, edit):
    edit.replace(node, gather_elements(node, edit))
