"""MatMul of a vector with a batch of matrices: the vector as a row, and the row axis out again (onnx MatMul-13)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("matmul_vector_as_row", "Multiply the vector as a matrix of one row")


def rewrite(node, edit):
    vector, batch = node.input(0), node.input(1)
    if edit.rank(vector) != 1 or edit.rank(batch) < 2:
        raise CannotRewrite("not a vector with a matrix")
    product = edit.add("MatMul", [edit.unsqueeze(vector.name, [0]), batch.name])
    edit.replace(node, [edit.squeeze(product, [edit.rank(batch) - 2])])
