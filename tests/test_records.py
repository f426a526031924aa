"""Records are frozen dataclasses to whoever uses them, and only quicker to define."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any, Dict, Tuple

import pytest

from jetdoctor import records, types

NAMES = [name for name, value in vars(types).items() if isinstance(value, type) and dataclasses.is_dataclass(value)]


class _Plain:
    """Fields of every kind."""

    name: str
    count: int = 3
    sizes: Tuple[int, ...] = ()
    more: Dict[str, int] = field(default_factory=dict)
    ask: Any = field(default=None, compare=False)

    @property
    def double(self) -> int:
        return self.count * 2


def made(decorate):
    return decorate(type("Thing", (), dict(_Plain.__dict__, __module__=__name__)))


Thing = made(records.dataclass(frozen=True))
Other = made(dataclasses.dataclass(frozen=True))


def test_they_are_made_as_dataclasses_are():
    for cls in (Thing, Other):
        thing = cls("a", sizes=(1, 2))
        assert (thing.name, thing.count, thing.sizes, thing.double) == ("a", 3, (1, 2), 6)
        assert (thing.more, thing.ask) == ({}, None)
        assert cls("a").more is not cls("a").more
        with pytest.raises(TypeError):
            cls()
        with pytest.raises(TypeError):
            cls("a", unknown=1)
    assert repr(Thing("a")) == repr(Other("a"))
    assert [f.name for f in dataclasses.fields(Thing)] == [f.name for f in dataclasses.fields(Other)]
    assert dataclasses.asdict(Thing("a")) == dataclasses.asdict(Other("a"))


def test_they_are_compared_by_value():
    assert Thing("a", more=1) == Thing("a", more=1, ask="not compared") and Thing("a") != Thing("b")
    assert Thing("a", more=1) != Other("a", more=1) and Thing("a") != "a"
    assert hash(Thing("a", more=1)) == hash(Thing("a", more=1, ask=2))
    assert dataclasses.replace(Thing("a"), count=4).count == 4


def test_they_are_frozen():
    thing = Thing("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del thing.name


def test_they_travel_between_processes():
    target = types.Target("jetpack-6.2", tensorrt="10.3.0")
    assert pickle.loads(pickle.dumps(target)) == copy.deepcopy(target) == target


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_nouns_knows_its_fields(name):
    cls = getattr(types, name)
    assert "__init__" in vars(cls) and dataclasses.fields(cls)
    assert cls.__setattr__ is not object.__setattr__


def test_post_init_runs_and_identity_can_be_kept():
    calls = []
    body = {"__annotations__": {"a": "int"}, "__post_init__": lambda self: calls.append(self)}
    cls = type("Kept", (), dict(body, __module__=__name__))
    cls = records.dataclass(frozen=True, eq=False)(cls)
    assert cls(1) != cls(1) and len(calls) == 2
