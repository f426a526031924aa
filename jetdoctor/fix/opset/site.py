"""A node in its place, as an adapter sees it: what it reads, and the nodes that it puts there instead."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Union

from jetdoctor.fix.opset import inference
from jetdoctor.fix.opset.scope import open_below
from jetdoctor.fix.opset.view import SeenNode, SeenValue
from jetdoctor.graph import Dim, Node, Value
from jetdoctor.recipes import Build
from jetdoctor.recipes.build import attribute_proto
from jetdoctor.rule import CannotRewrite


class Site(Build):
    """``node`` while it goes from opset ``to + 1`` to ``to``; emitted nodes come before it."""

    completes_subgraphs = True

    def __init__(self, scope: Any, node: Any, to: int) -> None:
        self.scope, self.node, self.to = scope, node, to
        self._written_at = to
        self.emitted: List[Any] = []
        self.notes: List[str] = []
        #: what lowers the node: "adapter", "schema" (attributes and types alone) or "definition" (onnx's own)
        self.way = "schema"

    @property
    def opset(self) -> int:
        """Opset that new nodes are written in: ``to``, or a newer one that an adapter ``needs``."""
        return self._written_at

    def needs(self, opset: int) -> None:
        """New nodes are written in this opset at least, and then go down in their turn."""
        self._written_at = max(self._written_at, opset)

    @property
    def view(self) -> Node:
        """The node as recipes read it."""
        return SeenNode(self.scope, self.node, self.to + 1)

    def value(self, name: str) -> Value:
        """A value as recipes read it."""
        return SeenValue(self.scope, name)

    # -- reading ---------------------------------------------------------------------------------

    def attr(self, name: str, default: Any = None) -> Any:
        """Value of an attribute (text decoded), ``default`` when it is absent."""
        from onnx import helper

        for attribute in self.node.attribute:
            if attribute.name == name:
                if attribute.ref_attr_name:
                    raise CannotRewrite("attribute %s is a parameter of the function" % name)
                value = helper.get_attribute_value(attribute)
                return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return default

    def input(self, index: int) -> str:
        """Name of an input, "" when it is absent."""
        return self.node.input[index] if index < len(self.node.input) else ""

    def output(self, index: int) -> str:
        return self.node.output[index] if index < len(self.node.output) else ""

    def known(self, index: int) -> Any:
        """numpy array of a constant input; None when it is absent or computed at run time."""
        return self.scope.constant(self.input(index)) if self.input(index) else None

    def array(self, value: Value) -> Any:
        found = self.scope.constant(value.name)
        return self.scope.constant_of_any_size(value.name) if found is None else found

    def elements(self, value: Value) -> Optional[List[Dim]]:
        return self.scope.elements(value.name)

    def needed(self, index: int, what: str) -> Any:
        """numpy array of an input that becomes an attribute; ``CannotRewrite`` when it is not constant."""
        found = self.known(index)
        if found is None:
            raise CannotRewrite("%s is computed at run time; opset %d requires a constant" % (what, self.to))
        return found

    def dims(self, name: str) -> Optional[List[Any]]:
        """Dims of a value (None for each unknown one); None when the rank is unknown."""
        shape = self.value(name).shape
        return None if shape is None else [dim if isinstance(dim, int) else None for dim in shape]

    def rank(self, value: Union[Value, str]) -> int:
        return super().rank(self.value(value) if isinstance(value, str) else value)

    def element(self, name: str) -> int:
        """Element type number of a tensor; 0 when unknown."""
        proto = self.scope.type(name)
        return proto.tensor_type.elem_type if proto is not None and proto.HasField("tensor_type") else 0

    def needed_element(self, name: str) -> int:
        number = self.element(name)
        if not number:
            raise CannotRewrite("the element type of %s is not known" % name)
        return number

    # -- editing the node in place ---------------------------------------------------------------

    def set(self, name: str, value: Any) -> None:
        from onnx import helper

        self.remove(name)
        self.node.attribute.append(helper.make_attribute(name, value))

    def remove(self, *names: str) -> None:
        kept = [a for a in self.node.attribute if a.name not in names]
        if len(kept) != len(self.node.attribute):
            kept = [_twin(a) for a in kept]
            del self.node.attribute[:]
            self.node.attribute.extend(kept)

    def inputs(self, *names: str) -> None:
        """Give the node these inputs; those taken away may become unused constants."""
        self.scope.freed.extend(name for name in self.node.input if name not in names)
        del self.node.input[:]
        self.node.input.extend(names)

    def note(self, text: str) -> None:
        self.notes.append(text)

    # -- new nodes -------------------------------------------------------------------------------

    def add(self, op_type: str, inputs: Sequence[str], outputs: Any = 1, domain: str = "", **attributes: Any) -> Any:
        from onnx import helper

        node = helper.make_node(op_type, list(inputs), [], domain=domain)
        for key in sorted(attributes):
            if attributes[key] is not None:
                node.attribute.append(attribute_proto(key, attributes[key]))
        wanted = [op_type] * outputs if isinstance(outputs, int) else outputs
        names = [self.fresh(op_type) if name else "" for name in wanted]
        node.output.extend(names)
        node.name = next(filter(None, names)) if self.node.name else ""
        self.adopt(node)
        return names[0] if len(names) == 1 else names

    def copied(self, inputs: Sequence[str], **changed: Any) -> Any:
        """The node once more with other inputs and attributes (None drops one); returns its output name or names."""
        return self.again(self.view, inputs, list(self.node.output), **changed)

    def adopt(self, node: Any) -> None:
        """Take a node whose names are settled into the emitted ones and find out its output types."""
        self.emitted.append(node)
        self.scope.remember(node, self.scope.place(self.node))
        open_below(self.scope, node, node)
        for name in node.output:
            if name:
                self.scope.producers[name] = node
        for child in self.scope.children.get(id(node), ()):
            inference.bind_state(self.scope, node, child)
            inference.complete(child, self.opset)
        inference.state_types(self.scope, node)
        found = inference.output_types(self.scope, node, self.opset)
        for name, proto in found.items():
            self.scope.types.setdefault(name, proto)

    def fresh(self, wish: str) -> str:
        first = next((name for name in self.node.output if name), self.node.name)
        return str(self.scope.names.fresh("%s/%s" % (first, wish)))

    def hold(self, tensor: Any, name: Optional[str] = None) -> str:
        from onnx import helper

        label = self.fresh("Constant" if self.scope.constants_are_nodes else "constant")
        if self.scope.constants_are_nodes:
            self.adopt(helper.make_node("Constant", [], [label], value=tensor))
        else:
            tensor.name = label
            added = self.scope.proto.initializer.add()
            added.CopyFrom(tensor)
            self.scope.initializers[label] = added
        return label

    def stated(self, name: str, element: int, dims: List[Optional[int]]) -> str:
        """``name``, with the shape noted that inference cannot know because it was computed."""
        from onnx import helper

        self.scope.types[name] = helper.make_tensor_type_proto(element, dims)
        return name


def _twin(proto: Any) -> Any:
    twin = type(proto)()
    twin.CopyFrom(proto)
    return twin
