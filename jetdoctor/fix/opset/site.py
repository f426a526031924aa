"""A node in its place, as an adapter sees it: what it reads, and the nodes that it puts there instead."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple, Union

from jetdoctor.fix.opset import fold, inference
from jetdoctor.fix.opset.scope import open_below

#: Element types that numpy has: float, (u)int8-64, bool, float16, double.
_NUMPY_HAS = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13)


class CannotLower(Exception):
    """This node cannot be written in the older opset; the text says why."""


class Site:
    """``node`` while it goes from opset ``opset + 1`` to ``opset``; emitted nodes come before it."""

    def __init__(self, scope: Any, node: Any, opset: int) -> None:
        self.scope, self.node, self.opset = scope, node, opset
        self.written_at = opset  # an adapter that writes in a newer opset says so; its nodes then go down too
        self.emitted: List[Any] = []
        self.notes: List[str] = []

    # -- reading ---------------------------------------------------------------------------------

    def attr(self, name: str, default: Any = None) -> Any:
        """Value of an attribute (text decoded), ``default`` when it is absent."""
        from onnx import helper

        for attribute in self.node.attribute:
            if attribute.name == name:
                if attribute.ref_attr_name:
                    raise CannotLower("attribute %s is a parameter of the function" % name)
                value = helper.get_attribute_value(attribute)
                return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return default

    def input(self, index: int) -> str:
        """Name of an input, "" when it is absent."""
        return self.node.input[index] if index < len(self.node.input) else ""

    def output(self, index: int) -> str:
        return self.node.output[index] if index < len(self.node.output) else ""

    def constant(self, index: int) -> Any:
        """numpy array of a constant input; None when it is absent or computed at run time."""
        return self.scope.constant(self.input(index)) if self.input(index) else None

    def needed(self, index: int, what: str) -> Any:
        """numpy array of an input that becomes an attribute; ``CannotLower`` when it is not constant."""
        found = self.constant(index)
        if found is None:
            raise CannotLower("%s computed at run time; opset %d wants a constant" % (what, self.opset))
        return found

    def dims(self, name: str) -> Optional[List[Any]]:
        """Dims of a value (None for each unknown one); None when the rank is unknown."""
        return fold.dims_of(self.scope.type(name))

    def rank(self, name: str) -> int:
        dims = self.dims(name)
        if dims is None:
            raise CannotLower("the rank of %s is not known" % name)
        return len(dims)

    def element(self, name: str) -> int:
        """Element type number of a tensor; 0 when unknown."""
        proto = self.scope.type(name)
        return proto.tensor_type.elem_type if proto is not None and proto.HasField("tensor_type") else 0

    def needed_element(self, name: str) -> int:
        number = self.element(name)
        if not number:
            raise CannotLower("the element type of %s is not known" % name)
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

    def emit(self, op_type: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> Any:
        """A new node; returns the name of its output, or a list when ``outputs`` is more than one."""
        from onnx import helper

        node = helper.make_node(op_type, list(inputs), [], **attributes)
        names = [self.fresh(op_type) for _ in range(outputs)]
        node.output.extend(names)
        node.name = names[0] if self.node.name else ""
        self.adopt(node)
        return names[0] if outputs == 1 else names

    def again(self, inputs: Sequence[str], drop: Tuple[str, ...] = (), **attributes: Any) -> Any:
        """A copy of the node with other inputs and attributes; returns its output name or names."""
        from onnx import helper

        node = _twin(self.node)
        kept = [_twin(a) for a in node.attribute if a.name not in drop and a.name not in attributes]
        del node.attribute[:], node.input[:], node.output[:]
        node.attribute.extend(kept)
        node.attribute.extend(helper.make_attribute(k, v) for k, v in attributes.items())
        node.input.extend(inputs)
        names = [self.fresh(node.op_type) if name else "" for name in self.node.output]
        node.output.extend(names)
        self.adopt(node)
        return names[0] if len(names) == 1 else names

    def adopt(self, node: Any, opset: Optional[int] = None) -> None:
        """Take a node whose names are settled into the emitted ones and find out its output types."""
        self.emitted.append(node)
        self.scope.remember(node, self.scope.place(self.node))
        open_below(self.scope, node, node)
        for name in node.output:
            if name:
                self.scope.producers[name] = node
        found = inference.output_types(self.scope, node, opset or self.written_at)
        for name, proto in found.items():
            self.scope.types.setdefault(name, proto)

    def fresh(self, wish: str) -> str:
        first = next((name for name in self.node.output if name), self.node.name)
        return self.scope.names.fresh("%s/%s" % (first, wish))

    def array(self, values: Any, element: Union[int, None] = None) -> str:
        """Name of a new constant; ``element`` is an ONNX element type number (default: numpy's own)."""
        import numpy as np
        from onnx import helper, numpy_helper

        name = self.fresh("Constant" if self.scope.constants_are_nodes else "constant")
        array = np.asarray(values)
        if element in (None, *_NUMPY_HAS):
            array = array if element is None else array.astype(helper.tensor_dtype_to_np_dtype(element))
            tensor = numpy_helper.from_array(array, name)
        else:  # bfloat16 and narrower, which older releases of onnx have no numpy type for
            tensor = helper.make_tensor(
                name, element, array.shape, array.astype("float32").reshape(-1).tolist()
            )
        if self.scope.constants_are_nodes:
            self.adopt(helper.make_node("Constant", [], [name], value=tensor))
        else:
            added = self.scope.proto.initializer.add()
            added.CopyFrom(tensor)
            self.scope.initializers[name] = added
        return name

    def ints(self, *values: int) -> str:
        """Name of a new one-dimensional int64 constant."""
        import numpy as np

        return self.array(np.array(values, dtype="int64"))


def _twin(proto: Any) -> Any:
    twin = type(proto)()
    twin.CopyFrom(proto)
    return twin
