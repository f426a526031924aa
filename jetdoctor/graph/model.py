"""A whole model: its graphs, functions, opsets, and what analyses found out about it."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, TypeVar

from jetdoctor.graph.names import DEFAULT_DOMAINS
from jetdoctor.graph.node import Node
from jetdoctor.graph.scope import Graph
from jetdoctor.graph.value import Value
from jetdoctor.types import Profile

Derived = TypeVar("Derived")

#: Opset versions are 64 bits wide in the file, onnx's schemas take 32, and none is below 0.
_LAST_OPSET = (1 << 31) - 1


def _version(imported: Any) -> int:
    return max(0, min(int(imported.version), _LAST_OPSET))


class Model:
    """A whole model. ``proto`` may lack weights; ``inferred`` is its copy with inferred types.

    ``opsets`` maps domain to version with the default domain spelled "ai.onnx"; ``declared_domains``
    keeps the spelling of the file, which old parsers care about.
    """

    def __init__(self, proto: Any, inferred: Any = None, path: str = "") -> None:
        inferred = proto if inferred is None else inferred
        self.proto, self.path = proto, path
        self.ir_version: int = proto.ir_version
        self.producer = (proto.producer_name + " " + proto.producer_version).strip()
        self.declared_domains = tuple(o.domain for o in proto.opset_import)
        self.opsets: Dict[str, int] = {}
        for imported in proto.opset_import:
            self.opsets.setdefault(imported.domain or "ai.onnx", _version(imported))
        self.main = Graph(self, ("main",), proto.graph, inferred.graph)
        self.functions: List[Graph] = [
            Graph(
                self,
                ("function:%s:%s" % (function.domain, function.name),),
                function,
                twin,
                opsets={o.domain or "ai.onnx": _version(o) for o in function.opset_import},
            )
            for function, twin in zip(proto.functions, inferred.functions)
        ]
        self.function_names = {(function.domain, function.name) for function in proto.functions}
        self._by_bare_name: Optional[Dict[str, List[Graph]]] = None
        self._consumers: Optional[Dict[Tuple[int, str], List[Node]]] = None
        self._derived: Dict[Any, Any] = {}
        # Set by jetdoctor.model: spans of weights left out of the view by (graph path, tensor name), size
        # of the file in bytes, why shape inference was stopped (None when it was not), who knows likely sizes.
        self.weights: Dict[Tuple[Tuple[str, ...], str], Any] = {}
        self.file_size: Optional[int] = None
        self.inference_stopped: Optional[str] = None
        self.find_profile: Callable[[Model], Tuple[Profile, str]] = lambda model: ({}, "")

    def derived(self, analysis: Callable[["Model"], Derived]) -> Derived:
        """What ``analysis(model)`` found out about this model; it runs once."""
        if analysis not in self._derived:
            self._derived[analysis] = analysis(self)
        found: Derived = self._derived[analysis]
        return found

    @property
    def profile(self) -> Profile:
        """Likely smallest, typical and largest shapes of the inputs with open sizes, by name (see ``model.sizes``)."""
        return self.find_profile(self)[0]

    @property
    def profile_doubt(self) -> str:
        """What speaks against these shapes, in one line; "" when shape inference found nothing."""
        return self.find_profile(self)[1]

    def functions_called(self, name: str) -> List[Graph]:
        """Bodies of the local functions of that name, whatever their domain."""
        if self._by_bare_name is None:
            self._by_bare_name = {}
            for body in self.functions:
                self._by_bare_name.setdefault(body.proto.name, []).append(body)
        return self._by_bare_name.get(name, [])

    def opset(self, domain: str = "") -> int:
        """Version of a domain; 1 when a default domain is not declared at all, as parsers assume."""
        return self.opsets.get(domain or "ai.onnx", 1 if domain in DEFAULT_DOMAINS else 0)

    def graphs(self) -> Iterator[Graph]:
        """Main graph, subgraphs, then function bodies."""
        for root in [self.main] + self.functions:
            yield from root.walk()

    def nodes(self) -> Iterator[Node]:
        for graph in self.graphs():
            yield from graph.nodes

    def consumers_of(self, value: Value) -> List[Node]:
        if self._consumers is None:
            self._consumers = {}
            for node in self.nodes():
                for name in set(node.inputs):
                    home = node.graph
                    while home.parent is not None and not (
                        name in home.producers or name in home.initializers or name in home.input_set
                    ):
                        home = home.parent
                    self._consumers.setdefault((id(home), name), []).append(node)
        home = value.graph
        while home.parent is not None and not (
            value.name in home.producers or value.name in home.initializers or value.name in home.input_set
        ):
            home = home.parent
        return self._consumers.get((id(home), value.name), [])

    def is_constant_expression(self, value: Value) -> bool:
        """Whether constant folding would compute it; False for names that nothing defines."""
        if value.initializer is not None:
            return True
        node = value.producer
        return node is not None and value.name in node.graph.constant_outputs
