"""Arithmetic of floats where some operands are Python numbers: what follows from numbers alone is worked out now."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Union

from jetdoctor.graph import Value
from jetdoctor.recipes.build import Build

#: a number, or the name of a tensor
Number = Union[float, str]

_NOW: Dict[str, Callable[..., float]] = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Div": lambda a, b: a / b,
    "Max": max,
    "Min": min,
    "Floor": math.floor,
}


class Numbers:
    """``numbers("Mul", name, 0.5)``: a node whose Python numbers become constants of one type."""

    def __init__(self, build: Build, dtype: str = "FLOAT") -> None:
        self.build, self.dtype = build, dtype

    def __call__(self, op_type: str, *values: Any, **attributes: Any) -> Any:
        """Name of the result; a number, or a numpy array, when every value is one."""
        if op_type in _NOW and not any(isinstance(value, str) for value in values):
            found: Any = _NOW[op_type](*values)
            return found if getattr(found, "ndim", 0) else float(found)
        return self.build.add(op_type, [self.name(value) for value in values], **attributes)

    def name(self, value: Any) -> str:
        """Name of a value: of a new constant unless it is a name already."""
        return value if isinstance(value, str) else self.build.tensor(value, self.dtype)

    def cast(self, name: str) -> str:
        """A tensor of another type in the type that is computed in."""
        return self.build.cast(name, self.dtype)

    def size(self, value: Value, axis: int) -> Number:
        """The size of an axis, a scalar."""
        known = (value.shape or ())[axis % self.build.rank(value)]
        return float(known) if isinstance(known, int) else self.cast(self.build.size(value, axis))

    def within(self, value: str, low: Number, high: Number) -> str:
        """``value`` limited to ``low`` .. ``high``."""
        if not isinstance(low, str) and not isinstance(high, str) and self.dtype == "FLOAT":
            return self.build.clip(value, low, high)
        return str(self("Max", self("Min", value, high), low))

    def cubic(self, part: str, a: float) -> List[str]:
        """Weights of the four neighbors of a place that lies ``part`` behind the second: Keys' kernel."""
        rest = self("Sub", 1.0, part)
        return [self._far(self("Add", part, 1.0), a), self._near(part, a), self._near(rest, a),
                self._far(self("Add", rest, 1.0), a)]

    def _near(self, t: str, a: float) -> str:
        """((a + 2) t - (a + 3)) t^2 + 1"""
        bracket = self("Sub", self("Mul", t, a + 2), a + 3)
        return str(self("Add", self("Mul", bracket, self("Mul", t, t)), 1.0))

    def _far(self, t: str, a: float) -> str:
        """((a t - 5 a) t + 8 a) t - 4 a"""
        value = self("Sub", self("Mul", t, a), 5 * a)
        value = self("Add", self("Mul", value, t), 8 * a)
        return str(self("Sub", self("Mul", value, t), 4 * a))
