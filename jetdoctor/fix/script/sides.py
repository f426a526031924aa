"""One graph of the comparison: which node makes which tensor, and the values of its constants."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from jetdoctor.fix.sorting import reads

#: element types of the numbers that a Constant may have as attributes, by attribute type (FLOAT, INT, FLOATS, INTS)
_SCALARS = {1: "float32", 2: "int64", 6: "float32", 7: "int64"}


class Side:
    """A GraphProto, indexed by tensor name. Of the graphs around it only the constants are known."""

    def __init__(self, graph: Any, outer: Optional["Side"] = None) -> None:
        self.graph = graph
        self.nodes: List[Any] = list(graph.node)
        self.order = {id(node): number for number, node in enumerate(self.nodes)}
        self.producers: Dict[str, Any] = {name: node for node in self.nodes for name in node.output if name}
        self.constants: Dict[str, Any] = dict(outer.constants) if outer else {}
        self.constants.update((tensor.name, tensor) for tensor in graph.initializer)
        for node in self.nodes:
            if node.op_type == "Constant" and not node.input and node.attribute:
                self.constants[node.output[0]] = node.attribute[0]
        self.inputs = [value.name for value in graph.input]
        self.outputs = [value.name for value in graph.output]
        #: nodes that an output needs; the others do not count
        self.alive = alive(graph)
        self.names = set(self.producers) | set(self.constants) | set(self.inputs)
        self._arrays: Dict[str, Any] = {}

    def has(self, name: str) -> bool:
        return name in self.names

    def twin(self, node: Any) -> Optional[Any]:
        """The node of this graph that makes what a node of the other graph makes first."""
        first = next((name for name in node.output if name), "")
        return self.producers.get(first)

    def array(self, name: str) -> Any:
        """Value of a constant; None for any other tensor, and for one whose data lies in another file."""
        import numpy as np
        from onnx import helper, numpy_helper

        holder = self.constants.get(name)
        if holder is None:
            return None
        if name not in self._arrays:
            value = holder if hasattr(holder, "dims") else helper.get_attribute_value(holder)
            if hasattr(value, "dims"):
                value = None if value.data_location == 1 else numpy_helper.to_array(value)
            elif holder.type in _SCALARS:
                value = np.array(value, _SCALARS[holder.type])
            self._arrays[name] = value
        return self._arrays[name]

    def same_constant(self, name: str, other: "Side", there: str) -> bool:
        """Whether a constant is one of the other graph too, by type, shape and value."""
        one, two = self.constants.get(name), other.constants.get(there)
        if one is None or two is None:
            return one is two and name == there
        if one is two or (name == there and one.SerializeToString() == two.SerializeToString()):
            return True
        return alike(self.array(name), other.array(there))


def alive(graph: Any) -> List[Any]:
    """Nodes of a sorted graph that one of its outputs needs, also by way of a branch or body."""
    needed = {value.name for value in graph.output}
    found = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(reads(node))
            found.append(node)
    return found[::-1]


def alike(one: Any, other: Any) -> bool:
    """Whether two constants are the same to the last bit."""
    import numpy as np

    if one is None or other is None:
        return False
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is type(other) and bool(np.array_equal(one, other))
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def same_node(one: Any, other: Any) -> bool:
    """Whether two nodes do the same, apart from what they read and from the graphs inside of them."""
    if (one.op_type, one.domain) != (other.op_type, other.domain):
        return False
    return _attributes(one) == _attributes(other)


def _attributes(node: Any) -> Dict[str, bytes]:
    found = {}
    for attribute in node.attribute:
        if attribute.type == 5:
            found[attribute.name] = b"graph"
            continue
        twin = type(attribute)()
        twin.CopyFrom(attribute)
        twin.doc_string = ""
        found[attribute.name] = twin.SerializeToString(deterministic=True)
    return found
