"""DFT: the axis from input to attribute (20), and as one matrix where it does not exist (17)."""

from __future__ import annotations

from typing import Any, List

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site

_LONGEST = 2048  # elements of an axis: its matrix has 4 * length^2


@step("DFT", 20)
def axis_to_attribute(site: Site) -> None:
    axis = int(site.needed(2, "the axis is").reshape(-1)[0]) if site.input(2) else -2
    if axis < 0:
        axis += site.rank(site.input(0))
    site.set("axis", axis)
    kept = [name for name in (site.input(0), site.input(1)) if name]
    site.inputs(*kept)
    site.note("axis %d from input to attribute" % axis)


@step("DFT", 17)
def as_matrix(site: Site) -> str:
    """[…, n, 1 or 2] with the axis moved before the last becomes rows of n * (1 or 2) numbers."""
    data, dims = site.input(0), site.dims(site.input(0))
    axis = site.attr("axis", 1)
    if dims is None or dims[axis] is None or dims[-1] is None or dims.count(None) > 1 or 0 in dims:
        raise CannotLower("DFT over sizes that are not known; opset %d has none" % site.opset)
    axis %= len(dims)
    length = int(site.needed(1, "dft_length is").reshape(-1)[0]) if site.input(1) else dims[axis]
    if max(length, dims[axis]) > _LONGEST or (site.attr("inverse", 0) and site.attr("onesided", 0)):
        raise CannotLower("DFT too long, or onesided and inverse; opset %d has none" % site.opset)
    matrix = _matrix(
        dims[axis], dims[-1], length, bool(site.attr("inverse", 0)), bool(site.attr("onesided", 0))
    )
    perm = list(range(len(dims)))
    perm[axis], perm[-2] = perm[-2], perm[axis]
    turned = data if axis == len(dims) - 2 else site.emit("Transpose", [data], perm=perm)
    rows = site.emit("Reshape", [turned, site.ints(-1, dims[axis] * dims[-1])])
    found = site.emit("MatMul", [rows, site.array(matrix, site.needed_element(data))])
    shape: List[Any] = [dims[i] for i in perm[:-2]] + [matrix.shape[1] // 2, 2]
    found = site.emit("Reshape", [found, site.ints(*(-1 if size is None else size for size in shape))])
    return str(found if axis == len(dims) - 2 else site.emit("Transpose", [found], perm=perm))


def _matrix(given: int, parts: int, length: int, inverse: bool, onesided: bool) -> Any:
    """[given * parts, frequencies * 2]: what each number adds to real and imaginary parts."""
    import numpy as np

    count = length // 2 + 1 if onesided else length
    turns = np.outer(np.arange(given), np.arange(count)) % length * (2 * np.pi / length)
    wave = np.exp((1j if inverse else -1j) * turns) / (length if inverse else 1)
    wave[length:] = 0  # a length shorter than the axis cuts it
    units = np.array([1, 1j])[:parts]
    values = wave[:, None, :] * units[None, :, None]
    return np.stack([values.real, values.imag], axis=-1).reshape(given * parts, count * 2)
