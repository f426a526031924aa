"""The dataclasses of ``jetdoctor.types`` as plain JSON values and back, whole: what a cache keeps of a result.

Unlike ``to_json``, which speaks to readers, nothing is left out. A dataclass becomes ``{"$class": its name, field:
value}`` with the fields that differ from their defaults; a sequence comes back as a tuple, since all of theirs are.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict

from jetdoctor import types

#: Key that holds the name of the class.
CLASS = "$class"


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
        return tuple(unpack(one) for one in value)
    if not isinstance(value, dict):
        return value
    if CLASS not in value:
        return {key: unpack(one) for key, one in value.items()}
    kind = getattr(types, value[CLASS], None)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        raise ValueError("no dataclass %r" % value[CLASS])
    return kind(**{name: unpack(one) for name, one in value.items() if name != CLASS})


def _default(field: Any) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
