"""NaN and Inf in a set of outputs."""

from __future__ import annotations

from typing import Any, List, Mapping


def not_finite(outputs: Mapping[str, Any]) -> List[str]:
    """Names of float outputs that hold NaN or Inf."""
    import numpy

    def odd(value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return any(odd(item) for item in value)
        array = numpy.asarray(value) if value is not None else None
        return array is not None and array.dtype.kind == "f" and not bool(numpy.isfinite(array).all())

    return [name for name, value in outputs.items() if odd(value)]
