"""What a rewrite may do to a graph: place nodes before one node, replace it, or change it in place.

Works alike in the main graph, in subgraphs and in function bodies, keeps the names of graph outputs,
and names what it adds after the node it stands for, so that the same model gives the same bytes.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence, Tuple, TypeVar, Union

from jetdoctor.constants.evaluator import in_time
from jetdoctor.fix.changes import Changes, rename_inputs
from jetdoctor.fix.diff import Recorder
from jetdoctor.graph import Dim, Node, Value
from jetdoctor.recipes import Build
from jetdoctor.recipes.build import attribute_proto
from jetdoctor.rule import CannotRewrite
from jetdoctor.types import Target

Found = TypeVar("Found")


class Edit(Build):
    """The edits of one rewrite at ``node``; several rewrites of a pass share ``changes``."""

    def __init__(self, changes: Changes, node: Node, target: Optional[Target] = None) -> None:
        self.changes, self.node, self.target = changes, node, target
        self.recorder = Recorder()
        self._fresh: Dict[str, Any] = {}
        self._before = changes.of(node.graph).before.setdefault(node.index, [])
        self._originals: List[Tuple[Node, Any]] = []
        self._marks = self._mark()

    @property
    def opset(self) -> int:
        """Opset of the default domain in the graph of the node, which new nodes must be valid in."""
        return self.node.opset

    def needs(self, opset: int) -> None:
        """``CannotRewrite`` when the graph's opset is older."""
        if self.opset < opset:
            raise CannotRewrite("decomposing it needs opset %d" % opset)

    @property
    def touched(self) -> bool:
        """Whether the rewrite has changed anything yet."""
        return bool(len(self.recorder) or self._fresh)

    def add(
        self,
        op_type: str,
        inputs: Sequence[str],
        outputs: Union[int, Sequence[str]] = 1,
        domain: str = "",
        name: Optional[str] = None,
        **attributes: Any,
    ) -> Any:
        """Place a node right before the node and return the name of its output, or a list of names.

        ``outputs`` is their number or their names ("" leaves one out); attributes that are None are
        left out.
        """
        from onnx import helper

        label = self.changes.unique(name or "%s/%s" % (self._base, op_type))
        names = self._output_names(label, outputs)
        proto = helper.make_node(op_type, list(inputs), names, name=label, domain=domain)
        for key in sorted(attributes):
            if attributes[key] is not None:
                proto.attribute.append(attribute_proto(key, attributes[key]))
        self._before.append(proto)
        self._fresh.update((output, proto) for output in names if output)
        self.recorder.note("+", self.node.graph, proto)
        return names[0] if outputs == 1 else names

    def hold(self, tensor: Any, name: Optional[str] = None) -> str:
        """A new initializer of the node's graph; a function body gets a Constant node instead."""
        label = tensor.name = self.changes.unique(name or "%s/constant" % self._base)
        if self.node.graph.is_function:
            tensor.name = ""
            self.add("Constant", [], [label], name=label + "/Constant", value=tensor)
            return label
        self.changes.of(self.node.graph).initializers.append(tensor)
        return label

    def replace(self, node: Node, outputs: Union[str, Sequence[str]], retyped: bool = False) -> None:
        """Consumers of the outputs of ``node`` read ``outputs`` instead, and the node goes.

        A single name stands for the first output, "" for an output that nobody reads. Graph outputs keep their
        names. ``retyped``: the new values have another element type, so that what the model declares of the old
        ones goes with the node.
        """
        if retyped:
            self.retype(node)
        for old, new in zip(node.outputs, [outputs] if isinstance(outputs, str) else outputs):
            if old and new and old != new:
                self._replace_value(node, old, new)
        self.changes.of(node.graph).removed.add(node.index)
        self.changes.release(list(node.inputs) + list(node.outputs))
        self.changes.release(name for graph in node.subgraphs for name in _outer_reads(graph))
        self.recorder.note("-", node.graph, node.proto)

    def set_attribute(self, node: Node, name: str, value: Any) -> None:
        """Set or overwrite an attribute in place."""
        self._keep(node)
        self._drop_attribute(node, name)
        node.proto.attribute.append(attribute_proto(name, value))
        self._changed(node)

    def remove_attribute(self, node: Node, name: str) -> None:
        """Remove an attribute in place; nothing happens when it is absent."""
        self._keep(node)
        if self._drop_attribute(node, name):
            self._changed(node)

    def set_input(self, node: Node, index: int, name: str) -> None:
        """Read ``name`` as input ``index``; inputs in between become the empty placeholder."""
        self._keep(node)
        while len(node.proto.input) <= index:
            node.proto.input.append("")
        self.changes.release([node.proto.input[index]])
        node.proto.input[index] = name
        self._changed(node)

    def drop_inputs(self, node: Node, start: int) -> None:
        """Drop the inputs from index ``start`` on."""
        self._keep(node)
        self.changes.release(node.proto.input[start:])
        del node.proto.input[start:]
        self._changed(node)

    def wanted(self, node: Node, index: int) -> bool:
        value = node.output(index)
        return bool(value.name) and (bool(value.consumers) or value.name in node.graph.output_names)

    def retype(self, node: Node) -> None:
        """What the model declares of the outputs of ``node`` goes: they have another element type now."""
        self.changes.of(node.graph).retyped.update(node.outputs)

    def declare(self, output: str, dtype: int) -> None:
        """A graph output is of this element type from now on (its number in ONNX)."""
        self.changes.of(self.node.graph).declared[output] = dtype

    def array(self, value: Value) -> Any:
        """numpy array of a constant expression, computed when it must be; None when it is not one."""
        return self.changes.evaluator.array(value)

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes as far as they are known: numbers, symbols, None."""
        return self.changes.evaluator.elements(value)

    def in_time(self, work: Callable[[], Found], what: str) -> Found:
        """What ``work`` returns, which is never None. Raises CannotRewrite when ``what`` fails or takes too long."""
        found = in_time(work)
        if found is None:
            raise CannotRewrite("%s fails, or takes too much time or memory" % what)
        return found

    def fresh(self, wish: str) -> str:
        return self.changes.unique("%s/%s" % (self._base, wish))

    def inline(self, body: Any, given: Dict[str, str]) -> List[str]:
        """Add the nodes of a subgraph under new names; ``given``: its inputs by name. Returns its outputs."""
        from jetdoctor.fix.inlining import inline

        return inline(self, body, given)

    def undo(self) -> None:
        """Take everything back, when a rewrite gives up half-way."""
        changes, (before, initializers, removed, renamed, declared) = self.changes.of(self.node.graph), self._marks
        del self._before[before:], changes.initializers[initializers:]
        changes.removed, changes.renamed, changes.declared = set(removed), dict(renamed), dict(declared)
        for node, proto in self._originals:
            node.proto.CopyFrom(proto)
            node._attributes = None

    def _mark(self) -> Tuple[int, int, FrozenSet[int], Dict[str, str], Dict[str, int]]:
        changes = self.changes.of(self.node.graph)
        removed = frozenset(changes.removed)
        return len(self._before), len(changes.initializers), removed, dict(changes.renamed), dict(changes.declared)

    def _keep(self, node: Node) -> None:
        if not any(known is node for known, _ in self._originals):
            copy = type(node.proto)()
            copy.CopyFrom(node.proto)
            self._originals.append((node, copy))

    @property
    def _base(self) -> str:
        outputs = [name for name in self.node.outputs if name]
        return self.node.name or (outputs[0] if outputs else self.node.op_type)

    def _output_names(self, label: str, outputs: Union[int, Sequence[str]]) -> List[str]:
        if not isinstance(outputs, int):
            return list(outputs)
        if outputs == 1:
            return [label]
        return [self.changes.unique("%s/%d" % (label, index)) for index in range(outputs)]

    def _replace_value(self, node: Node, old: str, new: str) -> None:
        proto = self._fresh.get(new)
        if proto is not None:  # our own: it takes the old name, and no consumer has to change
            self._rename_fresh(proto, new, old)
        elif old in node.graph.output_names:
            self.add("Identity", [new], [old])
        else:
            self.changes.of(node.graph).renamed[old] = new

    def _rename_fresh(self, proto: Any, new: str, old: str) -> None:
        for candidate in self._before:
            rename_inputs(candidate, {new: old})
            for index, name in enumerate(candidate.output):
                if name == new:
                    candidate.output[index] = old
        del self._fresh[new]

    def _drop_attribute(self, node: Node, name: str) -> bool:
        for index, attribute in enumerate(node.proto.attribute):
            if attribute.name == name:
                del node.proto.attribute[index]
                return True
        return False

    def _changed(self, node: Node) -> None:
        node._attributes = None
        self.recorder.note("~", node.graph, node.proto)


def _outer_reads(graph: Any) -> Tuple[str, ...]:
    names = [name for below in graph.walk() for node in below.nodes for name in node.inputs]
    return tuple(names) + graph.output_names
