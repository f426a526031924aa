"""A graph input of a type that the parser does not know becomes FLOAT, and so does what moves or picks its elements.

The caller has to feed FLOAT then, and reads FLOAT where such elements leave the graph: unsafe. Values of 8 and 16 bits
are the same numbers in FLOAT; where they are computed with, they may wrap around and FLOAT would not.
"""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NAMES, MOVERS
from jetdoctor.rule import CannotRewrite, Rewrite

_EXACT = ("UINT8", "INT8", "UINT16", "INT16", "BOOL")

#: operator -> its inputs of the element type that its first output has too; None: all of them
_CARRIES = dict.fromkeys(MOVERS, (0,))
_CARRIES.update(dict.fromkeys("CenterCropPad Compress MaxPool ReduceMax ReduceMin TopK Trilu".split(), (0,)))
_CARRIES.update(dict.fromkeys(["Concat", "Max", "Min"]))
_CARRIES.update(Where=(1, 2), Clip=(0, 1, 2), Pad=(0, 2), ScatterElements=(0, 2), ScatterND=(0, 2), Resize=(0,))

#: the same where the outputs have a type of their own
_ENDS = dict.fromkeys(["ArgMax", "ArgMin", "Cast", "Shape", "Size"], (0,))
_ENDS["DequantizeLinear"] = (0, 2)
_ENDS.update(dict.fromkeys(["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"], (0, 1)))

#: attributes by which an operator computes with the elements
_COMPUTES = {"mode": ("linear", "cubic"), "reduction": ("add", "mul")}


def _fits(value):
    try:
        _Region(_entry(value))
    except CannotRewrite:
        return False
    return True


REWRITE = Rewrite("narrow_input_type", "Change the input to FLOAT", "unsafe", choice="input-types", fits_value=_fits)


def rewrite_model(model, edit):
    region = _Region(_entry(model.main.value(edit.tensor)))
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    for info in list(proto.graph.input) + list(proto.graph.output):
        if info.name in region.values:
            info.type.tensor_type.elem_type = 1
    for (index, place), array in region.constants.items():
        name = edit.changes.unique("%s/float" % proto.graph.node[index].input[place])
        proto.graph.initializer.append(_float(array, name))
        proto.graph.node[index].input[place] = name
    _drop_unread(proto.graph, {model.main.nodes[index].inputs[place] for index, place in region.constants})
    for index in region.casts:
        next(one for one in proto.graph.node[index].attribute if one.name == "to").i = 1
    for index in sorted(region.dequantized, reverse=True):
        _decompose(proto.graph, index, edit.changes.unique)
    del proto.graph.value_info[:]  # types follow from the input
    edit.become(proto)


def _entry(value):
    """The input to begin with; for a constant the one that it meets at an operator."""
    if value.is_graph_input:
        return value
    met = [reader.input(i) for reader in value.consumers for i in range(len(reader.inputs))]
    return next((other for other in met if other.is_graph_input and other.dtype == value.dtype), value)


def _drop_unread(graph, names):
    """Drop initializers of these names that nothing reads any more: the parser looks at their types too."""
    read = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    for unread in [tensor for tensor in graph.initializer if tensor.name in names - read]:
        graph.initializer.remove(unread)


def _decompose(graph, index, unique):
    """DequantizeLinear of steps in FLOAT: (steps - zero point) * scale."""
    from onnx import helper

    node = graph.node[index]
    x, scale, zero = (list(node.input) + [""])[:3]
    shifted = unique("%s/shifted" % node.output[0]) if zero else x
    if zero:
        graph.node.insert(index, helper.make_node("Sub", [x, zero], [shifted], name=unique("%s/Sub" % node.output[0])))
    last = index + bool(zero)
    product = helper.make_node("Mul", [shifted, scale], [node.output[0]], name=unique("%s/Mul" % node.output[0]))
    graph.node[last].CopyFrom(product)


def _float(array, name):
    from onnx import numpy_helper

    return numpy_helper.from_array(array.astype("float32"), name)


class _Region:
    """The values that become FLOAT with an input, and the constants that meet them, by node index and input."""

    def __init__(self, value):
        self.graph, self.dtype = value.graph, value.dtype
        self.values, self.constants, self.met, self.dequantized, self.casts = set(), {}, {}, set(), []
        if self.dtype not in _EXACT or not value.is_graph_input:
            raise CannotRewrite("%s of %s does not fit FLOAT" % (value.name or "the value", value.dtype))
        waiting = [value]
        while waiting:
            value = waiting.pop()
            if value.name not in self.values:
                self.values.add(value.name)
                for reader in value.consumers:
                    waiting += self._through(reader, value.name)
        for name, reader in self.met.items():
            if name not in self.values:
                raise CannotRewrite("%s also reads %s, which has another source" % (reader, name))

    def _through(self, node, name):
        """The other values that a node makes FLOAT too."""
        if node.graph is not self.graph or node.domain not in ("", "ai.onnx"):
            raise CannotRewrite("%s reads it in a body or of another domain" % node.op_type)
        if node.op_type == "DequantizeLinear":
            self._check_scale(node)
        same = node.op_type == "Cast" and DTYPE_NAMES.get(node.attr("to", 0)) == self.dtype
        if same:
            self.casts.append(node.index)
        known = _CARRIES.get(node.op_type, _ENDS.get(node.op_type, ()))
        places = [i for i in (range(len(node.inputs)) if known is None else known) if node.present(i)]
        computes = any(node.attr(key, "") in _COMPUTES[key] for key in _COMPUTES)
        if computes or any(node.inputs[i] == name and i not in places for i in range(len(node.inputs))):
            raise CannotRewrite("%s computes differently in FLOAT and in %s" % (node.op_type, self.dtype))
        found = []
        for place in places:
            other = node.input(place)
            array = other.array()
            if array is not None:
                self.constants[node.index, place] = array
            elif other.is_graph_input:
                found.append(other)
            else:
                self.met[other.name] = node.op_type
        if node.op_type in _ENDS and not same:
            return found
        return found + [node.output(i) for i in range(len(node.outputs) if node.op_type == "Split" else 1)]

    def _check_scale(self, node):
        one = [node.input(i).static_shape in ((), (1,)) for i in (1, 2) if node.present(i)]
        if not all(one) or node.input(1).dtype != "FLOAT" or (node.present(2) and node.input(2).array() is None):
            raise CannotRewrite("DequantizeLinear has per-channel scales, or a zero point computed at run time")
        self.dequantized.add(node.index)
