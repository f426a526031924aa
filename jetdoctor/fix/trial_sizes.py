"""Sizes of open dims that the original takes, where the usual ones do not fit together.

A decoder with a cache wants a mask as long as past and new tokens together, an export by tracing may take the
batch that it was traced with only, and a stack of convolutions wants more samples than it strides over. The file
does not say so; the original does when it is run.
"""

from __future__ import annotations

import itertools
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Sequence, Tuple

from jetdoctor.types import JetdoctorError
from jetdoctor.verify.dims import open_dims
from jetdoctor.verify.inputs import Case, cases

_SMALL = (2, 3, 5, 1, 4, 6, 7, 8, 9, 10, 12, 16)
_LARGE = (40, 48, 50, 64, 96, 100, 128, 160, 224, 256, 400, 512, 1000, 1024, 1600, 4000, 16000)
_LONG = tuple(size for size in _LARGE if size <= 1024)
_ALONE = _SMALL + tuple(size for size in range(11, 33) if size not in _SMALL) + _LARGE

#: Several open dims: so many combinations of small sizes come before those of long ones, as a signal has beside the
#: batch of its state, or an image along its sides.
_FIRST, _BATCHES = 100, (2, 1)

#: With more open dims than this there are too many combinations.
_MOST = 4
_ENOUGH = 2

Feeds = List[Tuple[str, Dict[str, Any]]]
Make = Callable[[Case], Dict[str, Any]]


def feeds_that_fit(model: Any, make: Make, run: Callable[[Any], Any], seconds: float) -> Feeds:
    """Every case at the first sizes that ``run`` takes, and random inputs at the second ones."""
    end = time.monotonic() + seconds
    found: List[Mapping[str, int]] = []
    for sizes in combinations(list(open_dims(model))):
        if time.monotonic() > end or len(found) == _ENOUGH:
            break
        if _runs(make, run, Case("", dims=sizes)):
            found.append(sizes)
    return [feed for index, sizes in enumerate(found) for feed in _made(model, make, sizes, index == 0)]


def combinations(dims: Sequence[str]) -> Iterator[Mapping[str, int]]:
    """Sizes to try for the open dims, different small ones first."""
    if len(dims) == 1:
        for size in _ALONE:
            yield {dims[0]: size}
    elif 1 < len(dims) <= _MOST:
        places = sorted(itertools.product(range(len(_SMALL)), repeat=len(dims)), key=lambda each: (sum(each), each))
        small = [{dim: _SMALL[place] for dim, place in zip(dims, each)} for each in places]
        yield from small[:_FIRST]
        for size, rest, long in itertools.product(_LONG, _BATCHES, _subsets(dims)):
            if rest == _BATCHES[0] or len(long) < len(dims):
                yield {dim: size if dim in long else rest for dim in dims}
        yield from small[_FIRST:]


def _subsets(dims: Sequence[str]) -> List[Tuple[str, ...]]:
    """One dim or more of them, the fewest first."""
    return [subset for count in range(1, len(dims) + 1) for subset in itertools.combinations(dims, count)]


def _runs(make: Make, run: Callable[[Any], Any], case: Case) -> bool:
    try:
        run(make(case))
    except JetdoctorError:
        return False
    return True


def _made(model: Any, make: Make, sizes: Mapping[str, int], every: bool) -> Iterator[Any]:
    label = ", ".join("%s = %d" % pair for pair in sizes.items())
    for case in cases(model):
        if not case.dims and (every or case.case == "random"):
            try:
                name = "%s, %s" % (case.name, label)
                yield name, make(Case(name, case.case, case.seed, sizes))
            except JetdoctorError:
                continue
