"""The likely sizes of a model's inputs: one answer for every command that needs one.

``likely(model)`` gives the smallest, typical and largest shape of each input with open sizes. They come from the
exporter's metadata, the names of axes, the weights and strides of the graph, and convention, in this order, and are
tried by shape inference until nothing speaks against them.
"""

from __future__ import annotations

import itertools
import time
from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from jetdoctor.graph import Model
from jetdoctor.model.sizes import kinds
from jetdoctor.model.sizes.declared import data_inputs, is_formula, open_keys, shape_of, sized, tensors
from jetdoctor.model.sizes.proof import contradiction
from jetdoctor.records import dataclass
from jetdoctor.types import Profile, Span

__all__ = ["DEFAULT", "Likely", "data_inputs", "is_formula", "likely", "open_keys", "shape_of", "sized", "tensors"]

#: Limits of the search: sets of sizes that are tried, seconds of CPU (a busy machine finds the same sizes), and nodes
#: of a model that is walked once more for each.
_TRIES, _SECONDS, _MOST_NODES = 60, 1.0, 20_000

#: A total length is what is past and what is new.
_SUM = (kinds.TOTAL, kinds.PAST, kinds.LENGTH)

#: What a formula that cannot be computed counts as.
DEFAULT = 8


@dataclass(frozen=True)
class Likely:
    """``dims``: open size (symbol, or ``input:axis``) -> smallest, typical, largest. ``profile``: whole
    shapes by input. ``why`` is "" when shape inference found nothing against these sizes, else what it found.
    """

    dims: Mapping[str, Tuple[int, int, int]]
    profile: Profile
    why: str = ""


def likely(model: Model) -> Likely:
    """The likely sizes of the inputs; computed once for a model."""
    return model.derived(_likely)


def _likely(model: Model) -> Likely:
    search = _Search(model)
    if not search.kinds:
        return Likely({}, {})
    usual, why = search.typical()
    low, high = (usual, usual) if why else (search.widest(usual, 0), search.widest(usual, 1))
    dims = {key: (min(low[key], usual[key]), usual[key], max(high[key], usual[key])) for key in usual}
    shapes = [search.shapes(sizes) for sizes in (low, usual, high)]
    profile = {name: Span(*(shape[name] for shape in shapes)) for name in shapes[0] if search.is_open(name)}
    return Likely(dims, profile, why)


class _Search:
    """Sizes for all open dims together: those of one kind move together."""

    def __init__(self, model: Model) -> None:
        self.model, self.places = model, open_keys(model)
        self.kinds = {key: kinds.kind(value, axis) for key, (value, axis) in self.places.items()}
        strides = kinds.strides(model) if self.kinds else {}
        self.steps = {key: strides.get(self._side_or_length(key), 1) for key in self.kinds}
        self.values = {value.name: value for value in tensors(model)}
        self.left, self.end = _TRIES, time.process_time() + _SECONDS
        #: (total, one, other): a size that is the sum of two others, such as past and new tokens together
        self.sum = self._named_sum()

    def _named_sum(self) -> Optional[Tuple[str, str, str]]:
        total, past, new = (next((k for k in self.kinds if self.kinds[k] == what), "") for what in _SUM)
        return (total, past, new) if total and past and new else None

    def _side_or_length(self, key: str) -> str:
        return kinds.SIDE if self.kinds[key] == kinds.SIDE else kinds.LENGTH

    def is_open(self, name: str) -> bool:
        return self.values[name].static_shape is None

    def shapes(self, sizes: Mapping[str, int]) -> Dict[str, Tuple[int, ...]]:
        """Whole shapes of the inputs of known rank."""
        found = ((name, sized(value, sizes, DEFAULT)) for name, value in self.values.items())
        return {name: shape for name, shape in found if shape is not None}

    def fits(self, sizes: Mapping[str, int]) -> Optional[str]:
        """What speaks against these sizes, "" for nothing, None when it would take too long to know."""
        self.left -= 1
        if self.model.inference_stopped or len(self.model.main.nodes) > _MOST_NODES:
            return None
        return contradiction(self.model, self.shapes(sizes))

    def typical(self) -> Tuple[Dict[str, int], str]:
        """The first sizes that fit, and ""; else the likeliest ones with what speaks against them."""
        first: Optional[Dict[str, int]] = None
        reason = ""
        for sizes in self._combinations():
            why = self.fits(sizes)
            if why == "":
                return sizes, ""
            if first is None:
                first, reason = sizes, why or "the model is too large to try them"
            if why is None or self.left < 0 or time.process_time() > self.end:
                break
        return first or {}, reason

    def _combinations(self) -> Iterator[Dict[str, int]]:
        """The likeliest; then a length as the sum of two others; then one kind leaves its likeliest size, then two."""
        each = {
            key: kinds.usual(self.model, value, axis, self.kinds[key], self.steps[key])
            for key, (value, axis) in self.places.items()
        }
        first = {key: own[0] for key, own in each.items()}
        yield self._related(first)
        lengths = [key for key, what in self.kinds.items() if what in _SUM] if self.sum is None else []
        for total, one, other in itertools.permutations(lengths, 3) if len(lengths) < 6 else ():
            if one < other:
                self.sum = (total, one, other)
                yield self._related(first)
        self.sum = self._named_sum()
        for pick in self._picks(each):
            yield self._related({k: own[min(pick.get(self.kinds[k], 0), len(own) - 1)] for k, own in each.items()})

    def _picks(self, each: Mapping[str, List[int]]) -> Iterator[Dict[str, int]]:
        """Kind -> which of its sizes."""
        there = sorted(set(self.kinds.values()), key=_in_turn)
        longest = {what: max(len(each[key]) for key in each if self.kinds[key] == what) for what in there}
        for what in there:
            yield from ({what: n} for n in range(1, longest[what]))
        for one, two in itertools.combinations(there, 2):
            yield from ({one: n, two: m} for n in range(1, longest[one]) for m in range(1, longest[two]))

    def _related(self, sizes: Dict[str, int]) -> Dict[str, int]:
        """The sizes with the one that is a sum set to it."""
        if self.sum is None:
            return sizes
        total, one, other = self.sum
        return dict(sizes, **{total: sizes[one] + sizes[other]})

    def widest(self, usual: Mapping[str, int], side: int) -> Dict[str, int]:
        """The smallest (side 0) or largest sizes around ``usual`` that fit: all kinds at once, then kind by kind."""
        options = {key: kinds.span(self.kinds[key], size, self.steps[key])[side] for key, size in usual.items()}
        wide = self._related({key: own[0] for key, own in options.items()})
        if wide == usual or time.process_time() > self.end:
            return dict(usual)
        if self.fits(wide) == "":
            return wide
        found = dict(usual)
        for what in sorted(set(self.kinds.values())):
            keys = [key for key in usual if self.kinds[key] == what]
            for turn in range(max(len(options[key]) for key in keys) - 1):
                tried = dict(found, **{key: options[key][min(turn, len(options[key]) - 1)] for key in keys})
                if self._related(tried) == found or time.process_time() > self.end + _SECONDS:
                    break
                if self.fits(tried) == "":
                    found = tried
                    break
        return found


def _in_turn(what: str) -> Tuple[bool, bool, str]:
    """Sides and lengths are the likeliest to be other ones, a batch is not."""
    return what == kinds.BATCH, what != kinds.SIDE, what
