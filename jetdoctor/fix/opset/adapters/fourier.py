"""DFT: the axis from input to attribute (20), and as one matrix where it does not exist (17)."""

from __future__ import annotations

from typing import Any, List, Optional

from jetdoctor.fix.opset.adapters.fourier_runtime import transformed
from jetdoctor.fix.opset.adapters.numbers import count_to, number, shaped, size, stated
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_INT64 = 7
_LONGEST = 2048  # elements of an axis: its matrix has 4 * length^2


@step("DFT", 20)
def axis_to_attribute(site: Site) -> Optional[str]:
    found = site.known(2)
    if site.input(2) and found is None:
        return _with_axis_in_the_middle(site)
    axis = -2 if found is None else int(found.reshape(-1)[0])
    if axis < 0:
        axis += site.rank(site.input(0))
    site.set("axis", axis)
    kept = [name for name in (site.input(0), site.input(1)) if name]
    site.inputs(*kept)
    site.note("axis %d from input to attribute" % axis)
    return None


def _with_axis_in_the_middle(site: Site) -> str:
    """An axis of the run time: reshaped to [what is before, axis, what is after, 1 or 2] and back."""
    data, rank = site.input(0), site.rank(site.input(0))
    axis = shaped(site, site.input(2), 1)
    if site.element(axis) != _INT64:
        axis = site.add("Cast", [axis], to=_INT64)
    axis = site.add("Mod", [axis, site.ints([rank])])
    shape, following = site.add("Shape", [data]), site.add("Add", [axis, site.ints([1])])
    before = site.add("Slice", [shape, site.ints([0]), axis])
    after = site.add("Slice", [shape, following, site.ints([-1])])
    outer = [site.add("ReduceProd", [sizes], keepdims=1) for sizes in (before, after)]
    length = site.add("Slice", [shape, axis, following])
    sizes = site.add("Concat", [outer[0], length, outer[1], _last(site, shape)], axis=0)
    known = [None, None, None, (site.dims(data) or [None])[-1]]
    flat = stated(site, site.add("Reshape", [data, sizes], allowzero=1), site.needed_element(data), known)
    kept = [name for name in (flat, site.input(1)) if name]
    found = site.copied(kept, axis=1)
    sizes = site.add("Shape", [found])
    parts = [before, site.add("Slice", [sizes, site.ints([1]), site.ints([2])]), after, _last(site, sizes)]
    # A length of 0 is one: the inverse of a single number.
    return str(site.add("Reshape", [found, site.add("Concat", parts, axis=0)], allowzero=1))


def _last(site: Site, sizes: str) -> str:
    return str(site.add("Gather", [sizes, site.ints([-1])], axis=0))


@step("DFT", 17)
def as_matrix(site: Site) -> str:
    """[…, n, 1 or 2] with the axis moved before the last becomes rows of n * (1 or 2) numbers."""
    data, dims = site.input(0), site.dims(site.input(0))
    if dims is None:
        raise CannotRewrite("DFT of an unknown rank; opset %d has none" % site.opset)
    axis, given = site.attr("axis", 1) % len(dims), site.known(1)
    if dims[axis] is None or dims[-1] is None or dims.count(None) > 1 or (site.input(1) and given is None):
        return transformed(site)
    inverse, onesided = bool(site.attr("inverse", 0)), bool(site.attr("onesided", 0))
    whole = 2 * (dims[axis] - 1) if inverse and onesided else dims[axis]
    length = whole if given is None else int(given.reshape(-1)[0])
    if 0 in dims or max(length, dims[axis]) > _LONGEST:
        raise CannotRewrite("DFT of nothing or too long; opset %d has none" % site.opset)
    matrix = _matrix(dims[axis], dims[-1], length, inverse, onesided)
    perm = list(range(len(dims)))
    perm[axis], perm[-2] = perm[-2], perm[axis]
    turned = data if axis == len(dims) - 2 else site.add("Transpose", [data], perm=perm)
    rows = site.add("Reshape", [turned, site.ints([-1, dims[axis] * dims[-1]])])
    found = site.add("MatMul", [rows, site.tensor(matrix, site.needed_element(data))])
    parts = 1 if inverse and onesided else 2
    shape: List[Any] = [dims[i] for i in perm[:-2]] + [matrix.shape[1] // parts, parts]
    found = site.add("Reshape", [found, site.ints(-1 if dim is None else dim for dim in shape)])
    return str(found if axis == len(dims) - 2 else site.add("Transpose", [found], perm=perm))


def _matrix(given: int, parts: int, length: int, inverse: bool, onesided: bool) -> Any:
    """[given * parts, frequencies * 2]: what each number adds to real and imaginary parts."""
    import numpy as np

    if inverse and onesided:
        return _real_inverse(given, parts, length)
    count = length // 2 + 1 if onesided else length
    turns = np.outer(np.arange(given), np.arange(count)) % length * (2 * np.pi / length)
    wave = np.exp((1j if inverse else -1j) * turns) / (length if inverse else 1)
    wave[length:] = 0  # a length shorter than the axis cuts it
    units = np.array([1, 1j])[:parts]
    values = wave[:, None, :] * units[None, :, None]
    return np.stack([values.real, values.imag], axis=-1).reshape(given * parts, count * 2)


def _real_inverse(given: int, parts: int, length: int) -> Any:
    """[given * parts, length]: half of a spectrum back to real numbers; the other half is its mirror."""
    import numpy as np

    turns = np.outer(np.arange(given), np.arange(length)) % length * (2 * np.pi / length)
    twice = np.where((np.arange(given) == 0) | (np.arange(given) * 2 == length), 1.0, 2.0)[:, None] / length
    twice[length // 2 + 1 :] = 0
    values = np.stack([np.cos(turns) * twice, -np.sin(turns) * twice], axis=1)
    return values[:, :parts].reshape(given * parts, length)


@step("STFT", 17)
def frames_times_a_matrix(site: Site) -> str:
    """Every frame of the signal, gathered, times the window, times the matrix of a DFT."""
    import numpy as np

    signal, dims, window = site.input(0), site.dims(site.input(0)), site.dims(site.input(2))
    length = site.known(3)
    if site.input(2) and window and window[0] is not None:
        length = np.array(window[0])
    parts = dims[2] if dims and len(dims) == 3 else None
    if length is None or parts is None or int(length.reshape(-1)[0]) > _LONGEST:
        raise CannotRewrite("STFT with frames of an unknown length; opset %d has none" % site.opset)
    count, element = int(length.reshape(-1)[0]), site.needed_element(signal)
    hop = shaped(site, site.input(1), 1)
    hop = hop if site.element(hop) == _INT64 else site.add("Cast", [hop], to=_INT64)
    room = site.add("Sub", [size(site, signal, 1), number(site, count)])
    frames = site.add("Add", [site.add("Div", [room, hop]), site.ints([1])])
    starts = site.add("Mul", [count_to(site, shaped(site, frames)), hop])
    index = site.add("Add", [shaped(site, starts, -1, 1), site.tensor(np.arange(count)[None], _INT64)])
    found = site.add("Gather", [signal, index], axis=1)
    if site.input(2):
        found = site.add("Mul", [found, shaped(site, site.input(2), -1, 1)])
    matrix = _matrix(count, parts, count, False, bool(site.attr("onesided", 1)))
    rows = site.add("Reshape", [found, site.tensor([0, 0, count * parts], _INT64)])
    found = site.add("MatMul", [rows, site.tensor(matrix, element)])
    return str(site.add("Reshape", [found, site.ints([0, 0, matrix.shape[1] // 2, 2])]))
