"""The grammar of fact rows: every class of ``jetdoctor/facts/conditions/``, by the keys that it takes."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Tuple, Type

from jetdoctor.facts import conditions as _folder
from jetdoctor.facts.condition import BadCondition, Condition


@lru_cache(maxsize=None)
def classes() -> Tuple[Type[Condition], ...]:
    """Every condition, in the order of files and classes; nothing is registered anywhere."""
    found: List[Type[Condition]] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(_folder.__path__)):
        loaded = importlib.import_module("%s.%s" % (_folder.__name__, module))
        for value in vars(loaded).values():
            mine = isinstance(value, type) and issubclass(value, Condition) and value.__module__ == loaded.__name__
            if mine and value.takes:
                found.append(value)
    return tuple(found)


#: keys of a condition, sorted and joined by commas -> "module.Class": those of the compiled facts, so that a check
#: imports only what its rows ask
_INDEX: Dict[str, str] = {}


def learn(index: Mapping[str, str]) -> None:
    """Take over where the conditions of the compiled facts are defined."""
    _INDEX.update(index)


def address(found: Condition) -> Tuple[str, str]:
    """The entry of the index for a condition."""
    kind = type(found)
    return ",".join(sorted(found.spec)), "%s.%s" % (kind.__module__.rpartition(".")[2], kind.__name__)


@lru_cache(maxsize=None)
def _by_keys(keys: Tuple[str, ...]) -> Type[Condition]:
    """The one class that takes these keys together."""
    module, _, name = _INDEX.get(",".join(keys), "").partition(".")
    if name:
        known: Type[Condition] = getattr(importlib.import_module("%s.%s" % (_folder.__name__, module)), name)
        return known
    given = set(keys)
    fitting = [c for c in classes() if set(c.takes) <= given <= set(c.takes) | set(c.may_take)]
    if len(fitting) == 1:
        return fitting[0]
    all_keys = {key for c in classes() for key in (*c.takes, *c.may_take)}
    strange = sorted(given - all_keys)
    if strange:
        raise BadCondition(strange[0], "no condition of that name")
    text = "%s together are not a condition" % ", ".join(keys) if len(keys) != 1 else "is not a condition by itself"
    raise BadCondition(", ".join(keys) or "require", text if keys else "an empty condition")


def condition(spec: Mapping[str, Any], op_type: str = "") -> Condition:
    """The condition of a ``require`` or ``forbid``; BadCondition names the key that nothing understands."""
    return _by_keys(tuple(sorted(spec)))(spec, op_type)


def conditions(when: Mapping[str, Any], op_type: str = "") -> Tuple[Condition, ...]:
    """The conditions of a ``when``, each of a single key."""
    return tuple(_by_keys((key,))({key: when[key]}, op_type) for key in when)
