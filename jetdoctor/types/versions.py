"""TensorRT versions and ranges of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Optional, Tuple

from jetdoctor.records import dataclass

Version = Tuple[int, ...]


@lru_cache(maxsize=None)
def parse_version(text: str) -> Version:
    """``"8.4.1"`` -> ``(8, 4, 1)``. Stops at the first part that is not a number.

    >>> parse_version("8.5.2.2"), parse_version("10.10-GA")
    ((8, 5, 2, 2), (10, 10))
    """
    parts = []
    for part in text.replace("-", ".").split("."):
        if not part.isdigit() or len(part) > 9:
            break
        parts.append(int(part))
    return tuple(parts)


@dataclass(frozen=True)
class VersionRange:
    """Half-open range of TensorRT versions, ``since <= version < before``. None is open-ended."""

    since: Optional[Version] = None
    before: Optional[Version] = None

    @classmethod
    @lru_cache(maxsize=None)
    def parse(cls, text: str) -> "VersionRange":
        """Read a specifier such as ``">=8.0,<10.0"``, ``"<8.5"`` or ``""`` (every version)."""
        since = before = None
        for clause in filter(None, (c.strip() for c in text.split(","))):
            if clause.startswith(">="):
                since = parse_version(clause[2:])
            elif clause.startswith("<") and not clause.startswith("<="):
                before = parse_version(clause[1:])
            else:
                raise ValueError("only >= and < are allowed in a TensorRT range, got %r" % clause)
        return cls(since, before)

    def __contains__(self, version: object) -> bool:
        if not isinstance(version, tuple):
            return False
        return (self.since is None or version >= self.since) and (self.before is None or version < self.before)

    def __str__(self) -> str:
        parts = []
        if self.since is not None:
            parts.append(">=" + ".".join(map(str, self.since)))
        if self.before is not None:
            parts.append("<" + ".".join(map(str, self.before)))
        return ",".join(parts)


EVERY_VERSION = VersionRange()
