"""Resize (10 to 19) written out axis by axis: constant matrices, or constant indices for nearest.

For forms that a parser does not know or ignores: cubic, antialias, kept aspect ratio, other coordinates.

Coordinates are computed in FLOAT as ONNX Runtime does, since ties of ``nearest`` hang on the rounding.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_to_matrices", "Write the resize out with constant matrices or indices", constants=(2, 3))

_LARGEST_MATRIX = 1 << 22  # elements


def rewrite(node, edit):
    if node.attr("coordinate_transformation_mode", "") == "tf_crop_and_resize":
        raise CannotRewrite("a crop with the resize is not written out")
    rank, dtype = edit.rank(node.input(0)), edit.dtype(node.input(0))
    mode, result = node.attr("mode", "nearest"), node.inputs[0]
    changing = _resized_axes(node, edit)
    if changing and mode != "nearest" and dtype not in ("FLOAT", "FLOAT16", "DOUBLE"):
        raise CannotRewrite("%s rounds in its own way" % dtype)
    for axis, size, out, scale in changing:
        if mode == "nearest":
            index = edit.ints(_nearest_indices(node, size, out, scale))
            result = edit.add("Gather", [result, index], axis=axis)
        else:
            matrix = edit.of(_interpolation_matrix(node, size, out, scale), dtype)
            result = _along_axis(edit, result, axis, rank, matrix)
    edit.replace(node, [result])


def _resized_axes(node, edit):
    """[(axis, size before, size after, scale)] of the axes that change; their sizes must be fixed."""
    if node.op_type == "Upsample" or node.opset < 10:
        raise CannotRewrite("Upsample has no coordinate mode")
    import numpy as np

    x, rank = node.input(0), edit.rank(node.input(0))
    axes = [int(axis) % rank for axis in node.attr("axes", tuple(range(rank)))]
    first = 1 if node.opset < 11 else 2
    scales, sizes = _array(node, edit, first), _sizes(node, edit)
    if sizes is not None:
        return _from_sizes(node, edit, axes, sizes)
    if scales is None:
        raise CannotRewrite("neither scales nor sizes are constant")
    found = []
    for axis, scale in zip(axes, scales.tolist()):
        if scale != 1.0:
            (before,) = edit.sizes(x, [axis])
            found.append((axis, before, int(np.float32(before) * np.float32(scale)), scale))
    return found


def _array(node, edit, index):
    if not node.present(index):
        return None
    array = edit.array(node.input(index))
    if array is None:
        raise CannotRewrite("the scales or sizes are not constant")
    return array if array.size else None


def _sizes(node, edit):
    """Sizes after, as numbers or symbols; None when the node has none."""
    found = edit.elements(node.input(3)) if node.present(3) else None
    if node.present(3) and found is None:
        raise CannotRewrite("the scales or sizes are not constant")
    return found or None


def _from_sizes(node, edit, axes, sizes):
    x = node.input(0)
    # A size that is not fixed, and is the same symbol before and after, does not change.
    pairs = [(a, n) for a, n in zip(axes, sizes) if n is None or isinstance(n, int) or n != x.shape[a]]
    if not all(isinstance(n, int) for _, n in pairs):
        raise CannotRewrite("the scales or sizes are not constant")
    before = dict(zip((a for a, _ in pairs), edit.sizes(x, [a for a, _ in pairs])))
    policy = node.attr("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        if len(pairs) < len(axes):
            raise CannotRewrite("%s has a size that is not fixed" % x.name)
        ratios = [size / before[axis] for axis, size in pairs]
        scale = min(ratios) if policy == "not_larger" else max(ratios)
        pairs = [(axis, int(before[axis] * scale + 0.5)) for axis, _ in pairs]
        return [(a, before[a], n, scale) for a, n in pairs if (before[a], scale) != (n, 1.0)]
    return [(axis, before[axis], n, n / before[axis]) for axis, n in pairs if n != before[axis]]


def _coordinates(node, size, out, scale):
    """Positions in the input of every output pixel along one axis, FLOAT [out]."""
    import numpy as np

    one = np.float32
    index = np.arange(out, dtype=np.float32)
    default = "half_pixel" if node.opset >= 11 else "asymmetric"
    mode = node.attr("coordinate_transformation_mode", default)
    if mode == "align_corners":
        return index * one((size - 1) / (out - 1)) if out > 1 else np.zeros(1, np.float32)
    if mode == "asymmetric":
        return index / one(scale)
    if mode == "pytorch_half_pixel" and out == 1:
        return np.zeros(1, np.float32)
    if mode in ("half_pixel", "pytorch_half_pixel"):
        return (index + one(0.5)) / one(scale) - one(0.5)
    if mode == "tf_half_pixel_for_nn":
        return (index + one(0.5)) / one(scale)
    if mode == "half_pixel_symmetric":
        offset = one(size / 2.0 * (1 - out / (scale * size)))
        return offset + (index + one(0.5)) / one(scale) - one(0.5)
    raise CannotRewrite("coordinate mode %s is not written out" % mode)


def _nearest_indices(node, size, out, scale):
    """The input pixel of every output pixel, INT64 [out]."""
    import numpy as np

    place = _coordinates(node, size, out, scale)
    mode = node.attr("nearest_mode", "round_prefer_floor" if node.opset >= 11 else "floor")
    if mode == "round_prefer_floor":
        index = np.ceil(place - np.float32(0.5))
    elif mode == "round_prefer_ceil":
        index = np.floor(place + np.float32(0.5))
    else:
        index = np.floor(place) if mode == "floor" else np.ceil(place)
    return np.clip(index, 0, size - 1).astype(np.int64)


def _interpolation_matrix(node, size, out, scale):
    """FLOAT [out, size]: what each output pixel takes from each input pixel along one axis."""
    import numpy as np

    if size * out > _LARGEST_MATRIX:
        raise CannotRewrite("an interpolation matrix of %d x %d is too large" % (out, size))
    cubic = node.attr("mode", "nearest") == "cubic"
    matrix = np.zeros((out, size), dtype=np.float64)
    stretch = max(1.0, 1.0 / scale) if node.attr("antialias", 0) else 1.0
    # Pixels beyond the border repeat the border pixel.
    outside = "drop" if node.attr("exclude_outside", 0) else "fold"
    reach = 2 if cubic else 1
    for row, place in enumerate(_coordinates(node, size, out, scale).astype(np.float64)):
        if not cubic and stretch == 1:
            place = min(max(place, 0.0), size - 1.0)
        low = int(np.floor(place - reach * stretch)) + 1
        high = int(np.ceil(place + reach * stretch))
        for column in range(low, high):
            distance = abs(column - place) / stretch
            weight = _cubic(distance, node.attr("cubic_coeff_a", -0.75)) if cubic else max(0.0, 1 - distance)
            if 0 <= column < size:
                matrix[row, column] += weight
            elif outside == "fold":
                matrix[row, min(max(column, 0), size - 1)] += weight
    if outside == "drop" or stretch > 1:
        total = matrix.sum(axis=1, keepdims=True)
        matrix = matrix / np.where(total == 0, 1, total)
    return matrix.astype(np.float32)


def _cubic(t, a):
    if t < 1:
        return ((a + 2) * t - (a + 3)) * t * t + 1
    return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a if t < 2 else 0.0


def _along_axis(edit, name, axis, rank, matrix):
    """``matrix`` [out, size] applied to one axis of ``name``."""
    if axis == rank - 2:
        return edit.add("MatMul", [edit.constant(matrix), name])
    if axis == rank - 1:
        return edit.add("MatMul", [name, edit.constant(matrix.T)])
    perm = [a for a in range(rank) if a != axis] + [axis]
    back = [perm.index(a) for a in range(rank)]
    moved = edit.add("MatMul", [edit.transpose(name, perm), edit.constant(matrix.T)])
    return edit.transpose(moved, back)
