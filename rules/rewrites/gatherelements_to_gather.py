"""GatherElements as Gather from a flat table, with the numbers of the elements (onnx GatherElements-11).

For sizes that are open, which the parser refuses before TensorRT 8.2.
"""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gatherelements_to_gather", "Gather from a flat table")


def rewrite(node, edit):
    data, indices = node.input(0), node.input(1)
    rank = edit.rank(data)
    axis = node.attr("axis", 0) % rank
    index = indices.name if edit.dtype(indices) == "INT64" else edit.cast(indices.name, "INT64")
    coordinates = []
    for other in range(rank):
        own = edit.counted_from_start(index, data, axis) if other == axis else edit.along(indices, other, rank)
        coordinates.append((own, data, other))
    table = edit.reshape(data.name, [-1])
    edit.replace(node, [edit.add("Gather", [table, edit.element_number(coordinates)], axis=0)])
