"""DFT (17, 20) as one product with a constant matrix, STFT (17) as a convolution or as such products of frames.

X[k] = sum x[n] exp(-2 pi i k n / N); the inverse has the other sign and divides by N. Real and imaginary part lie along
a last axis of size 1 or 2.
"""

from __future__ import annotations

from typing import Any, List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.fourier_open import dft_of_open_sizes
from jetdoctor.rule import CannotRewrite

_LARGEST = 1 << 24  # elements of a matrix


def dft(node: Node, build: Build) -> str:
    """By a constant matrix where length and axis are known, else with waves that are computed."""
    x, rank = node.input(0), build.rank(node.input(0))
    axis, shape = _axis(node, build) % rank, node.input(0).shape or ()
    given = build.array(node.input(1)) if node.present(1) else None
    size, parts = shape[axis], shape[-1]
    if axis == rank - 1:
        raise CannotRewrite("the last axis holds the real and imaginary parts")
    if not isinstance(size, int) or not isinstance(parts, int) or (node.present(1) and given is None):
        return dft_of_open_sizes(node, build, axis)
    inverse, onesided = bool(node.attr("inverse", 0)), bool(node.attr("onesided", 0))
    whole = 2 * (size - 1) if inverse and onesided else size
    matrix = _matrix(size, parts, whole if given is None else int(given.reshape(-1)[0]), inverse, onesided)
    perm = list(range(rank))
    perm[axis], perm[-2] = perm[-2], perm[axis]
    rows = build.reshape(build.transpose(x.name, perm), [0] * (rank - 2) + [size * parts])
    found = build.add("MatMul", [rows, build.tensor(matrix, build.dtype(x))])
    results = 1 if inverse and onesided else 2
    return build.transpose(build.reshape(found, [0] * (rank - 2) + [-1, results]), perm)


def _axis(node: Node, build: Build) -> int:
    if node.opset < 20:
        return int(node.attr("axis", 1))
    axis = build.array(node.input(2)) if node.present(2) else None
    if axis is None and node.present(2):
        raise CannotRewrite("the axis is not constant")
    return -2 if axis is None else int(axis.reshape(-1)[0])


def _matrix(given: int, parts: int, length: int, inverse: bool, onesided: bool) -> Any:
    """[given * parts, frequencies * 2]: what each number adds to real and imaginary parts."""
    import numpy as np

    count = length if inverse or not onesided else length // 2 + 1
    if not given or not length or 2 * given * parts * count > _LARGEST:
        raise CannotRewrite("a transform of %d points is empty or needs too large a matrix" % length)
    if inverse and onesided:
        return _real_inverse(given, parts, length)
    turns = np.outer(np.arange(given), np.arange(count)) % length * (2 * np.pi / length)
    wave = np.exp((1j if inverse else -1j) * turns) / (length if inverse else 1)
    wave[length:] = 0  # a length shorter than the axis cuts it
    values = wave[:, None, :] * np.array([1, 1j])[None, :parts, None]
    return np.stack([values.real, values.imag], axis=-1).reshape(given * parts, count * 2)


def _real_inverse(given: int, parts: int, length: int) -> Any:
    """[given * parts, length]: half of a spectrum back to real numbers; the other half is its mirror."""
    import numpy as np

    turns = np.outer(np.arange(given), np.arange(length)) % length * (2 * np.pi / length)
    twice = np.where((np.arange(given) == 0) | (np.arange(given) * 2 == length), 1.0, 2.0)[:, None] / length
    twice[length // 2 + 1 :] = 0
    values = np.stack([np.cos(turns) * twice, -np.sin(turns) * twice], axis=1)
    return values[:, :parts].reshape(given * parts, length)


def stft(node: Node, build: Build) -> str:
    """By a strided convolution where step and window are known and the signal is real, else frame by frame."""
    signal, shape, dtype = node.input(0), node.input(0).shape or (), build.dtype(node.input(0))
    step, window, count = (build.array(node.input(i)) if node.present(i) else None for i in (1, 2, 3))
    length = _frame(node, count)
    real = len(shape) == 2 or (len(shape) == 3 and shape[2] == 1)
    if step is None or not real or dtype not in ("FLOAT", "FLOAT16") or (window is None and node.present(2)):
        return _framed(node, build, length)
    kernel = _waves(length, window, bool(node.attr("onesided", 1)))
    waves = build.add(
        "Conv",
        [build.reshape(signal.name, [0, 1, -1]), build.tensor(kernel, dtype)],
        kernel_shape=[length],
        strides=[int(step.reshape(-1)[0])],
        pads=[0, 0],
    )
    return build.transpose(build.reshape(waves, [0, 2, len(kernel) // 2, -1]), [0, 3, 2, 1])


def _frame(node: Node, count: Any) -> int:
    """Numbers in a frame: as stated, or those of the window."""
    shape = node.input(2).shape if node.present(2) else None
    size: Any = shape[0] if shape else None if count is None else int(count.reshape(-1)[0])
    if not isinstance(size, int):
        raise CannotRewrite("frames of unknown length")
    return size


def _waves(size: int, window: Any, onesided: bool) -> Any:
    """[2 * bins, 1, size]: cosines, then negative sines, each times the window."""
    import numpy as np

    bins = size // 2 + 1 if onesided else size
    if 2 * bins * size > _LARGEST:
        raise CannotRewrite("a frame of %d values is too long" % size)
    angles = 2 * np.pi * (np.outer(np.arange(bins), np.arange(size)) % size) / size
    shape = np.ones(size) if window is None else window.astype(np.float64).reshape(-1)
    return (np.concatenate([np.cos(angles), -np.sin(angles)]) * shape)[:, None, :]


def _framed(node: Node, build: Build, length: int) -> str:
    """Every frame of the signal, gathered, times the window, times the matrix of a DFT."""
    import numpy as np

    build.needs(11)  # Range
    signal, shape = node.input(0), node.input(0).shape or ()
    parts: Any = shape[2] if len(shape) == 3 else None
    if not isinstance(parts, int):
        raise CannotRewrite("a signal that may be real or complex")
    hop = node.inputs[1] if build.dtype(node.input(1)) == "INT64" else build.cast(node.inputs[1], "INT64")
    hop = build.reshape(hop, [1])
    room = build.add("Sub", [build.size(signal, 1), build.scalar(length, "INT64")])
    frames = build.add("Add", [build.add("Div", [room, hop]), build.ints([1])])
    starts = build.add("Mul", [build.count_to(build.reshape(frames, [])), hop])
    index = build.add("Add", [build.reshape(starts, [-1, 1]), build.constant(np.arange(length)[None])])
    found = build.add("Gather", [signal.name, index], axis=1)
    if node.present(2):
        found = build.add("Mul", [found, build.reshape(node.inputs[2], [-1, 1])])
    matrix = _matrix(length, parts, length, False, bool(node.attr("onesided", 1)))
    rows = build.reshape(found, [0, 0, length * parts])
    found = build.add("MatMul", [rows, build.tensor(matrix, build.dtype(signal))])
    sizes: List[int] = [0, 0, matrix.shape[1] // 2, 2]
    return build.reshape(found, sizes)
