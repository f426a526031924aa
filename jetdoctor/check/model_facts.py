"""Fact rows that speak of a whole model: inputs, initializers, domains, functions, operators without importer."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Sequence, Tuple

from jetdoctor import data, onnx_parts
from jetdoctor.check.facts import Asked, in_default_domain, is_function_call, outside
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.facts.seen import built_dtype
from jetdoctor.graph import DTYPE_NAMES, Graph, Model, Node
from jetdoctor.records import dataclass
from jetdoctor.types import VersionRange, parse_version

#: fix request -> the element types that it is made for
_MADE_FOR = {
    "bf16_to_fp32": ("BFLOAT16",),
    "double_to_float": ("DOUBLE",),
    "unsigned_as_signed": ("UINT32", "UINT64"),
}


#: Operators of ONNX Runtime that compute what the ONNX operator of that name does by default (ContribOperators.md).
_ALIKE = frozenset((("com.microsoft", "Gelu"), ("com.microsoft", "GatherND"), ("com.microsoft", "Trilu")))


#: The newest opset whose changes were compared with the importers, and the sections that speak of later ones.
_READ_OPSET = 25
_SECTIONS = ("misread", "network", "values")


@dataclass(frozen=True)
class Place:
    """A fact row that applies: to a node (may be None), a tensor (may be ""), for a range of releases."""

    fact: Fact
    range: VersionRange
    node: Any = None
    tensor: str = ""
    detail: str = ""
    #: the graph input or constant that it is about
    value: Any = None


class Plugins:
    """TensorRT's own plugins: which releases register a creator of a name."""

    def __init__(self) -> None:
        self._by_name: Dict[str, List[VersionRange]] = {}
        for row in data.table("plugins"):
            since, before = parse_version(row["since"]), row.get("before")
            within = VersionRange(since, parse_version(before) if before else None)
            self._by_name.setdefault(row["name"], []).append(within)

    def ranges(self, name: str) -> Sequence[VersionRange]:
        return self._by_name.get(name, ())


class ModelFacts:
    """Evaluates the rows of the bracketed pseudo operators."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.plugins = Plugins()
        rows = knowledge.rows("(model)", "misread")
        self._named: Dict[str, List[Fact]] = {}
        self._contrib: Dict[Tuple[str, str], List[str]] = {}
        for fact in rows:
            if fact["status"] in ("wrong-output", "rejected"):
                self._named.setdefault(fact["rule"], []).append(fact)

    def operator(self, model: Model, node: Node, asked: Asked) -> Iterator[Place]:
        """JD301, JD801 to JD803: the operator itself, whatever its form."""
        key = (node.op_type, node.domain)
        if key[0] == "Constant" and in_default_domain(node):
            return
        if model.function_names and is_function_call(model, node):
            for fact in self._named.get("JD801", ()):
                if fact["status"] == "rejected" or mistaken_call(model, node):
                    yield Place(fact, fact.range, node)
            return
        if key not in asked.gaps:
            asked.gaps[key] = [(fact, within) for fact, within in self._by_name(node) if asked.about(within)]
        for fact, within in asked.gaps[key]:
            yield Place(fact, within, node)

    def _by_name(self, node: Node) -> Iterator[Tuple[Fact, VersionRange]]:
        """What operator and domain alone say: rows with the releases that they hold for."""
        ranges = self.knowledge.importer_ranges(node.op_type)
        if not in_default_domain(node) and (node.domain, node.op_type) not in _ALIKE:
            for fact in self._named.get("JD802", ()):
                for within in ranges:
                    yield fact, within
        known = sorted(list(ranges) + list(self.plugins.ranges(node.op_type)), key=lambda r: r.since or ())
        rule = "JD301" if in_default_domain(node) and self._standard(node) else "JD803"
        lacking = self._no_importer(node, rule)
        for gap in outside(_merged(known)):
            yield lacking, gap

    def _standard(self, node: Node) -> bool:
        return node.op_type in self.knowledge.operators

    def _no_importer(self, node: Node, rule: str) -> Fact:
        rows = self.knowledge.rows(node.op_type, "importer")
        row = next((f.row for f in rows if not f["importer"]), {})
        known = row.get("fix") if in_default_domain(node) else None
        return Fact(
            {
                "rule": rule,
                "op": node.op_type,
                "status": "rejected",
                "what": "",
                "fix": known or self._written_out(node),
                "basis": "read" if row else "importer table",
                "source": row.get("source", "onnx-tensorrt importer tables, no importer of that name"),
            }
        )

    def _written_out(self, node: Node) -> List[str]:
        """Fix requests for an operator of ONNX Runtime that has a short form in ONNX's words."""
        if not self._contrib:
            for row in data.table("contrib_operators"):
                self._contrib[row["domain"], row["op"]] = row["fix"]
        domain = "" if in_default_domain(node) else node.domain
        return self._contrib.get((domain, node.op_type), [])

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
            for fact in self._named.get("JD806", ()):
                yield Place(fact, fact.range)
        opset = model.opset("")
        documented = [(release, release["documented_opset"]["max"]) for release in self.knowledge.releases]
        passed = [(release, newest) for release, newest in documented if newest is not None and opset > newest]
        changed = _changed(model) if passed else {}
        for release, newest in passed:
            later = sorted(name for name, since in changed.items() if since > newest)
            if later:
                yield Place(_beyond(release, opset, newest, later), release.range)
        for graph in model.graphs():
            for sparse in getattr(graph.proto, "sparse_initializer", ()):
                for fact in self._named.get("JD805", ()):
                    yield Place(fact, fact.range, tensor=sparse.values.name)
        if opset > _READ_OPSET:
            yield from self._unread(model)

    def _unread(self, model: Model) -> Iterator[Place]:
        """JD307: versions of operators that came after everything that the importers were compared with."""
        for node in model.nodes():
            if not in_default_domain(node) or not onnx_parts.is_operator(node.op_type, node.opset):
                continue
            version = onnx_parts.schema(node.op_type, node.opset).since_version
            if version > _READ_OPSET and not self._speaks_of(node.op_type, version):
                for within in self.knowledge.importer_ranges(node.op_type):
                    yield Place(_newer(node.op_type, version), within, node)

    def _speaks_of(self, op_type: str, version: int) -> bool:
        rows = [fact for section in _SECTIONS for fact in self.knowledge.rows(op_type, section)]
        return any(fact.get("when", {}).get("opset_min") == version for fact in rows)


def _for_type(fact: Fact, dtype: str) -> Fact:
    """The row with those of its fixes that are made for the element type."""
    wanted = [request for request in fact.get("fix", ()) if dtype in _MADE_FOR.get(request, (dtype,))]
    return fact if len(wanted) == len(fact.get("fix", ())) else Fact(dict(fact.row, fix=wanted))


def mistaken_call(model: Model, node: Node) -> bool:
    """Whether a parser that keeps functions by bare name, in the caller's scope, gets this call wrong.

    Either two functions share a name, or a formal input is called like another tensor of the calling graph.
    """
    named = model.functions_called(node.op_type)
    if len(named) != 1:
        return len(named) > 1
    graph = node.graph
    for index, formal in enumerate(named[0].input_names):
        taken = graph.value(formal)
        known = taken.producer is not None or taken.initializer is not None or taken.is_graph_input
        if known and node.input(index).name != formal:
            return True
    return False


def _changed(model: Model) -> Dict[str, int]:
    """Operator -> opset that last changed it, for the operators of ONNX in the model."""
    found: Dict[str, int] = {}
    for name, opset in {(node.op_type, node.opset) for node in model.nodes() if in_default_domain(node)}:
        if onnx_parts.is_operator(name, opset):
            found[name] = max(found.get(name, 0), onnx_parts.schema(name, opset).since_version)
    return found


def _beyond(release: Fact, opset: int, newest: int, later: Sequence[str]) -> Fact:
    """The row of a model whose operators changed after the newest opset that NVIDIA documents for the release."""
    shown = ", ".join(later[:3]) + (" and %d more" % (len(later) - 3) if len(later) > 3 else "")
    text = "opset %d; NVIDIA documents up to opset %d here, and %s changed since; no node is refused for that alone"
    return Fact(
        {
            "rule": "JD304",
            "id": "opset/beyond-%d" % newest,
            "status": "harmless",
            "what": text % (opset, newest, shown),
            "source": "docs/operators.md of %s" % release["source"],
        }
    )


def _newer(op_type: str, version: int) -> Fact:
    return Fact(
        {
            "rule": "JD307",
            "op": op_type,
            "id": "%s/version-%d" % (op_type, version),
            "status": "undocumented",
            "what": "opset %d changed it; no importer was read for an opset that new" % version,
            "source": "the importers of onnx-tensorrt 7.1 to 11.0 were read for opsets up to %d" % _READ_OPSET,
        }
    )


def _merged(ranges: Sequence[VersionRange]) -> List[VersionRange]:
    """Sorted ranges with overlaps and touching neighbors joined."""
    merged: List[VersionRange] = []
    for item in sorted(ranges, key=lambda r: r.since or ()):
        last = merged[-1] if merged else None
        if last is not None and (last.before is None or (item.since or ()) <= last.before):
            before = None if None in (last.before, item.before) else max(last.before or (), item.before or ())
            merged[-1] = VersionRange(last.since, before)
        else:
            merged.append(item)
    return merged


def _constants(graph: Graph) -> List[Tuple[str, Any]]:
    """Output name and tensor of every Constant that is given as a tensor."""
    nodes = [node for node in graph.nodes if node.op_type == "Constant" and in_default_domain(node)]
    given = [(next(iter(node.outputs), ""), node.constant_tensor()) for node in nodes if node.has_attr("value")]
    return [(name, tensor) for name, tensor in given if tensor is not None]
