"""Changed models: what parses as ONNX and means something else, or nothing.

Bytes that are changed at random are mostly not ONNX any more. These changes are made on the messages, so that every
rule, condition and analysis meets inputs, attributes, types, sizes and graphs that no exporter writes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, Dict, List, Sequence, Tuple

import onnx
from onnx import AttributeProto, TensorProto, helper

#: Numbers that break arithmetic: around nothing, the ends of types, more than any machine holds.
_NUMBERS = (0, 1, -1, 2, 3, 7, 64, 1 << 16, (1 << 31) - 1, -(1 << 31), 1 << 40, (1 << 63) - 1, -(1 << 63))
_FLOATS = (0.0, -0.0, 1.0, -1.5, 1e-45, 3e38, 1e300, float("inf"), float("-inf"), float("nan"))
_WORDS = ("", "NOTSET", "SAME_UPPER", "linear", "cubic", "constant", "forward", "a b", "ij,jk->ik", "\u202e", "..")
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "trt.plugins", "custom", "a/b")
_TYPES = tuple(range(0, 27))

#: Levels of branches that a graph is put into by one change, and by all changes together: protobuf's own decoder, which
#: makes the inputs here, takes 100 messages in one another, three for each level.
_DEEP = (1, 2, 5, 20)
_DEEPEST = 28


@lru_cache(maxsize=None)
def _attributes() -> Tuple[str, ...]:
    return tuple(sorted({name for schema in onnx.defs.get_all_schemas() for name in schema.attributes}))


@lru_cache(maxsize=None)
def _operators() -> Tuple[str, ...]:
    return tuple(sorted({schema.name for schema in onnx.defs.get_all_schemas()}))


def changed(data: bytes, steps: Sequence[Any]) -> bytes:
    """The serialized model after one change for each ``random.Random`` of ``steps``."""
    model = onnx.ModelProto.FromString(data)
    for random in steps:
        random.choice(_CHANGES)(model, random)
    return model.SerializeToString()


def _graphs(model: Any) -> List[Any]:
    """The main graph, those in attributes, and the bodies of functions."""
    found = [model.graph, *model.functions]
    for graph in found:  # grows while it is walked
        for node in graph.node:
            for attribute in node.attribute:
                found += [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]
    return found


def _node(model: Any, random: Any) -> Any:
    """Some node, or an empty one that belongs to nothing."""
    nodes = random.choice(_graphs(model)).node
    return random.choice(nodes) if nodes else onnx.NodeProto()


def _name(model: Any, random: Any) -> str:
    """A name that the model uses, or one that nothing defines."""
    node = _node(model, random)
    main = model.graph
    known = [*node.input, *node.output, *(v.name for v in (*main.input, *main.output, *main.initializer)), "", "gone"]
    return str(random.choice(known))


def _reconnect(model: Any, random: Any) -> None:
    node = _node(model, random)
    if node.input:
        node.input[random.randrange(len(node.input))] = _name(model, random)


def _swap(model: Any, random: Any) -> None:
    node = _node(model, random)
    if len(node.input) > 1:
        given = list(node.input)
        random.shuffle(given)
        node.input[:] = given


def _count(model: Any, random: Any) -> None:
    """More or fewer inputs or outputs."""
    node = _node(model, random)
    names = random.choice((node.input, node.output))
    if names and random.random() < 0.5:
        names.pop()
    else:
        names.extend([_name(model, random)] * random.choice((1, 1, 3, 40)))


def _rename(model: Any, random: Any) -> None:
    """An output of a node takes another name: dangling readers, two makers of one name."""
    node = _node(model, random)
    if node.output:
        node.output[random.randrange(len(node.output))] = _name(model, random)


def _operator(model: Any, random: Any) -> None:
    node = _node(model, random)
    if random.random() < 0.8:
        node.op_type = random.choice(_operators())
    else:
        node.domain = random.choice(_DOMAINS)


def _nodes(model: Any, random: Any) -> None:
    """A node is gone, there twice, or in another place."""
    nodes = random.choice(_graphs(model)).node
    if not nodes:
        return
    place = random.randrange(len(nodes))
    kept = onnx.NodeProto()
    kept.CopyFrom(nodes[place])
    if random.random() < 0.6:
        del nodes[place]
    if random.random() < 0.6:
        nodes.append(kept)


def _opset(model: Any, random: Any) -> None:
    version = random.choice((*range(0, 30), *_NUMBERS))
    if model.opset_import and random.random() < 0.7:
        random.choice(model.opset_import).version = version
    else:
        model.opset_import.append(helper.make_opsetid(random.choice(_DOMAINS), version))


def _attribute(model: Any, random: Any) -> None:
    """An attribute of any kind under a name that ONNX knows, or one that is there already."""
    node = _node(model, random)
    name = random.choice([a.name for a in node.attribute] * 3 + [random.choice(_attributes())])
    kept = [a for a in node.attribute if a.name != name or random.random() < 0.1]
    del node.attribute[:]
    node.attribute.extend(kept)
    if random.random() < 0.9:
        made = AttributeProto(name=name)
        random.choice(_VALUES)(made, random)
        node.attribute.append(made)


def _int(attribute: Any, random: Any) -> None:
    attribute.type, attribute.i = AttributeProto.INT, random.choice(_NUMBERS)


def _ints(attribute: Any, random: Any) -> None:
    attribute.type = AttributeProto.INTS
    attribute.ints.extend(random.choice(_NUMBERS) for _ in range(random.choice((0, 1, 2, 3, 4, 8, 300))))


def _float(attribute: Any, random: Any) -> None:
    attribute.type, attribute.f = AttributeProto.FLOAT, random.choice(_FLOATS[:5])


def _floats(attribute: Any, random: Any) -> None:
    attribute.type = AttributeProto.FLOATS
    attribute.floats.extend(random.choice((0.0, 1.0, float("nan"))) for _ in range(random.randrange(5)))


def _text(attribute: Any, random: Any) -> None:
    attribute.type, attribute.s = AttributeProto.STRING, random.choice((*(w.encode() for w in _WORDS), b"\xff"))


def _tensor_value(attribute: Any, random: Any) -> None:
    attribute.type = AttributeProto.TENSOR
    attribute.t.CopyFrom(_tensor("", random))


def _kind(attribute: Any, random: Any) -> None:
    """A type that says something else than what is there."""
    attribute.type = random.randrange(0, 15)


def _rare(attribute: Any, random: Any) -> None:
    """Kinds of attributes that few operators have, and a reference to an attribute of the function around."""
    way = random.randrange(6)
    if way == 0:
        attribute.type = AttributeProto.TENSORS
        attribute.tensors.extend(_tensor("t", random) for _ in range(random.randrange(3)))
    elif way == 1:
        attribute.type = AttributeProto.SPARSE_TENSOR
        _sparse(attribute.sparse_tensor, random)
    elif way == 2:
        attribute.type = AttributeProto.GRAPHS
        attribute.graphs.add(name="g").node.add(op_type=random.choice(_operators()))
    elif way == 3:
        attribute.type = AttributeProto.TYPE_PROTO
        attribute.tp.CopyFrom(random.choice(_OTHER_TYPES))
    elif way == 4:
        attribute.type = AttributeProto.STRINGS
        attribute.strings.extend(random.choice(_WORDS).encode() for _ in range(random.randrange(4)))
    else:
        attribute.type, attribute.ref_attr_name = random.randrange(0, 15), random.choice(("a", "axis", attribute.name))


_OTHER_TYPES = (
    onnx.TypeProto(),
    helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, [2])),
    helper.make_sequence_type_proto(helper.make_sequence_type_proto(helper.make_tensor_type_proto(7, None))),
    helper.make_optional_type_proto(helper.make_tensor_type_proto(9, ["n"])),
    helper.make_map_type_proto(7, helper.make_tensor_type_proto(1, [])),
    helper.make_sparse_tensor_type_proto(1, [3, 4]),
)

_VALUES: Tuple[Callable[[Any, Any], None], ...] = (
    _int, _int, _ints, _ints, _float, _floats, _text, _tensor_value, _kind, _rare,
)  # fmt: skip


def _tensor(name: str, random: Any) -> Any:
    """A tensor whose data fit its sizes, do not, or lie elsewhere."""
    tensor = TensorProto(name=name, data_type=random.choice((1, 7, 7, 6, 9, 10, *_TYPES)))
    tensor.dims.extend(random.choice((0, 1, 2, 3, *_NUMBERS)) for _ in range(random.choice((0, 1, 1, 2, 4, 9))))
    way = random.random()
    if way < 0.5:
        tensor.raw_data = bytes(random.choice((0, 1, 255)) for _ in range(random.choice((0, 1, 4, 8, 16, 17))))
    elif way < 0.8:
        tensor.int64_data.extend(random.choice(_NUMBERS) for _ in range(random.randrange(4)))
    elif way < 0.9:
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=random.choice(("w.bin", "../w", "/dev/zero", "")))
    return tensor


def _sparse(sparse: Any, random: Any) -> None:
    """Values and the places where they stand, which may not belong together."""
    sparse.values.CopyFrom(_tensor("s", random))
    sparse.indices.CopyFrom(_tensor("", random))
    sparse.dims.extend(random.choice(_NUMBERS) for _ in range(random.randrange(4)))


def _initializer(model: Any, random: Any) -> None:
    """A constant takes other values or sizes, a computed value becomes one, or a name has two."""
    graph = model.graph
    if graph.initializer and random.random() < 0.5:
        tensor = random.choice(graph.initializer)
        tensor.CopyFrom(_tensor(tensor.name, random))
    else:
        graph.initializer.append(_tensor(_name(model, random), random))


def _data_of(model: Any, random: Any) -> None:
    """Other numbers in a constant whose sizes stay."""
    tensors = [tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.INT64]
    if tensors:
        tensor = random.choice(tensors)
        count = len(tensor.raw_data) // 8 or len(tensor.int64_data)
        tensor.ClearField("raw_data")
        tensor.int64_data[:] = [random.choice(_NUMBERS) for _ in range(count)]


def _type(model: Any, random: Any) -> None:
    """An input, output or inferred value has another type, other sizes, or none."""
    graph = model.graph
    values = [*graph.input, *graph.output, *graph.value_info]
    if not values:
        return
    value = random.choice(values)
    way = random.random()
    if way < 0.3:
        value.type.tensor_type.elem_type = random.choice(_TYPES)
    elif way < 0.7 and value.type.tensor_type.shape.dim:
        dim = random.choice(value.type.tensor_type.shape.dim)
        dim.dim_value = random.choice(_NUMBERS)
    elif way < 0.8 and value.type.tensor_type.shape.dim:
        random.choice(value.type.tensor_type.shape.dim).dim_param = random.choice(("n", "", "n+1", "batch", "?"))
    elif way < 0.9:
        value.type.tensor_type.shape.dim.add(dim_value=random.choice(_NUMBERS))
    elif way < 0.95:
        value.type.tensor_type.ClearField("shape")
    else:
        value.type.CopyFrom(random.choice(_OTHER_TYPES))


def _told(model: Any, random: Any) -> None:
    """A claim about the type of a value between nodes."""
    shape = [random.choice((*_NUMBERS, "n", None)) for _ in range(random.randrange(5))]
    model.graph.value_info.append(helper.make_tensor_value_info(_name(model, random), random.choice(_TYPES), shape))


def _levels(graph: Any) -> int:
    """Levels of graphs in the attributes of this one's nodes."""
    inner = [g for node in graph.node for a in node.attribute for g in (*a.graphs, *([a.g] if a.HasField("g") else []))]
    return 1 + max(map(_levels, inner)) if inner else 0


def _into_branch(model: Any, random: Any) -> None:
    """All nodes move into a branch of an If or the body of a Loop, some levels deep."""
    for _ in range(min(random.choice(_DEEP), _DEEPEST - max(_levels(model.graph), *map(_levels, model.functions), 0))):
        inner = onnx.GraphProto(name=random.choice(("body", "")))
        inner.node.extend(model.graph.node)
        inner.output.extend(model.graph.output)
        outputs = [value.name for value in model.graph.output]
        if random.random() < 0.5:
            other = onnx.GraphProto(name="other", output=model.graph.output)  # both would double the model each time
            made = helper.make_node("If", [_name(model, random)], outputs, then_branch=inner, else_branch=other)
        else:
            made = helper.make_node("Loop", [_name(model, random), ""], outputs, body=inner)
        del model.graph.node[:]
        model.graph.node.append(made)


def _into_function(model: Any, random: Any) -> None:
    """The nodes become a local function, which may have the name of an operator or call itself."""
    name = random.choice(("f", "Relu", random.choice(_operators())))
    inputs, outputs = [v.name for v in model.graph.input], [v.name for v in model.graph.output]
    body = list(model.graph.node)
    call = helper.make_node(name, inputs, outputs, domain=random.choice(("", "local")))
    if random.random() < 0.2:
        body.append(call)
    model.functions.append(helper.make_function(call.domain, name, inputs, outputs, body, model.opset_import))
    if random.random() < 0.8:
        del model.graph.node[:]
    model.graph.node.append(call)


def _function(model: Any, random: Any) -> None:
    """A local function loses or gains names, attributes, opsets or a call of another one."""
    if not model.functions:
        return _into_function(model, random)
    function, way = random.choice(model.functions), random.randrange(6)
    names = random.choice((function.input, function.output, function.attribute))
    if way == 0 and names:
        del names[random.randrange(len(names))]
    elif way == 1:
        names.append(random.choice(("a", "axis", "", _name(model, random))))
    elif way == 2:
        _int(function.attribute_proto.add(name=random.choice(_attributes())), random)
    elif way == 3:
        del function.opset_import[:]
    elif way == 4:
        function.overload = random.choice(("", "o"))
    else:
        other = random.choice(model.functions)
        function.node.add(op_type=other.name, domain=other.domain, input=function.input, output=function.output)


def _calculated(model: Any, random: Any) -> None:
    """Sizes go through a chain of arithmetic on their way to a node, as exporters write it."""
    node = _node(model, random)
    graph = model.graph
    value = random.choice([_name(model, random), *node.input])
    chain = [helper.make_node("Shape", [value], ["calculated"])] if random.random() < 0.7 else []
    if not chain:
        graph.initializer.append(_tensor("calculated", random))
    for step in range(random.choice((1, 2, 4, 12, 80))):
        last = "calculated%d" % step if step else "calculated"
        graph.initializer.append(_sizes("sizes%d" % step, random))
        inputs = [last, *random.choice((["sizes%d" % step], [last], [], ["sizes%d" % step, last], ["calculated"]))]
        made = helper.make_node(random.choice(_ARITHMETIC), inputs, ["calculated%d" % (step + 1)])
        if random.random() < 0.3:
            name, number = random.choice(("axis", "to", "axes")), random.choice((0, 1, 7))
            made.attribute.append(helper.make_attribute(name, number))
        chain.append(made)
    if node.input:
        node.input[random.randrange(len(node.input))] = chain[-1].output[0]
    behind = list(graph.node)
    del graph.node[:]
    graph.node.extend([*chain, *behind] if random.random() < 0.8 else [*behind, *chain])


def _sizes(name: str, random: Any) -> Any:
    """A constant of integers whose data fit its sizes."""
    dims = random.choice(((), (1,), (1,), (2,), (4,), (2, 2), (64, 1), (1, 64), (0,), (300,)))
    count = 1
    for dim in dims:
        count *= dim
    numbers = [random.choice((*_NUMBERS, 1, 2, 3, 4)) for _ in range(count)]
    return helper.make_tensor(name, TensorProto.INT64, dims, numbers)


_ARITHMETIC = (
    "Abs", "Add", "Cast", "Ceil", "Clip", "Concat", "ConstantOfShape", "Div", "Equal", "Expand", "Floor", "Gather",
    "Identity", "Less", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Pow", "Range", "ReduceMax", "ReduceProd",
    "ReduceSum", "Reshape", "Shape", "Size", "Slice", "Split", "Sqrt", "Squeeze", "Sub", "Tile", "Transpose",
    "Unsqueeze", "Where",
)  # fmt: skip


def _interface(model: Any, random: Any) -> None:
    """Inputs and outputs are fewer, more, or in another order."""
    values = random.choice((model.graph.input, model.graph.output))
    if values and random.random() < 0.5:
        del values[random.randrange(len(values))]
    else:
        values.append(helper.make_tensor_value_info(_name(model, random), 1, [random.choice(_NUMBERS)]))


def _head(model: Any, random: Any) -> None:
    """What stands beside the graph."""
    way = random.randrange(4)
    if way == 0:
        model.ir_version = random.choice((0, 1, 3, 4, 10, 99, (1 << 63) - 1))
    elif way == 1:
        model.producer_name = random.choice(("pytorch", "tf2onnx", "\x1b[31m", "x" * 5000))
    elif way == 2:
        model.metadata_props.add(key=random.choice(_WORDS), value=random.choice(_WORDS))
    else:
        _sparse(model.graph.sparse_initializer.add(), random)


_CHANGES: Tuple[Callable[[Any, Any], None], ...] = (
    _reconnect, _reconnect, _swap, _count, _rename, _operator, _operator, _nodes, _opset, _attribute, _attribute,
    _attribute, _initializer, _data_of, _type, _type, _told, _into_branch, _into_function, _function, _calculated,
    _calculated, _interface, _head,
)  # fmt: skip


def cases() -> List[bytes]:
    """The models of ``fixtures/rules``: every operator that a rule or fact speaks of, in a few nodes each."""
    from tests.cases import every_case, parse

    texts: Dict[str, None] = dict.fromkeys(case.blocks["onnx"] for case in every_case() if "onnx" in case.blocks)
    return [parse(text).SerializeToString() for text in texts]
