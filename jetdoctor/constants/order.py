"""Where the elements of a vector end up behind operators that only move them."""

from __future__ import annotations

from typing import Optional, Sequence

from jetdoctor.constants import small
from jetdoctor.constants.arithmetic import MALFORMED, OPERATORS, compute
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.constants.small import LARGEST, Small
from jetdoctor.graph import MOVERS, Node

_MOVERS = MOVERS & OPERATORS


def places(steps: Sequence[Node], count: int) -> Optional[Small]:
    """Index into a vector of ``count`` elements of every element that the last of ``steps`` gives; None if not known.

    Each step reads the one before as its first input; its other inputs must follow from constants.
    """
    if count > LARGEST:
        return None
    known = PartlyKnown()
    found: Optional[Small] = Small(small.INT64, (count,), range(count))
    for step in steps:
        others = [known.known(step.input(i)) if name else None for i, name in enumerate(step.inputs) if i]
        missing = any(array is None for array, name in zip(others, list(step.inputs)[1:]) if name)
        if step.op_type not in _MOVERS or missing:
            return None
        try:
            found = compute(step, [found, *others])
        except MALFORMED:
            return None
    return found
