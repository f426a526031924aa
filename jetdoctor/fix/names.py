"""New tensor and node names that collide with none of a model's."""

from __future__ import annotations

from typing import Iterable


class Names:
    """Every name of a model, and the new ones that were handed out."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def fresh(self, wish: str) -> str:
        """``wish``, or ``wish_1``, ``wish_2`` … when it is taken."""
        name, number = wish, 0
        while name in self._taken:
            number += 1
            name = "%s_%d" % (wish, number)
        self._taken.add(name)
        return name
