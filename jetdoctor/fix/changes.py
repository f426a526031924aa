"""The edits of one pass over a model: collected per graph, written into the protos in one go.

Nothing moves while a pass collects, so that the nodes of the view keep their meaning for every rewrite
of the pass; ``commit`` rebuilds the node lists, renames what consumers read and sweeps what died.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Set

from jetdoctor.constants.evaluator import Evaluator
from jetdoctor.fix.names import Names
from jetdoctor.fix.sweep import sweep
from jetdoctor.graph import Graph, Model


class GraphChanges:
    """What happens to one graph: nodes placed before an index, nodes that go, values renamed."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.before: Dict[int, List[Any]] = {}
        self.removed: Set[int] = set()
        self.renamed: Dict[str, str] = {}
        self.initializers: List[Any] = []
        #: values whose declared type no longer holds
        self.retyped: Set[str] = set()
        #: graph output -> element type that it has now
        self.declared: Dict[str, int] = {}

    def node_list(self) -> List[Any]:
        """NodeProtos of the graph after the pass, in a valid order if the graph's was."""
        nodes: List[Any] = []
        for index, node in enumerate(self.graph.proto.node):
            nodes.extend(self.before.get(index, ()))
            if index not in self.removed:
                nodes.append(node)
        nodes.extend(self.before.get(len(self.graph.proto.node), ()))
        return nodes


class Changes:
    """All edits of one pass. Names it hands out are unique in the whole model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.evaluator = Evaluator()
        self._names = Names(names_in_use(model))
        self._graphs: Dict[int, GraphChanges] = {}
        #: values that lost a reader: swept at the end when nothing else reads them
        self._released: Set[str] = set()

    def unique(self, name: str) -> str:
        """``name`` itself, or with the first free number behind it."""
        return self._names.fresh(name)

    def of(self, graph: Graph) -> GraphChanges:
        return self._graphs.setdefault(id(graph), GraphChanges(graph))

    def release(self, names: Iterable[str]) -> None:
        self._released.update(name for name in names if name)

    def commit(self) -> None:
        """Write the pass into ``model.proto``; the view is stale afterwards."""
        # Deepest first: rebuilding an outer list copies its nodes, subgraphs included.
        for changes in sorted(self._graphs.values(), key=lambda c: -len(c.graph.path)):
            proto = changes.graph.proto
            nodes = changes.node_list()
            rename = _resolved(changes.renamed)
            for node in nodes:
                rename_inputs(node, rename)
            if changes.before or changes.removed:
                _assign(proto.node, nodes)
            if changes.initializers:
                proto.initializer.extend(changes.initializers)
            for value in proto.output if changes.declared else ():
                value.type.tensor_type.elem_type = changes.declared.get(value.name, value.type.tensor_type.elem_type)
            if changes.retyped and hasattr(proto, "value_info"):
                _assign(proto.value_info, [v for v in proto.value_info if v.name not in changes.retyped])
        sweep(self.model.proto, self._released)


def names_in_use(model: Model) -> Iterator[str]:
    """Every value and node name of the model, in all graphs and function bodies."""
    for graph in model.graphs():
        for name in graph.input_names + graph.output_names + tuple(graph.initializers):
            yield name
        for node in graph.nodes:
            yield node.name
            for name in node.outputs:
                yield name


def _assign(field: Any, messages: List[Any]) -> None:
    del field[:]  # the messages in hand outlive their place in the list
    field.extend(messages)


def _resolved(renamed: Mapping[str, str]) -> Dict[str, str]:
    """Follow chains, as when a dropped node read the output of another dropped node."""
    final = {}
    for old, new in renamed.items():
        seen = {old}
        while new in renamed and new not in seen:
            seen.add(new)
            new = renamed[new]
        final[old] = new
    return final


def rename_inputs(node: Any, rename: Mapping[str, str]) -> None:
    """Read other names, in the subgraphs of the NodeProto too where nothing of their own has the name."""
    if not rename:
        return
    for index, name in enumerate(node.input):
        if name in rename:
            node.input[index] = rename[name]
    for attribute in node.attribute:
        for graph in ([attribute.g] if attribute.type == 5 else []) + list(attribute.graphs):
            own = {v.name for v in graph.input} | {t.name for t in graph.initializer}
            own.update(name for inner in graph.node for name in inner.output)
            visible = {old: new for old, new in rename.items() if old not in own}
            for inner in graph.node:
                rename_inputs(inner, visible)
            for output in graph.output:  # a branch may pass an outer value straight through
                if output.name in visible:
                    output.name = visible[output.name]
