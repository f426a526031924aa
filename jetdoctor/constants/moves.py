"""Where the elements of a vector end up behind operators that only move them."""

from __future__ import annotations

from typing import Any, Sequence

from jetdoctor.constants.arithmetic import LARGEST, MALFORMED, OPERATORS, compute
from jetdoctor.constants.shape_values import known_array
from jetdoctor.graph import MOVERS, Node

_MOVERS = MOVERS & OPERATORS


def places(steps: Sequence[Node], count: int) -> Any:
    """Index into a vector of ``count`` elements of every element that the last of ``steps`` gives; None if not known.

    Each step reads the one before as its first input; its other inputs must follow from constants.
    """
    import numpy as np

    found = np.arange(count)
    for step in steps:
        others = [known_array(step.input(i)) if name else None for i, name in enumerate(step.inputs) if i]
        missing = any(array is None for array, name in zip(others, list(step.inputs)[1:]) if name)
        if step.op_type not in _MOVERS or missing or count > LARGEST:
            return None
        try:
            found = compute(step, [found] + others)
        except MALFORMED:  # malformed
            return None
    return found
