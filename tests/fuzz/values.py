"""Changed documents: JSON and TOML that parse, and say something else than what a reader expects.

Bytes that are changed at random are mostly no document any more, and are refused before anything reads a value.
"""

from __future__ import annotations

import copy
import json
from typing import Any, Callable, List, Sequence, Tuple

#: Values of every kind: around nothing, the ends of types, names that lead elsewhere, texts that are no text.
_ODD = (
    None, True, False, 0, -1, 1, 2.5, 1 << 31, 1 << 63, -(1 << 63), 10**400, 1e308, float("inf"), float("nan"),
    "", " ", "5.0.2", "8.4.1", "jetpack-6.2", "JD304", "JD000", "error", "*", "..", "/dev/zero", "\u202e",
    "\x1b[31m", "\n", "x" * 5000, "9" * 400, "2026-13-45", "2031-01-01", "\ud800", [], {}, [[]], [{}], {"": None},
    ["JD304", 1],
)  # fmt: skip

Place = Tuple[Any, Any]  # what holds a value, and under which key or index


def changed_json(data: bytes, steps: Sequence[Any]) -> bytes:
    """The JSON document after one change for each ``random.Random`` of ``steps``."""
    return json.dumps(_changed(json.loads(data), steps)).encode()


def changed_toml(data: bytes, steps: Sequence[Any]) -> bytes:
    """The settings of a TOML file after one change for each of ``steps``."""
    settings = _changed(_parser().loads(data.decode()), steps)
    if not isinstance(settings, dict):
        settings = {"targets": settings}
    lines = ["%s = %s" % (_toml(str(key)), _toml(value)) for key, value in settings.items()]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _parser() -> Any:
    try:
        import tomllib
    except ImportError:
        import tomli as tomllib  # type: ignore[no-redef]
    return tomllib


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s = %s" % (_toml(str(key)), _toml(one)) for key, one in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(_toml, value))
    if isinstance(value, float):
        return repr(value)
    return '""' if value is None else json.dumps(value, ensure_ascii=False)


def _changed(document: Any, steps: Sequence[Any]) -> Any:
    for random in steps:
        places = _places(document)
        if places:
            random.choice(_CHANGES)(document, random.choice(places), random)
        else:
            document = copy.deepcopy(random.choice(_ODD))
    return document


def _places(value: Any) -> List[Place]:
    """Every value within ``value``, by what holds it."""
    found: List[Place] = []
    holders = [value]
    for holder in holders:  # grows while it is walked
        keys = holder.keys() if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            holders.append(holder[key])
    return found


def _other_value(document: Any, place: Place, random: Any) -> None:
    place[0][place[1]] = copy.deepcopy(random.choice(_ODD))


def _value_from_elsewhere(document: Any, place: Place, random: Any) -> None:
    holder, key = random.choice(_places(document))
    place[0][place[1]] = copy.deepcopy(holder[key])


def _wrapped(document: Any, place: Place, random: Any) -> None:
    value = place[0][place[1]]
    place[0][place[1]] = random.choice(([value], [value] * 300, {"value": value}, str(value)))


def _gone(document: Any, place: Place, random: Any) -> None:
    del place[0][place[1]]


def _more(document: Any, place: Place, random: Any) -> None:
    """One more member: a value of this place under a name that something else has."""
    holder, key = place
    value = copy.deepcopy(holder[key])
    if isinstance(holder, list):
        holder.append(value)
    else:
        holder[random.choice([str(other) for _, other in _places(document)])] = value


_CHANGES: Tuple[Callable[[Any, Place, Any], None], ...] = (
    _other_value, _other_value, _other_value, _value_from_elsewhere, _wrapped, _gone, _more,
)  # fmt: skip
