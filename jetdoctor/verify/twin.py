"""A model beside its low-precision twin in one graph: the same nodes twice, once with rounded tensors.

One run of ONNX Runtime then gives, for every float tensor, its largest magnitude in FP32, in the twin,
and the largest difference of the two; no tensor has to be kept.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence

from jetdoctor.types import UsageError
from jetdoctor.verify.ranges import STEERING

#: ONNX element type to round through.
CAST_TO = {"fp16": 10, "bf16": 16}

#: Operators that an INT8 engine computes on quantized inputs.
QUANTIZED = ("Conv", "ConvTranspose", "MatMul", "Gemm")

_RANDOM = (
    "RandomNormal",
    "RandomUniform",
    "RandomNormalLike",
    "RandomUniformLike",
    "Multinomial",
    "Bernoulli",
)


class Twin:
    """Builds the twin of ``proto`` into ``self.proto``; ``probes`` maps a tensor to its three outputs.

    ``keep`` are indices of nodes that stay in FP32. ``limits`` are magnitudes by tensor (INT8 scales). Without
    ``probing`` only the graph's outputs are compared, which is cheaper.
    """

    def __init__(
        self,
        proto: Any,
        view: Any,
        precision: str,
        keep: FrozenSet[int] = frozenset(),
        limits: Optional[Mapping[str, float]] = None,
        probing: bool = True,
    ) -> None:
        import onnx

        self.view, self.precision, self.keep, self.limits = view, precision, keep, limits or {}
        self.proto = onnx.ModelProto()
        self.proto.CopyFrom(proto)
        self.graph = self.proto.graph
        self.low: Dict[str, str] = {}  # tensor -> its name in the twin
        self.exact: Dict[str, str] = {}  # tensor of a kept node -> its rounded copy, for nodes not kept
        self.probes: Dict[str, List[str]] = {}
        self._opset, self._probing = view.opset(""), probing
        self._check()
        self._build()

    def _check(self) -> None:
        needed = {"fp16": 6, "bf16": 13, "int8": 10}[self.precision]
        if self._opset < needed:
            text = "the %s rehearsal needs opset %d or newer, the model has %d (onnx.version_converter raises it)"
            raise UsageError(text % (self.precision, needed, self._opset))

    def _build(self) -> None:
        nodes = list(self.graph.node)
        del self.graph.node[:]
        for tensor in list(self.graph.initializer):
            self._weights(tensor)
        for value in self.graph.input:
            if value.name not in self.low and self.is_float(value.name) and self.precision != "int8":
                self.low[value.name] = self._round(value.name, value.name)
        for index, node in enumerate(nodes):
            self.graph.node.add().CopyFrom(node)
            self._twin(index, node)
        self._outputs = [value.name for value in self.graph.output]
        for name in [name for node in nodes for name in node.output if name and self._probing]:
            if self.is_float(name) and name in self.low:
                self._probe(name)

    def pairs(self) -> Dict[str, str]:
        """Graph outputs and their twins' names; an output that the twin shares is left out."""
        return {name: self.low[name] for name in self._outputs if name in self.low}

    def is_float(self, name: str) -> bool:
        """Whether a tensor is known to be FP32 and not empty (ReduceMax refuses an empty one)."""
        value = self.view.main.value(name)
        shape = value.shape
        return value.dtype == "FLOAT" and not (shape is not None and 0 in shape)

    def _weights(self, tensor: Any) -> None:
        """A rounded copy of float weights; steering constants are only read exactly, see _input."""
        from onnx import numpy_helper

        if tensor.data_type != 1:
            return
        array = numpy_helper.to_array(tensor)
        rounded = round_array(array, self.precision, self._channel_axis(tensor.name, array.ndim))
        self.graph.initializer.append(numpy_helper.from_array(rounded, tensor.name + "/low"))
        self.low[tensor.name] = tensor.name + "/low"

    def _channel_axis(self, name: str, rank: int) -> Optional[int]:
        """Axis of the output channels when Conv or Gemm reads these weights, else None."""
        for node in self.view.main.value(name).consumers:
            if node.op_type in QUANTIZED and len(node.inputs) > 1 and node.inputs[1] == name and rank > 1:
                transposed = node.op_type == "Gemm" and node.attr("transB", 0)
                return {"Conv": 0, "ConvTranspose": 1}.get(node.op_type, 0 if transposed else rank - 1)
        return None

    def _twin(self, index: int, node: Any) -> None:
        if node.op_type in _RANDOM or node.op_type == "Constant":
            return
        kept = index in self.keep
        inputs = [self._input(node, position, name, kept) for position, name in enumerate(node.input)]
        captured = {name: new for name, new in self.low.items() if node.attribute}
        rounds = self.precision != "int8" and any(self.is_float(name) for name in node.output if name)
        if inputs == list(node.input) and not rounds and not _has_graph(node):
            return
        copy = self.graph.node.add()
        copy.CopyFrom(node)
        copy.name = node.name + "/low" if node.name else ""  # ONNX Runtime refuses two nodes of one name
        del copy.input[:], copy.output[:]
        copy.input.extend(inputs)
        _rename_captured(copy, captured)
        copy.output.extend(name + "/twin" if name else "" for name in node.output)
        for name in node.output:
            if not name:
                continue
            self.low[name] = name + "/twin"
            if self.precision != "int8" and self.is_float(name):
                rounded = self._round(name + "/twin", name)
                if kept:
                    self.exact[name] = rounded
                else:
                    self.low[name] = rounded

    def _input(self, node: Any, position: int, name: str, kept: bool) -> str:
        if (node.op_type, position) in STEERING:
            return name if self.view.main.value(name).is_constant_expression() else self.low.get(name, name)
        if self.precision != "int8":
            if kept:  # with its own weights, which are FP32, too
                exact = self.view.main.value(name).initializer is not None
                return name if exact else self.low.get(name, name)
            return self.exact.get(name, self.low.get(name, name))
        if node.op_type not in QUANTIZED or position > 1 or kept:
            return name if self.view.main.value(name).initializer is not None else self.low.get(name, name)
        if self.view.main.value(name).initializer is not None or not self.limits.get(name):
            return self.low.get(name, name)
        return self._quantize(self.low.get(name, name), self.limits[name], name)

    def _round(self, source: str, name: str) -> str:
        """Through the narrow type and back; returns the rounded tensor's name."""
        from onnx import helper

        for target, suffix in ((CAST_TO[self.precision], "/narrow"), (1, "/low")):
            self.graph.node.append(helper.make_node("Cast", [source], [name + suffix], to=target))
            source = name + suffix
        return source

    def _quantize(self, source: str, limit: float, name: str) -> str:
        from onnx import helper

        done = name + "/dequantized"
        if any(done in node.output for node in self.graph.node):
            return done
        scale = helper.make_tensor(name + "/scale", 1, [], [max(limit, 1e-12) / 127.0])
        zero = helper.make_tensor(name + "/zero", 3, [], [0])
        self.graph.initializer.extend([scale, zero])
        about = [scale.name, zero.name]
        self.graph.node.append(helper.make_node("QuantizeLinear", [source] + about, [name + "/quantized"]))
        self.graph.node.append(helper.make_node("DequantizeLinear", [name + "/quantized"] + about, [done]))
        return done

    def _probe(self, name: str) -> None:
        """Three scalars: largest magnitude here, in the twin, and largest difference."""
        from onnx import helper

        base, low = name + "/probe", self.low[name]
        make: Callable[..., Any] = helper.make_node
        self.graph.node.append(make("Sub", [name, low], [base + "/difference"]))
        found = []
        for source, label in ((name, "/high"), (low, "/low"), (base + "/difference", "/error")):
            self.graph.node.append(make("Abs", [source], [base + label + "/abs"]))
            self.graph.node.append(make("ReduceMax", [base + label + "/abs"], [base + label], keepdims=0))
            found.append(base + label)
        self.probes[name] = found

    def finish(self) -> Any:
        """The model to run: outputs are the probes and both sides of every graph output."""
        pairs = self.pairs()
        del self.graph.output[:]
        names = [name for three in self.probes.values() for name in three]
        for name in dict.fromkeys(names + list(pairs) + list(pairs.values())):
            self.graph.output.add().name = name
        return self.proto


def round_array(array: Any, precision: str, axis: Optional[int] = None) -> Any:
    """FP32 weights as they are after a conversion to ``precision`` and back (INT8: symmetric, per channel)."""
    import numpy

    if precision == "fp16":
        with numpy.errstate(over="ignore"):
            return array.astype("float16").astype("float32")
    if precision == "bf16":
        import ml_dtypes

        return array.astype(ml_dtypes.bfloat16).astype("float32")
    if axis is None:
        return array
    others = tuple(a for a in range(array.ndim) if a != axis)
    scale = numpy.maximum(numpy.abs(array).max(axis=others, keepdims=True), 1e-12) / 127.0
    return (numpy.clip(numpy.rint(array / scale), -127, 127) * scale).astype("float32")


def _has_graph(node: Any) -> bool:
    return any(attribute.type in (5, 10) for attribute in node.attribute)


def _rename_captured(node: Any, names: Mapping[str, str]) -> None:
    """Tensors that a subgraph reads from outside, in the twin's names."""
    for attribute in node.attribute:
        for graph in [attribute.g] if attribute.type == 5 else attribute.graphs:
            own = {value.name for value in graph.input} | {t.name for t in graph.initializer}
            own |= {name for inner in graph.node for name in inner.output}
            outside = {name: new for name, new in names.items() if name not in own}
            for inner in graph.node:
                renamed: Sequence[str] = [outside.get(name, name) for name in inner.input]
                del inner.input[:]
                inner.input.extend(renamed)
                _rename_captured(inner, outside)
            _reroute_outputs(graph, outside)


def _reroute_outputs(graph: Any, names: Mapping[str, str]) -> None:
    from onnx import helper

    for value in graph.output:
        if value.name in names:
            graph.node.append(helper.make_node("Identity", [names[value.name]], [value.name + "/inner"]))
            value.name += "/inner"
