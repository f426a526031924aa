"""Nodes and values of a scope as ``jetdoctor.graph`` shows a model's, for recipes and ``jetdoctor.constants``."""

from __future__ import annotations

from typing import Any, Optional

from jetdoctor.graph import Node, Value


class SeenNode(Node):
    """A node of a scope, with the opset that it is still written in."""

    __slots__ = ("_opset",)

    def __init__(self, scope: Any, proto: Any, opset: int = 0) -> None:
        super().__init__(scope, 0, proto)
        self._opset = opset

    @property
    def opset(self) -> int:
        return self._opset

    def input(self, index: int) -> Value:
        return SeenValue(self.graph, super().input(index).name)

    def output(self, index: int = 0) -> Value:
        return SeenValue(self.graph, super().output(index).name)


class SeenValue(Value):
    """A value of a scope, whose producer is a ``SeenNode``."""

    __slots__ = ()

    def __init__(self, scope: Any, name: str) -> None:
        super().__init__(scope, name)

    @property
    def producer(self) -> Optional[Node]:
        scope: Any = self.graph
        home = scope.home(self.name)
        proto = None if home is None else home.producers.get(self.name)
        return None if proto is None else SeenNode(home, proto)
