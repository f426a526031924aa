"""Inputs of the proof: random and edge cases, those given, and some with NaN, infinities and denormals."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple

from jetdoctor.fix.odd_numbers import all_finite, odd_feeds
from jetdoctor.fix.runners import Runner
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import given
from jetdoctor.verify.inputs import Case, cases
from jetdoctor.verify.ranges import range_of


def named_feeds(original: str, candidate: str, inputs: str) -> List[Tuple[str, Dict[str, Any]]]:
    """Named inputs for both models. Their ranges are read off the original, their sizes off the result."""
    before, after = load(original), load(candidate)
    make = maker(before, after)
    found = given.runs(inputs, before) if inputs else []
    for case in cases(after):
        try:
            found.append((case.name, make(case)))
        except JetdoctorError:
            continue
    return found


def maker(before: Any, after: Any) -> Callable[[Case], Dict[str, Any]]:
    """Makes the inputs of a case: ranges are those of the original, sizes those of the result."""
    known, fixed = set(before.main.input_names) - set(after.main.initializers), {}
    for name in after.main.input_names:
        shape = after.main.value(name).static_shape
        if shape is not None and name in known:
            fixed[name] = shape
    return lambda case: case.feeds(before, fixed)


def odd_pairs(runner: Runner, pairs: List[Any], original: str) -> List[Any]:
    """Inputs with NaN, infinities and denormals on which the original gives finite results."""
    found: List[Any] = []
    main = load(original).main
    free = {name for name in main.input_names if range_of(main.value(name)).kind in ("free", "image")}
    feeds: Dict[str, Any] = next((given for kind, given, _ in pairs if kind.startswith("random")), {})
    for name, arrays in odd_feeds(feeds, free):
        try:
            outputs = runner.run(arrays)
        except JetdoctorError:
            continue
        if all_finite(outputs):
            found.append((name, arrays, outputs))
    return found
