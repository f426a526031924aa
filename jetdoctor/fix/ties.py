"""Whether the original disagrees with itself, so that a comparison on these inputs says nothing about a fix."""

from __future__ import annotations

from typing import Any, Mapping

from jetdoctor.fix.runners import open_runner
from jetdoctor.types import JetdoctorError
from jetdoctor.verify.compare import compare


def unsteady(original: str, kind: str, arrays: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether the original disagrees with itself when its inputs change in their last digits.

    TopK and the like order equal values by rounding noise: such inputs say nothing about a fix.
    """
    import numpy

    random, nudged = numpy.random.RandomState(0), {}
    for name, array in arrays.items():
        nudged[name] = array
        if getattr(array, "dtype", None) is not None and array.dtype.kind == "f":
            step = 2 * float(numpy.finfo(array.dtype).eps)
            noise = random.standard_normal(array.shape)
            size = numpy.abs(array.astype("float64"))
            noise *= step * (size + 1e-3 * (size.max(initial=0) or 1.0))
            nudged[name] = (array + noise).astype(array.dtype)
    try:
        if not compare(expected, open_runner(original, kind).run(nudged)).equal:
            return True
        optimized = open_runner(original, kind, optimize=True).run(dict(arrays))
        return not compare(expected, optimized).equal
    except JetdoctorError:
        return False
