"""Ranges of versions as Python packages have them (PEP 440): ``>=5,<6``, ``~=6.1``, ``!=5.1``, ``==6.*``.

By ``packaging``, imported only when somebody writes a range, since that takes 20 to 40 ms. A single version of TensorRT
is read by ``types.parse_version``: ``10.10-GA`` and ``8.5.2-1+cuda11.4`` are none for packaging.
"""

from __future__ import annotations

import re
from typing import List, Sequence

_RANGE = re.compile(r"[<>=~!]=?[\d.*]+(,[<>=~!]=?[\d.*]+)*$")


def is_range(text: str) -> bool:
    """Whether ``text`` is a range that can be evaluated, whatever lies in it."""
    if not _RANGE.match(text):
        return False
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def within(text: str, versions: Sequence[str]) -> List[str]:
    """Those of ``versions`` (``"5.0.2"``) that are in the range, in their order; none when ``text`` is no range."""
    if not _RANGE.match(text):
        return []
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return list(SpecifierSet(text).filter(versions))
    except InvalidSpecifier:
        return []
