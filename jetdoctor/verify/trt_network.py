"""In the child: what the bindings of TensorRT and of TensorRT-RTX have in common about a parsed network."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping


def add_profile(
    builder: Any, config: Any, network: Any, shapes: Mapping[str, Any], values: Mapping[str, List[int]]
) -> None:
    """Give ``config`` an optimization profile, unless no input of the network needs one.

    ``shapes``: [min, opt, max] by name of a dynamic input; ``values``: what a shape tensor holds (1 if not named).
    """
    profile, needed = builder.create_optimization_profile(), False
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        if tensor.is_shape_tensor:
            profile.set_shape_input(tensor.name, *([values.get(tensor.name, [1])] * 3))
            needed = True
        elif tensor.name in shapes and -1 in tuple(tensor.shape):
            profile.set_shape(tensor.name, *(tuple(shape) for shape in shapes[tensor.name]))
            needed = True
    if needed:
        config.add_optimization_profile(profile)


def parser_errors(parser: Any) -> List[Dict[str, Any]]:
    """What the parser refused, one object an error."""
    return [_error(parser.get_error(index)) for index in range(parser.num_errors)]


def _error(error: Any) -> Dict[str, Any]:
    """A ParserError; releases before 8.6 know neither the node's name nor its operator."""
    return {
        "node": error.node_name() if hasattr(error, "node_name") else "",
        "op_type": error.node_operator() if hasattr(error, "node_operator") else "",
        "index": error.node(),
        "text": error.desc(),
        "place": "%s:%d" % (error.file().rpartition("/")[2], error.line()),
    }
