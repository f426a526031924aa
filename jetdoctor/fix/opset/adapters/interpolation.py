"""What Resize and GridSample share when they are written out: float arithmetic, kernels, weighing an axis."""

from __future__ import annotations

from typing import Any

from jetdoctor.fix.opset.site import Site

FLOAT, FLOAT16, DOUBLE = 1, 10, 11
FLOATS = (FLOAT, FLOAT16, DOUBLE)


class Floats:
    """``floats("Mul", name, 0.5)``: a node whose Python numbers become constants of one float type."""

    def __init__(self, site: Site, element: int = FLOAT) -> None:
        self.site, self.element = site, element

    def __call__(self, op_type: str, *values: Any, **attributes: Any) -> str:
        names = [self.of(value) for value in values]
        return str(self.site.add(op_type, names, **attributes))

    def of(self, value: Any) -> str:
        """Name of a value: of a new constant unless it is a name already."""
        return value if isinstance(value, str) else self.site.tensor(value, self.element)


def linear(floats: Floats, distance: str) -> str:
    """Weight by distance: a triangle."""
    return floats("Relu", floats("Sub", 1.0, distance))


def cubic(floats: Floats, distance: str, a: float) -> str:
    """Weight by distance: Keys' kernel with parameter ``a``."""
    near = floats("Sub", floats("Mul", distance, a + 2), a + 3)
    near = floats("Add", floats("Mul", near, floats("Mul", distance, distance)), 1.0)
    far = floats("Add", floats("Mul", floats("Sub", distance, 5.0), distance), 8.0)
    far = floats("Sub", floats("Mul", floats("Mul", far, distance), a), 4 * a)
    far = floats("Where", floats("Less", distance, 2.0), far, 0.0)
    return floats("Where", floats("Greater", distance, 1.0), far, near)


def along(site: Site, data: str, axis: int, rank: int, weights: str) -> str:
    """data times a matrix of weights along one axis."""
    if axis == rank - 1:
        return str(site.add("MatMul", [data, weights]))
    perm = list(range(rank))
    perm[axis], perm[-1] = perm[-1], perm[axis]
    turned = site.add("MatMul", [site.add("Transpose", [data], perm=perm), weights])
    return str(site.add("Transpose", [turned], perm=perm))
