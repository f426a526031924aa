"""In the child: run an engine once, by named tensors (8.5 and later) or binding indices (before)."""

from __future__ import annotations

from typing import Any, Dict, Mapping

#: trt.DataType by name -> numpy; not ``trt.nptype``, which needs numpy.bool on old releases (gone in 1.24).
_NUMPY = {
    "FLOAT": "float32",
    "HALF": "float16",
    "INT8": "int8",
    "INT32": "int32",
    "INT64": "int64",
    "BOOL": "bool",
    "UINT8": "uint8",
}


def infer(trt: Any, engine: Any, feeds: Mapping[str, Any]) -> Dict[str, Any]:
    """Outputs by name for one set of inputs; copies through device memory of ``polygraphy.cuda``."""
    context = engine.create_execution_context()
    named = hasattr(engine, "num_io_tensors")
    return _by_name(trt, engine, context, feeds) if named else _by_index(trt, engine, context, feeds)


def _dtype(kind: Any) -> Any:
    import numpy

    from jetdoctor.types import JetdoctorError

    name = getattr(kind, "name", str(kind))
    if name not in _NUMPY:
        raise JetdoctorError("outputs of type %s cannot be read back" % name)
    return numpy.dtype(_NUMPY[name])


def _by_name(trt: Any, engine: Any, context: Any, feeds: Mapping[str, Any]) -> Dict[str, Any]:
    import numpy
    from polygraphy import cuda

    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    inputs = [n for n in names if engine.get_tensor_mode(n) == trt.TensorIOMode.INPUT]
    buffers: Dict[str, Any] = {}
    with cuda.Stream() as stream:
        try:
            for name in inputs:
                value = numpy.ascontiguousarray(feeds[name]).astype(_dtype(engine.get_tensor_dtype(name)))
                context.set_input_shape(name, value.shape)
                buffers[name] = _upload(value)
            host: Dict[str, Any] = {}
            for name in names:
                if name not in buffers:
                    shape = tuple(context.get_tensor_shape(name))
                    host[name] = numpy.empty(shape, _dtype(engine.get_tensor_dtype(name)))
                    buffers[name] = _upload(host[name])
                context.set_tensor_address(name, buffers[name].ptr)
            if not context.execute_async_v3(stream.ptr):
                raise RuntimeError("the engine refuses to run; its log says why")
            stream.synchronize()
            return {name: buffers[name].copy_to(array) for name, array in host.items()}
        finally:
            for buffer in buffers.values():
                buffer.free()


def _by_index(trt: Any, engine: Any, context: Any, feeds: Mapping[str, Any]) -> Dict[str, Any]:
    import numpy

    host: Dict[str, Any] = {}
    buffers = []
    try:
        for index in range(engine.num_bindings):
            name, kind = engine.get_binding_name(index), _dtype(engine.get_binding_dtype(index))
            if engine.binding_is_input(index):
                value = numpy.ascontiguousarray(feeds[name]).astype(kind)
                context.set_binding_shape(index, value.shape)
                buffers.append(_upload(value))
        for index in range(len(buffers), engine.num_bindings):  # inputs come first
            name, kind = engine.get_binding_name(index), _dtype(engine.get_binding_dtype(index))
            host[name] = numpy.empty(tuple(context.get_binding_shape(index)), kind)
            buffers.append(_upload(host[name]))
        if not context.execute_v2([buffer.ptr for buffer in buffers]):
            raise RuntimeError("the engine refuses to run; its log says why")
        first = engine.num_bindings - len(host)
        return {name: buffers[first + n].copy_to(array) for n, (name, array) in enumerate(host.items())}
    finally:
        for buffer in buffers:
            buffer.free()


def _upload(array: Any) -> Any:
    from polygraphy import cuda

    buffer = cuda.DeviceArray(array.shape, dtype=array.dtype)
    return buffer.copy_from(array)
