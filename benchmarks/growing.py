"""Families of models that grow in one way: ``FAMILIES[name](count)`` gives a ModelProto of so many nodes, inputs …"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Sequence


def _model(nodes: Sequence[Any], last: str, inputs: Iterable[str] = ("x",), **more: Any) -> Any:
    from onnx import TensorProto, helper

    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 4]) for name in inputs]
    out = [helper.make_tensor_value_info(last, TensorProto.FLOAT, [4, 4])]
    graph = helper.make_graph(nodes, "growing", given, out, more.get("initializers", ()))
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("mine", 1)]
    return helper.make_model(graph, ir_version=8, opset_imports=imports, functions=more.get("functions", ()))


def _chain(count: int, node: Callable[[int, str, str], Any], **more: Any) -> Any:
    names = ["x"] + ["a%d" % index for index in range(count)]
    return _model([node(i, names[i], names[i + 1]) for i in range(count)], names[-1], **more)


def relus(count: int) -> Any:
    """Nothing to find."""
    from onnx import helper

    return _chain(count, lambda i, x, y: helper.make_node("Relu", [x], [y]))


def reductions(count: int) -> Any:
    """A misread form at every node, repaired by a lower opset."""
    import numpy
    from onnx import helper, numpy_helper

    axes = numpy_helper.from_array(numpy.array([1]), "axes")
    return _chain(count, lambda i, x, y: helper.make_node("ReduceMean", [x, "axes"], [y]), initializers=[axes])


def mishes(count: int) -> Any:
    """An operator without importer at every node, repaired by a rewrite at each."""
    from onnx import helper

    return _chain(count, lambda i, x, y: helper.make_node("Mish", [x], [y]))


def casts(count: int) -> Any:
    """Casts to a type that no parser has, whose repair looks at the whole model."""
    from onnx import TensorProto, helper

    types = (TensorProto.UINT16, TensorProto.FLOAT)
    return _chain(count // 2 * 2, lambda i, x, y: helper.make_node("Cast", [x], [y], to=types[i % 2]))


def custom_operators(count: int) -> Any:
    """As many different operators that nobody knows."""
    from onnx import helper

    return _chain(count, lambda i, x, y: helper.make_node("Op%d" % i, [x], [y], domain="mine"))


def functions(count: int) -> Any:
    """Local functions, each of which calls the next."""
    from onnx import helper

    imports = [helper.make_opsetid("", 18), helper.make_opsetid("mine", 1)]
    made: List[Any] = []
    for index in range(count):
        inner = ("f%d" % (index + 1), "mine") if index + 1 < count else ("Relu", "")
        node = helper.make_node(inner[0], ["x"], ["y"], domain=inner[1])
        made.append(helper.make_function("mine", "f%d" % index, ["x"], ["y"], [node], imports))
    return _model([helper.make_node("f0", ["x"], ["a"], domain="mine")], "a", functions=made)


def inputs(count: int) -> Any:
    """As many graph inputs, summed up."""
    from onnx import helper

    names = ["x"] + ["x%d" % index for index in range(count)]
    return _chain(count, lambda i, x, y: helper.make_node("Add", [x, names[i + 1]], [y]), inputs=names)


def branches(count: int) -> Any:
    """Ifs side by side, with two bodies each."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper

    info = helper.make_tensor_value_info("z", TensorProto.FLOAT, [4, 4])
    bodies = [
        helper.make_graph([helper.make_node(op_type, ["x"], ["z"])], op_type, [], [info]) for op_type in ("Relu", "Neg")
    ]
    flag = numpy_helper.from_array(numpy.array(True), "flag")

    def node(index: int, before: str, after: str) -> Any:
        return helper.make_node("If", ["flag"], [after], then_branch=bodies[0], else_branch=bodies[1])

    return _chain(count, node, initializers=[flag])


FAMILIES: Dict[str, Callable[[int], Any]] = {
    "plain nodes": relus,
    "misread nodes": reductions,
    "refused nodes": mishes,
    "refused types": casts,
    "custom operators": custom_operators,
    "nested functions": functions,
    "graph inputs": inputs,
    "branches": branches,
}
