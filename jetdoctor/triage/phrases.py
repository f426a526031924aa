"""Looks many phrases up in a line at once: by four characters of each that few other phrases have."""

from __future__ import annotations

from collections import Counter
from typing import Dict, FrozenSet, Generic, Iterable, List, Sequence, Set, Tuple, TypeVar

Thing = TypeVar("Thing")

GRAM = 4


def grams(text: str) -> FrozenSet[str]:
    """All runs of four characters of a text."""
    return frozenset([text[i : i + GRAM] for i in range(len(text) - GRAM + 1)])


class Phrases(Generic[Thing]):
    """Things by their phrase (at least four characters); ``found`` gives those whose phrase a text holds, in order."""

    def __init__(self, things: Iterable[Tuple[str, Thing]]) -> None:
        rows: List[Tuple[int, str, Thing]] = [(n, phrase, thing) for n, (phrase, thing) in enumerate(things)]
        common = Counter(gram for _, phrase, _ in rows for gram in grams(phrase))
        self._by_gram: Dict[str, List[Tuple[int, str, Thing]]] = {}
        for row in rows:
            rarest = min(sorted(grams(row[1])), key=common.__getitem__)
            self._by_gram.setdefault(rarest, []).append(row)
        self._keys: Set[str] = set(self._by_gram)

    def found(self, text: str, its_grams: FrozenSet[str]) -> Sequence[Thing]:
        """Things whose phrase stands in the text, in the order they were given."""
        hits = [row for gram in its_grams & self._keys for row in self._by_gram[gram] if row[1] in text]
        return [thing for _, _, thing in sorted(hits, key=_number)]


def _number(row: Tuple[int, str, Thing]) -> int:
    return row[0]
