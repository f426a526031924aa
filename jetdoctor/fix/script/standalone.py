"""The fixed part of a repair script: it is copied into every script, and run here to see that a script works.

It imports nothing of jetdoctor. A script has its own values in the place of those between the two marked lines.
"""

import base64
import sys
import zlib
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

import numpy as np
import onnx
import onnx.reference
import onnx_graphsurgeon as gs


class Op(NamedTuple):
    """A node. Inputs and outputs are letters for tensors; an input may be an array (a constant of that value),
    or, in what is put, a function that computes a constant from those that were found.
    """

    type: str
    inputs: Sequence[Any]
    outputs: Sequence[str]
    domain: str
    attributes: Dict[str, Any]


def op(type: str, inputs: Sequence[Any], outputs: Sequence[str], domain: str = "", **attributes: Any) -> Op:
    return Op(type, inputs, outputs, domain, attributes)


class Repair(NamedTuple):
    """Wherever the nodes ``find`` are, put the nodes ``put`` in their place.

    ``same``: tensors whose readers read another tensor, or a constant, from now on. ``types`` and ``shapes`` limit
    where it holds (None is any size), ``only`` counts the places that are meant among those found, from 0.
    """

    what: str
    find: Sequence[Op]
    put: Sequence[Op] = ()
    same: Dict[str, Any] = {}
    types: Dict[str, str] = {}
    shapes: Dict[str, Sequence[Optional[int]]] = {}
    only: Optional[Sequence[int]] = None


def unpacked(text: str, shape: Sequence[int], dtype: Any) -> Any:
    """An array that has no short form."""
    return np.frombuffer(zlib.decompress(base64.b85decode(text)), dtype).reshape(shape)


# --- the repairs ---
REPAIRS: List[Repair] = []
OPSETS: Dict[str, int] = {}
IR_VERSION: Optional[int] = None
INPUTS: Dict[str, Tuple[str, Any]] = {}
OUTPUTS: Dict[str, Tuple[str, Any]] = {}
INLINE_FUNCTIONS = False
FOLD_CONSTANTS = False
CONSTANTS_AS_TENSORS: Sequence[str] = ()
# --- how they are carried out ---

Bound = Dict[str, Any]


def repair(model: Any, repairs: Sequence[Repair]) -> Any:
    """The model with every repair carried out. Stops when nothing in the model looks like what a repair is for."""
    if INLINE_FUNCTIONS:
        from onnx import inliner

        model = inliner.inline_local_functions(model)
    if FOLD_CONSTANTS:
        model = folded(model)
    graph = open_graph(model)
    found, levels = places(graph, repairs), every_level(graph)
    for one, bindings in zip(repairs, found):
        if not bindings:
            sys.exit("%s: nothing in this model looks like it; the export has changed, make a new script" % one.what)
        print("%s: %d place%s" % (one.what, len(bindings), "s" if len(bindings) > 1 else ""))
    for node in [node for level in levels for node in level.nodes if node.op == "Constant"]:
        if set(CONSTANTS_AS_TENSORS).intersection(node.attrs):
            node.attrs = {"value": gs.Constant("", constant(node.outputs[0]))}
    every = [(bound, one) for one, bindings in zip(repairs, found) for bound in bindings]
    names = Names(levels)
    freed = [tensor for bound, one in every for tensor in put(bound, one, levels, names)]
    freed += redirect([pair for bound, one in every for pair in renamed(bound, one, names)])
    for tensor in freed:
        drop_unread(levels, tensor)
    return close_graph(model, graph)


#: results of more elements stay expressions
LARGEST_CONSTANT = 1 << 22


def folded(model: Any) -> Any:
    """The model with initializers for what follows from constants and known sizes, as far as that makes sizes known."""
    graph = model.graph
    while True:
        computed = computed_nodes(model)
        if not computed:
            return model
        kept = [node for node in graph.node if not set(computed).issuperset(node.output)]
        read = {name for node in kept for name in names_read(node)} | {value.name for value in graph.output}
        while any(unread(node, read) for node in kept):  # what only folded nodes read
            kept = [node for node in kept if not unread(node, read)]
            read = {name for node in kept for name in names_read(node)} | {value.name for value in graph.output}
        del graph.node[:]
        graph.node.extend(kept)
        graph.initializer.extend(
            onnx.numpy_helper.from_array(value, name) for name, value in computed.items() if name in read
        )  # fmt: skip


def unread(node: Any, read: Set[str]) -> bool:
    return not read.intersection(node.output)


def names_read(node: Any) -> Iterator[str]:
    """What a node reads, itself or in its branches and bodies."""
    yield from node.input
    for attribute in node.attribute:
        for graph in [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs:
            yield from (value.name for value in graph.output)
            for inner in graph.node:
                yield from names_read(inner)


def computed_nodes(model: Any) -> Dict[str, Any]:
    """Values of the nodes that read only constants and known sizes, by tensor."""
    sizes = known_sizes(model)
    known = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    handed_out = {value.name for value in model.graph.output}
    computed = {}
    for node in model.graph.node:
        values = values_of(node, known, sizes, model.opset_import)
        known.update(zip(node.output, values))
        if node.op_type != "Constant" and len(values) == 1 and node.output[0] not in handed_out:
            computed[node.output[0]] = values[0]
    return computed


def known_sizes(model: Any) -> Dict[str, List[Optional[int]]]:
    """Shapes by tensor, None for a size that is open."""
    try:
        graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception:  # more than 2 GiB, or a model that inference refuses
        graph = model.graph
    return {
        value.name: [d.dim_value if d.HasField("dim_value") else None for d in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info, *graph.output) if value.type.tensor_type.HasField("shape")
    }  # fmt: skip


def values_of(node: Any, known: Dict[str, Any], sizes: Dict[str, List[Optional[int]]], opsets: Any) -> List[Any]:
    """What a node computes; nothing where that depends on an input, or should stay to be computed."""
    stays = node.op_type in ("QuantizeLinear", "DequantizeLinear", "Multinomial", "Bernoulli")
    inner = any(attribute.type in (5, 10) for attribute in node.attribute)
    if stays or inner or node.domain or node.op_type.startswith("Random"):
        return []
    if node.op_type == "Shape" and node.input[0] in sizes:
        limits = {attribute.name: attribute.i for attribute in node.attribute}
        shape = sizes[node.input[0]][limits.get("start", 0) : limits.get("end")]
        return [] if None in shape else [np.array(shape, np.int64)]
    if not all(name in known for name in node.input if name):
        return []
    feeds = {name: known[name] for name in node.input if name}
    inputs, outputs = ([onnx.ValueInfoProto(name=name) for name in names] for names in (feeds, node.output))
    alone = onnx.helper.make_graph([node], "one", inputs, outputs)
    try:
        one = onnx.helper.make_model(alone, opset_imports=opsets, ir_version=8)
        values: Any = onnx.reference.ReferenceEvaluator(one).run(None, feeds)
    except Exception:  # an operator or type that the evaluator lacks
        return []
    plain = all(isinstance(value, np.ndarray) and value.dtype != object for value in values)
    return values if plain and all(value.size <= LARGEST_CONSTANT for value in values) else []


def open_graph(model: Any) -> Any:
    """The graph for onnx-graphsurgeon, with the shapes that onnx infers."""
    try:
        return gs.import_onnx(onnx.shape_inference.infer_shapes(model))
    except Exception:  # more than 2 GiB, or a model that inference refuses
        return gs.import_onnx(model)


def close_graph(model: Any, graph: Any) -> Any:
    """``model`` with the edited graph, opsets and declared types."""
    for tensors, declared in ((graph.inputs, INPUTS), (graph.outputs, OUTPUTS)):
        for tensor in tensors:
            if tensor.name in declared:
                dtype, tensor.shape = declared[tensor.name]
                tensor.dtype = np.dtype(dtype)
    if not is_sorted(graph):
        graph.toposort()
    edited = gs.export_onnx(graph, do_type_check=False).graph
    known = {name for node in edited.node for name in node.output}
    declared_before = [value for value in model.graph.value_info if value.name in known]
    del edited.value_info[:]
    model.graph.CopyFrom(edited)
    for imported in list(model.opset_import):
        if imported.domain in OPSETS:
            model.opset_import.remove(imported)
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in OPSETS.items())
    model.ir_version = IR_VERSION or model.ir_version
    inferred = element_types(model)
    model.graph.value_info.extend(
        value for value in declared_before
        if inferred.get(value.name, value.type.tensor_type.elem_type) == value.type.tensor_type.elem_type
    )  # fmt: skip
    return model


def element_types(model: Any) -> Dict[str, int]:
    """The element types that onnx infers: a repair may compute in another one than the model declared."""
    try:
        found = onnx.shape_inference.infer_shapes(model).graph.value_info
    except Exception:  # more than 2 GiB, or a model that inference refuses
        return {}
    return {value.name: value.type.tensor_type.elem_type for value in found if value.type.tensor_type.elem_type}


def places(graph: Any, repairs: Sequence[Repair]) -> List[List[Bound]]:
    """For each repair what its letters stand for, at every place; no node is repaired twice."""
    taken: set = set()
    found = []
    for one in repairs:
        here = []
        for level in every_level(graph):
            for node in level.nodes:
                bound = next(matches(level, one, list(reversed(one.find)), node, {}), None)
                if bound is not None:
                    core = [id(node) for node in core_nodes(bound, one)]
                    if not taken.intersection(core):
                        taken.update(core)
                        here.append(bound)
        found.append([bound for number, bound in enumerate(here) if one.only is None or number in one.only])
    return found


def every_level(graph: Any) -> List[Any]:
    """The graph and those in its branches and bodies."""
    return [graph] + list(graph.subgraphs(recursive=True))


def core_nodes(bound: Bound, one: Repair) -> List[Any]:
    """The nodes found that go, since something else makes what they made."""
    made = [name for item in one.put for name in item.outputs] + list(one.same)
    return [bound[name].inputs[0] for name in made if name in bound and bound[name].inputs]


def matches(level: Any, one: Repair, wanted: List[Op], node: Any, bound: Bound) -> Iterator[Bound]:
    """Ways in which the nodes ``wanted``, the first of which is ``node``, are there."""
    now = meet(wanted[0], node, bound)
    if now is None:
        return
    rest = wanted[1:]
    if not rest:
        if fits(now, one):
            yield dict(now, graph=level)
        return
    for candidate in candidates(level, rest[0], now):
        if id(candidate) not in now["nodes"]:
            yield from matches(level, one, rest, candidate, now)


def candidates(level: Any, wanted: Op, bound: Bound) -> Sequence[Any]:
    for name in wanted.outputs:
        if name in bound:
            return [node for node in bound[name].inputs]
    for name in wanted.inputs:
        if isinstance(name, str) and name in bound and not is_constant(bound[name]):
            return [node for node in bound[name].outputs]
    return [node for node in level.nodes]


def meet(wanted: Op, node: Any, bound: Bound) -> Optional[Bound]:
    """``bound`` with the letters of one node; None when the node is another."""
    if node.op != wanted.type or (node.domain or "") != wanted.domain:
        return None
    if len(node.inputs) != len(wanted.inputs) or len(node.outputs) != len(wanted.outputs):
        return None
    attributes = {name: value for name, value in node.attrs.items() if not isinstance(value, gs.Graph)}
    if set(attributes) != set(wanted.attributes):
        return None
    if not all(alike(attributes[name], value) for name, value in wanted.attributes.items()):
        return None
    now = dict(bound, nodes=bound.get("nodes", frozenset()) | {id(node)})
    for letter, tensor in list(zip(wanted.inputs, node.inputs)) + list(zip(wanted.outputs, node.outputs)):
        if not isinstance(letter, str):
            value = constant(tensor)
            if value is None or not alike(value, letter):
                return None
        elif (letter == "") != (tensor.name == ""):
            return None
        elif letter:
            known = now.setdefault(letter, tensor)
            if known is not tensor and (constant(known) is None or not alike(constant(known), constant(tensor))):
                return None
    return now


def fits(bound: Bound, one: Repair) -> bool:
    for name, dtype in one.types.items():
        if bound[name].dtype is None or type_name(bound[name].dtype) != dtype:
            return False
    for name, shape in one.shapes.items():
        known = bound[name].shape
        if known is None or len(known) != len(shape):
            return False
        if any(size is not None and size != there for size, there in zip(shape, known)):
            return False
    inputs = [value for item in one.put for value in item.inputs] + list(one.same.values())
    return all(is_constant(bound[name]) for value in inputs if callable(value) for name in read_by(value))


class Names:
    """Names for what is new: an export may name nodes twice, or as we would."""

    def __init__(self, levels: Sequence[Any]) -> None:
        self.taken = {name for level in levels for name in level.tensors(check_duplicates=False)}
        self.taken.update(node.name for level in levels for node in level.nodes)

    def new(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.taken:
            name, number = "%s_%d" % (wanted, number), number + 1
        self.taken.add(name)
        return name


def put(bound: Bound, one: Repair, levels: Sequence[Any], names: Names) -> List[Any]:
    """Put the new nodes where the old ones are; returns the tensors that the old ones read."""
    old = core_nodes(bound, one)
    kinds = {id(output): (node.op, node.name) for node in old for output in node.outputs}
    level = bound["graph"]
    there = [number for number, node in enumerate(level.nodes) if any(node is gone for gone in old)]
    place = there[0] if there else len(level.nodes)
    base = next((node.name or node.outputs[0].name for node in old), one.what)
    read = [tensor for node in old for tensor in node.inputs]
    for node in old:
        remove(levels, node)
    for number, item in enumerate(one.put):
        inputs = [argument(bound, name, base, number, names) for name in item.inputs]
        for name in item.outputs:
            if name and name not in bound:
                bound[name] = gs.Variable(names.new("%s/%s/%s" % (base, item.type, name)))
        outputs = [bound[name] if name else gs.Variable.empty() for name in item.outputs]
        kind, name = kinds.get(id(outputs[0]), ("", ""))
        attributes = {key: tensor_attribute(value) for key, value in item.attributes.items()}
        name = name if kind == item.type else names.new("%s/%s/%d" % (base, item.type, number))
        node = gs.Node(item.type, name, attributes, inputs, outputs, domain=item.domain or None)
        level.nodes.insert(place + number, node)
    return read


def renamed(bound: Bound, one: Repair, names: Names) -> List[Tuple[Any, Any]]:
    """Tensors whose readers read another one, with that one."""
    return [(bound[name], argument(bound, other, bound[name].name, 0, names)) for name, other in one.same.items()]


def redirect(pairs: Sequence[Tuple[Any, Any]]) -> List[Any]:
    """Let the readers of each old tensor read the new one, which may itself be an old one; returns the old ones."""
    following = {id(old): new for old, new in pairs}
    for old, new in pairs:
        while id(new) in following:
            new = following[id(new)]
        for reader in list(old.outputs):
            reader.inputs = [new if tensor is old else tensor for tensor in reader.inputs]
    return [old for old, _ in pairs]


def argument(bound: Bound, wanted: Any, base: str, number: int, names: Names) -> Any:
    """The tensor for an input: the one that a letter stands for, or a new constant."""
    if isinstance(wanted, str):
        return bound[wanted] if wanted else gs.Variable.empty()
    if callable(wanted):
        wanted = wanted(*[constant(bound[name]) for name in read_by(wanted)])
    values = np.ascontiguousarray(wanted).reshape(np.shape(wanted))
    return gs.Constant(names.new("%s/constant_%d" % (base, number)), values)


def read_by(function: Any) -> Sequence[str]:
    """The letters that a function of constants takes."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def drop_unread(levels: Sequence[Any], tensor: Any) -> None:
    """Remove the nodes that made what nothing reads any more."""
    kept = {id(output) for level in levels for output in level.outputs}
    for node in list(tensor.inputs):
        if any(output.outputs or id(output) in kept for output in node.outputs):
            continue
        inputs = list(node.inputs)
        remove(levels, node)
        for other in inputs:
            drop_unread(levels, other)


def remove(levels: Sequence[Any], node: Any) -> None:
    """Take a node out; by identity, since onnx-graphsurgeon calls nodes equal that look alike."""
    for level in levels:
        for number, other in enumerate(level.nodes):
            if other is node:
                del level.nodes[number]
                break
    node.outputs.clear()
    node.inputs.clear()


def is_sorted(graph: Any) -> bool:
    made = {id(output) for node in graph.nodes for output in node.outputs}
    for node in graph.nodes:
        if any(id(tensor) in made for tensor in node.inputs if tensor.name):
            return False
        made.difference_update(id(output) for output in node.outputs)
    return True


def constant(tensor: Any) -> Any:
    """Value of an initializer or of a Constant node, None for anything else."""
    if isinstance(tensor, gs.Constant):
        return tensor.values
    if len(tensor.inputs) == 1 and tensor.inputs[0].op == "Constant":
        for name, value in tensor.inputs[0].attrs.items():
            return of_numbers(name, value) if name in NUMBERS else plain(value)
    return None


#: attributes of a Constant node that are numbers and no tensor, with their element type
NUMBERS = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}


def of_numbers(name: str, value: Any) -> Any:
    return np.array(value, NUMBERS[name])


def is_constant(tensor: Any) -> bool:
    return isinstance(tensor, gs.Constant) or (len(tensor.inputs) == 1 and tensor.inputs[0].op == "Constant")


def plain(value: Any) -> Any:
    """An attribute as numpy or Python has it."""
    if isinstance(value, gs.Constant):
        return value.values
    return value.load() if hasattr(value, "load") else value


def tensor_attribute(value: Any) -> Any:
    return gs.Constant("", value) if isinstance(value, np.ndarray) else value


def type_name(dtype: Any) -> str:
    return np.dtype(dtype).name if not isinstance(dtype, int) else str(dtype)


def alike(one: Any, other: Any) -> bool:
    """Whether two attributes or constants are the same, numbers as FLOAT where they are no integers."""
    one, other = plain(one), plain(other)
    if isinstance(one, (str, bytes)) or isinstance(other, (str, bytes)):
        return bool(one == other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.dtype != other.dtype:
        return False
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape:
        return False
    if first.dtype.kind == "f" and first.dtype.itemsize == 8 and not isinstance(one, np.ndarray):
        first, second = first.astype(np.float32), second.astype(np.float32)
    return bool(np.array_equal(first, second))


def main(arguments: Sequence[str]) -> None:
    if len(arguments) != 3:
        sys.exit("usage: python %s IN.onnx OUT.onnx" % arguments[0])
    model = repair(onnx.load(arguments[1]), REPAIRS)
    large = model.ByteSize() >= onnx.checker.MAXIMUM_PROTOBUF
    onnx.save(model, arguments[2], save_as_external_data=large, location=arguments[2].rpartition("/")[2] + ".data")
    print("written: %s" % arguments[2])


if __name__ == "__main__":
    main(sys.argv)
