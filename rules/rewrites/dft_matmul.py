"""DFT as multiplication with constant cosine and sine matrices (onnx DFT-17 and -20).

X[k] = sum x[n] exp(-2 pi i k n / N); the inverse has the other sign and divides by N. A complex tensor
has a last axis of size 2. The size along the transformed axis must be known.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("dft_matmul", "Write the Fourier transform out with constant matrices", constants=(1, 2))

_LARGEST = 1 << 22


def rewrite(node, edit):
    x, rank, dtype = node.input(0), edit.rank(node.input(0)), edit.dtype(node.input(0))
    axis = _axis(node, edit, rank)
    size, parts = edit.sizes(x, [axis])[0], edit.sizes(x, [rank - 1])[0]
    length = _length(node, edit, size)
    inverse, onesided = node.attr("inverse", 0), node.attr("onesided", 0)
    if inverse and onesided:
        raise CannotRewrite("a one-sided inverse rebuilds the other half")
    cosine, sine = _matrices(size, length, inverse, onesided, edit, dtype)
    if cosine.size > _LARGEST:
        raise CannotRewrite("a transform of %d points needs too large a matrix" % length)
    # Brings [.., n, .., part] to [.., part, n], multiplies, and brings it back.
    perm = [a for a in range(rank) if a not in (axis, rank - 1)] + [rank - 1, axis]
    moved = edit.transpose(x.name, perm)
    pieces = [_part(edit, moved, index, rank) for index in range(parts)]
    by_cos = [edit.add("MatMul", [piece, edit.constant(cosine)]) for piece in pieces]
    by_sin = [edit.add("MatMul", [piece, edit.constant(sine)]) for piece in pieces]
    real = by_cos[0] if parts == 1 else edit.add("Sub", [by_cos[0], by_sin[1]])
    imaginary = by_sin[0] if parts == 1 else edit.add("Add", [by_sin[0], by_cos[1]])
    both = edit.add("Concat", [real, imaginary], axis=rank - 2)
    edit.replace(node, [edit.transpose(both, [perm.index(a) for a in range(rank)])])


def _part(edit, name, index, rank):
    return edit.slice(name, [index], [index + 1], [rank - 2])


def _axis(node, edit, rank):
    if node.opset >= 20:
        axis = edit.array(node.input(2)) if node.present(2) else -2
        if axis is None:
            raise CannotRewrite("the axis is not constant")
        axis = int(axis if isinstance(axis, int) else axis.reshape(-1)[0])
    else:
        axis = node.attr("axis", 1)
    axis %= rank
    if axis == rank - 1:
        raise CannotRewrite("the last axis holds real and imaginary part")
    return axis


def _length(node, edit, size):
    if not node.present(1):
        return size
    length = edit.array(node.input(1))
    if length is None:
        raise CannotRewrite("the length is not constant")
    return int(length.reshape(-1)[0])


def _matrices(size, length, inverse, onesided, edit, dtype):
    """cos and sin parts, [size, bins]: longer inputs are cut and shorter ones padded with zeros."""
    import numpy as np

    bins = length // 2 + 1 if onesided else length
    n, k = np.arange(min(size, length)), np.arange(bins)
    angle = 2 * np.pi * ((n[:, None] * k[None, :]) % length) / length * (1 if inverse else -1)
    matrices = []
    for function in (np.cos, np.sin):
        matrix = np.zeros((size, bins))
        matrix[: len(n)] = function(angle) / (length if inverse else 1)
        matrices.append(edit.of(matrix, dtype))
    return matrices
