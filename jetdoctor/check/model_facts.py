"""Fact rows that speak of a whole model: inputs, initializers, tensors between, domains, nesting."""

from __future__ import annotations

from typing import Any, Iterator, List, Tuple

from jetdoctor.check.facts import Asked, in_default_domain
from jetdoctor.check.opsets import opset_places
from jetdoctor.check.place import Place
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.facts.seen import built_dtype
from jetdoctor.graph import DTYPE_NAMES, Graph, Model, Node

#: fix request -> the element types that it is made for
_MADE_FOR = {
    "bf16_to_fp32": ("BFLOAT16",),
    "double_to_float": ("DOUBLE",),
    "unsigned_as_signed": ("UINT32", "UINT64"),
}


class ModelFacts:
    """Evaluates the rows of the bracketed pseudo operators."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def inputs(self, model: Model) -> Iterator[Place]:
        """Element types of graph inputs that a release has no type for."""
        main = model.main
        for name in main.input_names:
            if name in main.initializers:
                continue
            value = main.value(name)
            dtype = value.dtype if value.kind in (None, "tensor") else value.kind
            if dtype is None:
                continue
            for fact in self.knowledge.rows("(graph input)", "refused"):
                if dtype not in fact["require"]["dtype"]:
                    yield Place(_for_type(fact, dtype), fact.range, tensor=name, detail=dtype, value=value)

    def initializers(self, graph: Graph) -> Iterator[Place]:
        """Element types of initializers, and of Constant nodes, that a release has no type for."""
        rows = self.knowledge.rows("(initializer)", "refused")
        for name, tensor in list(graph.initializers.items()) + _constants(graph):
            dtype = DTYPE_NAMES.get(tensor.data_type, "UNDEFINED")
            for fact in rows:
                if dtype not in fact["require"]["dtype"]:
                    value = graph.value(name)
                    yield Place(_for_type(fact, dtype), fact.range, tensor=name, detail=dtype, value=value)

    def intermediates(self, node: Node, asked: Asked) -> Iterator[Place]:
        """Rows of "(any)": element types that no layer may produce."""
        facts = asked.output_types
        if facts is None:
            rows = self.knowledge.rows("(any)", "refused")
            facts = [f for f in rows if asked.about(f.range) and "output_dtype" in f.get("forbid", ())]
            asked.output_types = facts
        if not facts:
            return
        for name in filter(None, node.outputs):
            dtype = built_dtype(node.graph.value(name))
            for fact in facts:
                refused = fact["forbid"]["output_dtype"]
                if dtype != refused:
                    continue
                if node.graph.parent is not None or name not in node.graph.output_names:
                    yield Place(fact, fact.range, node, name, refused)

    def whole(self, model: Model) -> Iterator[Place]:
        """Domains, opset, nesting, sparse initializers."""
        for fact in self.knowledge.rows("(any)", "refused"):
            condition = fact.get("require") or {}
            if len(model.declared_domains) > condition.get("opset_imports_max", len(model.declared_domains)):
                yield Place(fact, fact.range)
            depth = condition.get("nesting_max")
            if depth is not None and any(len(graph.path) - 1 > depth for graph in model.graphs()):
                yield Place(fact, fact.range)
        if "ai.onnx" in model.declared_domains and "" not in model.declared_domains and len(model.declared_domains) > 1:
            for fact in self.knowledge.of_models("JD806"):
                yield Place(fact, fact.range)
        yield from opset_places(model, self.knowledge)
        for graph in model.graphs():
            for sparse in getattr(graph.proto, "sparse_initializer", ()):
                for fact in self.knowledge.of_models("JD805"):
                    yield Place(fact, fact.range, tensor=sparse.values.name)


def _for_type(fact: Fact, dtype: str) -> Fact:
    """The row with those of its fixes that are made for the element type."""
    wanted = [request for request in fact.get("fix", ()) if dtype in _MADE_FOR.get(request, (dtype,))]
    return fact if len(wanted) == len(fact.get("fix", ())) else Fact(dict(fact.row, fix=wanted))


def _constants(graph: Graph) -> List[Tuple[str, Any]]:
    """Output name and tensor of every Constant that is given as a tensor."""
    nodes = [node for node in graph.nodes if node.op_type == "Constant" and in_default_domain(node)]
    given = [(next(iter(node.outputs), ""), node.constant_tensor()) for node in nodes if node.has_attr("value")]
    return [(name, tensor) for name, tensor in given if tensor is not None]
