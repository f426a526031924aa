"""STFT of a real signal as a strided convolution with the windowed waves (onnx STFT-17)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("stft_conv", "Write STFT as a convolution")

_LARGEST = 1 << 24  # elements of the kernel


def rewrite(node, edit):
    signal, dtype = node.input(0), edit.dtype(node.input(0))
    step, window = _constant(edit, node, 1), _constant(edit, node, 2)
    length = _constant(edit, node, 3)
    if step is None or (length is None and window is None):
        raise CannotRewrite("the frame's step or length is not constant")
    if node.present(2) and window is None:
        raise CannotRewrite("the window is not constant")
    if edit.rank(signal) == 3 and edit.sizes(signal, [2])[0] != 1:
        raise CannotRewrite("a complex signal")
    size = int(length.reshape(-1)[0]) if length is not None else window.size
    kernel = _waves(size, window, node.attr("onesided", 1))
    if kernel.size > _LARGEST:
        raise CannotRewrite("a frame of %d values is too long" % size)
    bins = kernel.shape[0] // 2
    row = edit.reshape(signal.name, [0, 1, -1])
    stride = int(step.reshape(-1)[0])
    waves = edit.add(
        "Conv", [row, edit.tensor(kernel, dtype)], kernel_shape=[size], strides=[stride], pads=[0, 0]
    )
    parts = edit.reshape(waves, [0, 2, bins, -1])
    edit.replace(node, [edit.transpose(parts, [0, 3, 2, 1])])


def _constant(edit, node, index):
    return edit.array(node.input(index)) if node.present(index) else None


def _waves(size, window, onesided):
    """[2 * bins, 1, size]: cosines, then negative sines, each times the window (of the same length)."""
    import numpy as np

    bins = size // 2 + 1 if onesided else size
    angles = 2 * np.pi * (np.outer(np.arange(bins), np.arange(size)) % size) / size
    shape = np.ones(size) if window is None else window.astype(np.float64).reshape(-1)
    if shape.size != size:
        raise CannotRewrite("window and frame differ in length")
    return (np.concatenate([np.cos(angles), -np.sin(angles)]) * shape)[:, None, :]
