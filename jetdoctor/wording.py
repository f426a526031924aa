"""Sizes, shapes and suggestions as messages show them."""

from __future__ import annotations

import os
from typing import Any, Iterable, Optional, Sequence

#: Longest symbolic size that a message shows; exporters write whole formulas there.
_READABLE = 16


def repaired_name(path: str, target: str) -> str:
    """Where a model repaired for a target goes, when a command suggests it: beside the original, never over it."""
    return "%s.%s.onnx" % (os.path.splitext(path)[0], target.replace("@", "-").replace("+", "-"))


def spelled_shape(sizes: Iterable[int]) -> str:
    """A shape as trtexec and our options take it: ``1x3x640x640``."""
    return "x".join(map(str, sizes))


def brackets(items: Optional[Iterable[Any]]) -> str:
    """Axes, sizes or a shape as build logs print them: ``[1,3,?]``; "an unknown shape" for None."""
    return "an unknown shape" if items is None else "[%s]" % ",".join(map(shown_dim, items))


def shown_dim(item: Any) -> str:
    """A size, or a symbolic one; "?" for nothing known and for a formula that nobody reads."""
    text = str(item)
    return "?" if item is None or len(text) > _READABLE else text


def sets_of_inputs(count: int) -> str:
    """``6 sets of inputs``, ``1 set of inputs``."""
    return "%d set%s of inputs" % (count, "" if count == 1 else "s")


def did_you_mean(name: str, known: Sequence[str], listing: str) -> str:
    """``"did you mean a or b?"``, or where the names are listed when nothing is near."""
    import difflib

    nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return "did you mean %s?" % " or ".join(nearest) if nearest else "`%s` lists them" % listing
