"""In the child: JetPack's TensorRT through its Python bindings, 8.0 to 11.

Builds an engine and runs it on saved inputs. Device memory and streams come from ``polygraphy.cuda``
(ctypes on libcudart). The differences between releases that matter here:

* below 10 the network needs EXPLICIT_BATCH; from 10 on it is the only kind (NVIDIA's migration guide);
* ``set_memory_pool_limit`` since 8.4, ``max_workspace_size`` before;
* named tensors (``num_io_tensors``, ``execute_async_v3``) since 8.5, binding indices before;
* from 11 on every network is strongly typed and the builder's precision flags are gone.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, Dict, List, Mapping, Optional

from jetdoctor.types import JetdoctorError, parse_version
from jetdoctor.verify import arrays, trt_run
from jetdoctor.verify.latency import TIMING
from jetdoctor.verify.trt_network import add_profile, parser_errors


def build_and_run(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """``job``: model, precision, workspace, profiles, values, inputs (files), engine (path to write),
    calibration (files of inputs, or one cache), timing_cache, keep_fp32, module (bindings to import).

    Returns version, parsed, built, errors, ``files`` with the outputs of each set of inputs, and ``times`` in
    milliseconds.
    """
    trt = importlib.import_module(job.get("module", "tensorrt"))
    version = parse_version(trt.__version__)
    answer: Dict[str, Any] = {"version": trt.__version__, "parsed": False, "built": False, "errors": []}
    logger = trt.Logger(trt.Logger.WARNING)
    if hasattr(trt, "init_libnvinfer_plugins"):
        trt.init_libnvinfer_plugins(logger, "")
    builder = trt.Builder(logger)
    network = builder.create_network(_network_flags(trt, version))
    parser = trt.OnnxParser(network, logger)
    answer["parsed"] = bool(parser.parse_from_file(job["model"]))
    answer["errors"] = parser_errors(parser)
    if not answer["parsed"]:
        return answer
    config = configure(trt, version, builder, network, job)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        return answer
    answer["built"] = True
    with open(job["engine"] + ".partial", "wb") as stream:
        stream.write(plan)
    os.replace(job["engine"] + ".partial", job["engine"])
    _save_timing_cache(config, job.get("timing_cache"))
    if job.get("inputs"):
        engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
        answer["files"] = [_run(trt, engine, path, folder, n) for n, path in enumerate(job["inputs"])]
        answer["times"] = trt_run.times(trt, engine, arrays.load(job["inputs"][0]), *TIMING)
    return answer


def _network_flags(trt: Any, version: Any) -> int:
    if version < (10,) and hasattr(trt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH"):
        return 1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH)
    return 0


def configure(trt: Any, version: Any, builder: Any, network: Any, job: Mapping[str, Any]) -> Any:
    """Builder config with workspace, precision, profiles and caches, as the release spells them."""
    config = builder.create_builder_config()
    if hasattr(config, "set_memory_pool_limit"):
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, job["workspace"])
    else:
        config.max_workspace_size = job["workspace"]
    if version < (11,) and hasattr(trt.BuilderFlag, "TF32"):
        config.clear_flag(trt.BuilderFlag.TF32)
    _set_precision(trt, version, config, job)
    for layer in _layers_named(network, job.get("keep_fp32", ())):
        layer.precision = trt.float32
        for index in range(layer.num_outputs):
            layer.set_output_type(index, trt.float32)
    if job.get("keep_fp32"):
        obey = getattr(trt.BuilderFlag, "OBEY_PRECISION_CONSTRAINTS", None)
        config.set_flag(obey if obey is not None else trt.BuilderFlag.STRICT_TYPES)
    for shapes in job["profiles"] or [{}]:
        add_profile(builder, config, network, shapes, job["values"])
    _load_timing_cache(config, job.get("timing_cache"))
    return config


def _set_precision(trt: Any, version: Any, config: Any, job: Mapping[str, Any]) -> None:
    precision = job["precision"]
    if precision == "fp32":
        return
    if version >= (11,):
        text = "TensorRT 11 builds in the types of the model: convert it to %s first (ModelOpt AutoCast)"
        raise JetdoctorError(text % precision)
    if precision == "bf16" and not hasattr(trt.BuilderFlag, "BF16"):
        raise JetdoctorError("TensorRT %s has no BF16" % trt.__version__)
    config.set_flag({"fp16": trt.BuilderFlag.FP16, "int8": trt.BuilderFlag.INT8}.get(precision) or trt.BuilderFlag.BF16)
    if precision == "int8":
        config.set_flag(trt.BuilderFlag.FP16)
        config.int8_calibrator = _calibrator(trt, job.get("calibration") or [], job.get("calibrator"))


def _calibrator(trt: Any, paths: List[str], kind: Optional[str]) -> Any:
    if not paths:
        raise JetdoctorError("INT8 needs calibration data: --calibration FILE.npz or a calibration cache")
    from polygraphy.backend.trt import Calibrator

    base = trt.IInt8MinMaxCalibrator if kind == "minmax" else trt.IInt8EntropyCalibrator2
    if not paths[0].endswith(".npz"):
        return Calibrator(data_loader=[], cache=paths[0], BaseClass=base)
    return Calibrator(data_loader=arrays.Loaded(paths), BaseClass=base)


def _layers_named(network: Any, names: Any) -> List[Any]:
    wanted = set(names)
    layers = (network.get_layer(index) for index in range(network.num_layers)) if wanted else ()
    return [layer for layer in layers if layer.name in wanted]


def _load_timing_cache(config: Any, path: Optional[str]) -> None:
    if not path or not hasattr(config, "create_timing_cache"):
        return
    data = b""
    if os.path.exists(path):
        with open(path, "rb") as stream:
            data = stream.read()
    config.set_timing_cache(config.create_timing_cache(data), ignore_mismatch=False)


def _save_timing_cache(config: Any, path: Optional[str]) -> None:
    cache = config.get_timing_cache() if path and hasattr(config, "get_timing_cache") else None
    if cache is None:
        return
    with open(str(path) + ".partial", "wb") as stream:
        stream.write(cache.serialize())
    os.replace(str(path) + ".partial", str(path))


def _run(trt: Any, engine: Any, path: str, folder: str, number: int) -> str:
    outputs = trt_run.infer(trt, engine, arrays.load(path))
    name = os.path.join(folder, "got%d.npz" % number)
    arrays.save(name, outputs)
    return name
