"""The dataclasses of ``jetdoctor.types`` as plain JSON values and back, whole: what a cache keeps of a result.

Unlike ``to_json``, which speaks to readers, nothing is left out. A dataclass becomes ``{"$class": its name, field:
value}`` with the fields that differ from their defaults; a sequence comes back as a tuple, since all of theirs are.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any, Dict

from jetdoctor import types

#: Key that holds the name of the class.
CLASS = "$class"

#: What holds other values; calls for the rest would be most of the time of a run from the cache.
_NESTED = (list, dict)


def pack(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        packed: Dict[str, Any] = {CLASS: type(value).__name__}
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            if held != _default(field):
                packed[field.name] = pack(held)
        return packed
    if isinstance(value, (list, tuple)):
        return [pack(one) for one in value]
    if isinstance(value, dict):
        return {str(key): pack(one) for key, one in value.items()}
    return value


def unpack(value: Any) -> Any:
    """Raises ValueError, KeyError or TypeError for what ``pack`` did not write."""
    if isinstance(value, list):
        return tuple([unpack(one) if isinstance(one, _NESTED) else one for one in value])
    if not isinstance(value, dict):
        return value
    fields = {name: unpack(one) if isinstance(one, _NESTED) else one for name, one in value.items()}
    name = fields.pop(CLASS, None)
    return fields if name is None else _class(name)(**fields)


@lru_cache(maxsize=None)
def _class(name: str) -> Any:
    kind = getattr(types, name, None)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        raise ValueError("no dataclass %r" % name)
    return kind


def _default(field: Any) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
