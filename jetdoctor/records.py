"""Frozen dataclasses that are quick to define.

``dataclasses`` compiles six methods for each frozen class, nearly a millisecond of them; a check needs fifty classes,
which was a fifth of its CPU time (docs/speed.md). Here only ``__init__`` is compiled, when it is
first called, and the classes share the others.
They are dataclasses to everyone: ``fields``, ``replace``, ``asdict``, equality, hashing and FrozenInstanceError are as
they are for ``@dataclass(frozen=True)``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Callable, Dict, List

_set = object.__setattr__


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = self.__compared__
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _show(self: Any) -> str:
    shown = ", ".join("%s=%r" % (f.name, getattr(self, f.name)) for f in dataclasses.fields(self) if f.repr)
    return "%s(%s)" % (self.__class__.__qualname__, shown)


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError("cannot assign to field %r" % name)


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError("cannot delete field %r" % name)


def _initializer(cls: type) -> Any:
    """``__init__`` of the class: a parameter for each field, and ``__post_init__`` where it has one."""
    scope: Dict[str, Any] = {"_set": _set}
    parameters: List[str] = ["self"]
    lines: List[str] = []
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        parameter = value = field.name
        if field.default is not MISSING:
            scope["_default_" + field.name] = field.default
            parameter += "=_default_" + field.name
        elif field.default_factory is not MISSING:
            scope["_make_" + field.name] = field.default_factory
            parameter += "=_make_" + field.name  # stands for "not given": nobody passes the factory itself
            value = "_make_{0}() if {0} is _make_{0} else {0}".format(field.name)
        parameters.append(parameter)
        lines.append(" _set(self, %r, %s)" % (field.name, value))
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec("def __init__(%s):\n%s" % (", ".join(parameters), "\n".join(lines) or " pass"), scope)
    return scope["__init__"]


class _CompiledLater:
    """Stands for ``__init__`` until it is first asked for: most of the classes are never made in one run."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get__(self, instance: Any, owner: type) -> Any:
        made: Any = self._cls
        made.__init__ = _initializer(made)
        made.__init__.__qualname__ = made.__qualname__ + ".__init__"
        return made.__init__.__get__(instance, owner)


def _frozen(cls: type, eq: bool) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    made.__init__ = _CompiledLater(made)
    shared: Dict[str, Any] = {
        "__repr__": _show, "__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete,
    }  # fmt: skip
    if eq:
        made.__compared__ = attrgetter(*[field.name for field in dataclasses.fields(made) if field.compare])
        shared.update(__eq__=_equal, __hash__=_hash)
    for name, method in shared.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    kind: type = made
    return kind


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, eq: bool = True) -> Callable[[type], type]:
        """As ``dataclasses.dataclass(frozen=True)``; no other kind is made here."""
        assert frozen
        return lambda cls: _frozen(cls, eq)
