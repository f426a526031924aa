"""Quantized tensors computed in FLOAT, step for step, where TensorRT has no such quantization.

Zero points other than 0, UINT8 and 16-bit steps: every quantized tensor becomes a FLOAT tensor of the same whole
numbers, so that rounding and saturation stay. Quantization that TensorRT has (INT8 around 0) stays where it is
not connected to any of these.
"""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from jetdoctor.graph import DTYPE_NAMES, MOVERS, Graph, Node
from jetdoctor.recipes.quantization import numbers_of, quantizing, stays_quantized, steps_of
from jetdoctor.rule import CannotRewrite

#: first and last step of an element type
_STEPS = {"UINT8": (0, 255), "INT8": (-128, 127), "UINT16": (0, 65535), "INT16": (-32768, 32767)}

#: operators that only move elements or choose among them; PyTorch clips the steps of 7 bits
_CHOOSE = MOVERS | {"Clip", "Concat", "Max", "MaxPool", "Min", "Relu", "Resize"}

#: operators that read steps and give something else
_ENDS = ("ArgMax", "ArgMin", "Cast", "DequantizeLinear")


def convert(model: Any, edit: Any, undo: bool) -> None:
    """Every graph of ``model``. Without ``undo`` tensors that could be INT8 in TensorRT with other steps stay."""
    done, kept = 0, 0
    for graph in model.graphs():
        if not graph.is_function:
            region = _Region(graph, edit, undo)
            done += region.convert()
            kept += region.kept
    if not done and kept:
        raise CannotRewrite("it would give up INT8 at %d nodes, which is your decision: --allow quantization" % kept)
    if not done:
        raise CannotRewrite("TensorRT has the kind of every quantized tensor, or nothing computes with it")


class _Region:
    """The quantized tensors of one graph, and the FLOAT tensors that stand for them (``twins``)."""

    def __init__(self, graph: Graph, edit: Any, undo: bool) -> None:
        self.graph, self.edit, self.undo = graph, edit, undo
        self.quantized: Set[str] = set()
        self.twins: Dict[str, str] = {}
        self.numbers: Set[str] = set()
        #: nodes of the parts that stay, since TensorRT could have them in INT8
        self.kept = 0

    def convert(self) -> int:
        """The number of nodes written in FLOAT."""
        nodes = self._nodes()
        for node in nodes:
            self._check_readers(node)
        for node in nodes:
            place = self.edit.at(node)
            outputs = _written(node, place, self.twins)
            if _ends(node):
                place.replace(node, outputs)
                self.numbers.update(node.outputs)
            else:
                self.twins.update(zip(node.outputs, outputs))
                place.replace(node, [""] * len(outputs))
        self._fold_partners({node.index for node in nodes})
        return len(nodes)

    def _nodes(self) -> List[Node]:
        """Nodes of every connected part that holds a form which TensorRT does not have, in graph order."""
        parent: Dict[str, str] = {}
        members: List[Tuple[Node, str]] = []
        strange: List[str] = []

        def root(name: str) -> str:
            while parent.setdefault(name, name) != name:
                name = parent[name]
            return name

        for node in self.graph.nodes:
            names = [node.inputs[i] for i in _reads(node) if node.inputs[i] in self.quantized]
            if not names and node.op_type != "QuantizeLinear":
                if not _from_outside(node) and not self._of_weights(node):
                    continue
                names = [node.outputs[0]]
                if not _ends(node):
                    self.quantized.update(node.outputs)
            elif not _ends(node):
                self.quantized.update(node.outputs)
                names += node.outputs
            for name in names[1:]:
                parent[root(name)] = root(names[0])
            members.append((node, names[0]))
            strange += [names[0]] if _strange(node) else []
        wanted = {root(name) for name in strange}
        if not self.undo:
            able = {root(name) for node, name in members if stays_quantized(node, self.edit.array)} & wanted
            self.kept = sum(root(name) in able for _, name in members)
            wanted -= able
        return [node for node, name in members if root(name) in wanted]

    def _of_weights(self, node: Node) -> bool:
        """Whether the node picks from quantized weights, as a lookup in an embedding does."""
        if quantizing(node) or _ends(node) or not _moves(node):
            return False
        read = [node.input(index) for index in _reads(node)]
        return bool(read) and all(value.dtype in _STEPS and value.is_constant_expression() for value in read)

    def _check_readers(self, node: Node) -> None:
        """Refuse a quantized tensor that is read by something else, or handed out of the graph."""
        for name in self.quantized.intersection(node.outputs):
            if name in self.graph.output_names:
                raise CannotRewrite("%s is quantized and an output of the graph" % name)
            for reader in self.graph.value(name).consumers:
                inside = [reader.inputs[i] for i in _reads(reader)]
                if reader.graph is not self.graph or list(reader.inputs).count(name) != inside.count(name):
                    raise CannotRewrite("%s is quantized and read by %s" % (name, reader.op_type))

    def _fold_partners(self, seen: Set[int]) -> None:
        """Constants dequantized beside a converted tensor: TensorRT wants both sides quantized or none."""
        for reader in self.graph.nodes:
            if not self.numbers.intersection(reader.inputs):
                continue
            for source in [reader.input(index).producer for index, name in enumerate(reader.inputs) if name]:
                if source is None or source.op_type != "DequantizeLinear" or source.graph is not self.graph:
                    continue
                array = None if source.index in seen else self.edit.array(source.output())
                if array is not None:
                    place = self.edit.at(source)
                    place.replace(source, [place.constant(array)])
                    seen.add(source.index)


def _reads(node: Node) -> List[int]:
    """Indices of the inputs that are quantized when the node is part of a quantized computation."""
    found: List[int] = []
    if quantizing(node):
        found = [2] if node.op_type == "QuantizeLinear" else [0, 2]
    elif _moves(node):
        found = list(range(len(node.inputs))) if node.op_type == "Concat" else [0]
    return [index for index in found if node.present(index)]


def _moves(node: Node) -> bool:
    """Whether the operator does the same with whole numbers in FLOAT."""
    if node.domain not in ("", "ai.onnx") or (node.op_type == "MaxPool" and len(node.outputs) > 1):
        return False
    if node.op_type == "Resize":
        return node.attr("mode", "nearest") == "nearest"
    if node.op_type == "Cast" and not _ends(node):
        return _type_given(node) == node.input(0).dtype
    return node.op_type in _CHOOSE or node.op_type in _ENDS


def _type_given(node: Node) -> Any:
    return DTYPE_NAMES.get(node.attr("to"))


def _ends(node: Node) -> bool:
    """Whether the outputs are no steps any more; PyTorch writes casts that change nothing between two nodes."""
    return node.op_type in _ENDS and not (node.op_type == "Cast" and _type_given(node) in _STEPS)


def _from_outside(node: Node) -> bool:
    """Whether the node dequantizes what neither this graph nor a constant gives, such as a UINT8 image."""
    return quantizing(node) and node.input(0).is_graph_input


def _strange(node: Node) -> bool:
    """Whether TensorRT has no such form: everything but INT8 around 0."""
    if not quantizing(node):
        return False
    zero = node.input(2).array() if node.present(2) else None
    if node.domain == "com.microsoft":
        return True
    if zero is None:
        return node.present(2) or (node.op_type == "QuantizeLinear" and node.attr("output_dtype", 0) != 3)
    return str(zero.dtype) in ("uint8", "int16", "uint16") or (str(zero.dtype) == "int8" and bool((zero != 0).any()))


def _written(node: Node, edit: Any, twins: Dict[str, str]) -> List[str]:
    """Outputs of the node with FLOAT tensors in the place of quantized ones."""
    if not quantizing(node):
        if node.op_type == "Cast" and not _ends(node):
            return [_steps(node, 0, edit, twins)]
        bounded = node.op_type in ("Clip", "Max", "Min")  # by constant steps
        steps = range(len(node.inputs)) if bounded else _reads(node)
        inputs = [_steps(node, i, edit, twins) if name and i in steps else name for i, name in enumerate(node.inputs)]
        made = edit.again(node, inputs, len(node.outputs))
        return [made] if isinstance(made, str) else made
    if node.attr("block_size", 0):
        raise CannotRewrite("scales by blocks")
    zero, scale = _spread(node, 2, edit, twins), _spread(node, 1, edit, twins)
    return [(_quantized if node.op_type == "QuantizeLinear" else _dequantized)(node, edit, twins, scale, zero)]


def _quantized(node: Node, edit: Any, twins: Dict[str, str], scale: str, zero: str) -> str:
    if edit.opset < 11:
        raise CannotRewrite("Round came with opset 11")
    dtype = node.input(2).dtype if node.present(2) else DTYPE_NAMES[node.attr("output_dtype", 0) or 2]
    dtype = "UINT8" if node.inputs[-1] in twins else dtype
    if dtype not in _STEPS:
        raise CannotRewrite("quantized to %s" % dtype)
    x = node.inputs[0] if node.input(0).dtype in (None, "FLOAT") else edit.cast(node.inputs[0], "FLOAT")
    return steps_of(edit, x, scale, zero, _STEPS[dtype])


def _dequantized(node: Node, edit: Any, twins: Dict[str, str], scale: str, zero: str) -> str:
    ones = edit.array(node.input(1))
    unscaled = ones is not None and not (ones != 1).any()
    number = numbers_of(edit, _steps(node, 0, edit, twins), "" if unscaled else scale, zero)
    dtype = node.input(1).dtype
    return number if dtype in (None, "FLOAT") else edit.cast(number, dtype)


def _steps(node: Node, index: int, edit: Any, twins: Dict[str, str]) -> str:
    """Input ``index`` as whole numbers in FLOAT."""
    import numpy as np

    value = node.input(index)
    if value.name in twins:
        return twins[value.name]
    array = edit.array(value)
    return edit.cast(value.name, "FLOAT") if array is None else edit.constant(array.astype(np.float32))


def _spread(node: Node, index: int, edit: Any, twins: Dict[str, str]) -> str:
    """Scale or zero point in FLOAT, shaped for broadcasting; "" for a zero point of zeros."""
    import numpy as np

    if not node.present(index):
        return ""
    value, axis = node.input(index), node.attr("axis", 1)
    array = None if value.name in twins else edit.array(value)
    if array is not None:
        if index == 2 and not array.any():
            return ""
        if array.size > 1:
            rank = edit.rank(node.input(0))
            array = array.reshape([-1 if d == axis % rank else 1 for d in range(rank)])
        return edit.constant((array if array.size > 1 else array.reshape(())).astype(np.float32))
    if value.name not in twins and value.shape is not None and len(value.shape):
        raise CannotRewrite("per-channel scales computed at run time")
    return value.name if value.dtype == "FLOAT" else _steps(node, index, edit, twins)
