"""In the child: parse a model with TensorRT-RTX and build it for a compute capability, without a GPU."""

from __future__ import annotations

import sys
from typing import Any, Dict, List, Mapping


def build(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """``job``: model (path), sm ("SM86"), profiles ([{name: [min, opt, max]}]), workspace (bytes), values.

    Returns version, sm, parsed, built, engine_bytes, errors (of the parser, one object each).
    """
    import tensorrt_rtx as trt

    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, logger)
    answer: Dict[str, Any] = {"version": trt.__version__, "sm": job["sm"], "parsed": False, "built": False}
    answer["parsed"] = bool(parser.parse_from_file(job["model"]))
    answer["errors"] = [_error(parser.get_error(index)) for index in range(parser.num_errors)]
    if not answer["parsed"]:
        return answer
    config = builder.create_builder_config()
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(trt.ComputeCapability, job["sm"]), 0)
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, job["workspace"])
    for profile in job["profiles"] or [{}]:
        _add_profile(builder, config, network, profile, job["values"])
    print("building for %s" % job["sm"], file=sys.stderr, flush=True)
    engine = builder.build_serialized_network(network, config)
    answer["built"] = engine is not None
    answer["engine_bytes"] = engine.nbytes if engine is not None else 0
    return answer


def _add_profile(
    builder: Any, config: Any, network: Any, shapes: Mapping[str, Any], values: Mapping[str, List[int]]
) -> None:
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


def _error(error: Any) -> Dict[str, Any]:
    return {
        "node": error.node_name(),
        "op_type": error.node_operator(),
        "index": error.node(),
        "text": error.desc(),
        "place": "%s:%d" % (error.file().rpartition("/")[2], error.line()),
    }
