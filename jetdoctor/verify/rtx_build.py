"""In the child: parse a model with TensorRT-RTX and build it for a compute capability, without a GPU."""

from __future__ import annotations

import sys
from typing import Any, Dict, Mapping

from jetdoctor.verify.trt_network import add_profile, parser_errors


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
    answer["errors"] = parser_errors(parser)
    if not answer["parsed"]:
        return answer
    config = builder.create_builder_config()
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(trt.ComputeCapability, job["sm"]), 0)
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, job["workspace"])
    for profile in job["profiles"] or [{}]:
        add_profile(builder, config, network, profile, job["values"])
    print("building for %s" % job["sm"], file=sys.stderr, flush=True)
    engine = builder.build_serialized_network(network, config)
    answer["built"] = engine is not None
    answer["engine_bytes"] = engine.nbytes if engine is not None else 0
    return answer
