"""In the child: run an engine, by named tensors (8.5 and later) or by binding indices (before)."""

from __future__ import annotations

import time
from typing import Any, Dict, List, Mapping

from jetdoctor.types import JetdoctorError

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
    """Outputs by name for one set of inputs."""
    with opened(trt, engine, feeds) as run:
        run()
        return run.outputs()


def times(
    trt: Any, engine: Any, feeds: Mapping[str, Any], least: int, seconds: float, warm_up: float
) -> List[float]:
    """Milliseconds of single runs on the device, copies left out: at least ``least`` of them over
    ``seconds``, after ``warm_up`` milliseconds.
    """
    with opened(trt, engine, feeds) as run:
        ready = time.monotonic() + warm_up / 1000.0
        while time.monotonic() < ready:
            run()
        found: List[float] = []
        end = time.monotonic() + seconds
        while len(found) < least or time.monotonic() < end:
            start = time.perf_counter()
            run()
            found.append((time.perf_counter() - start) * 1000.0)
        return found


def opened(trt: Any, engine: Any, feeds: Mapping[str, Any]) -> Any:
    """An execution context with its buffers, as the release wants them."""
    return Named(trt, engine, feeds) if hasattr(engine, "num_io_tensors") else Indexed(trt, engine, feeds)


def _dtype(kind: Any) -> Any:
    import numpy

    name = getattr(kind, "name", str(kind))
    if name not in _NUMPY:
        raise JetdoctorError("tensors of type %s cannot be fed or read back" % name)
    return numpy.dtype(_NUMPY[name])


class _Run:
    """Device buffers by tensor name through ``polygraphy.cuda`` (ctypes on libcudart), freed at the end."""

    def __init__(self, trt: Any, engine: Any, feeds: Mapping[str, Any]) -> None:
        self.trt, self.engine = trt, engine
        self.context = engine.create_execution_context()
        self.buffers: Dict[str, Any] = {}
        self.host: Dict[str, Any] = {}

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        for buffer in self.buffers.values():
            buffer.free()

    def _input(self, name: str, kind: Any, value: Any) -> Any:
        import numpy

        array = numpy.ascontiguousarray(value).astype(_dtype(kind))
        self.buffers[name] = _upload(array)
        return array.shape

    def _output(self, name: str, kind: Any, shape: Any) -> None:
        import numpy

        self.host[name] = numpy.zeros(tuple(shape), _dtype(kind))
        self.buffers[name] = _upload(self.host[name])

    def outputs(self) -> Dict[str, Any]:
        """What the last run left, copied back."""
        return {name: self.buffers[name].copy_to(array) for name, array in self.host.items()}


class Named(_Run):
    """TensorRT 8.5 and later: tensors by name, ``execute_async_v3``."""

    def __init__(self, trt: Any, engine: Any, feeds: Mapping[str, Any]) -> None:
        from polygraphy import cuda

        super().__init__(trt, engine, feeds)
        self.stream = cuda.Stream()
        names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
        inputs = [n for n in names if engine.get_tensor_mode(n) == trt.TensorIOMode.INPUT]
        for name in inputs:
            shape = self._input(name, engine.get_tensor_dtype(name), feeds[name])
            self.context.set_input_shape(name, shape)
        for name in [n for n in names if n not in inputs]:
            self._output(name, engine.get_tensor_dtype(name), self.context.get_tensor_shape(name))
        for name, buffer in self.buffers.items():
            self.context.set_tensor_address(name, buffer.ptr)

    def __call__(self) -> None:
        if not self.context.execute_async_v3(self.stream.ptr):
            raise JetdoctorError("the engine failed to run; see its log")
        self.stream.synchronize()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.stream.free()


class Indexed(_Run):
    """TensorRT 8.0 to 8.4: bindings by index, ``execute_v2``."""

    def __init__(self, trt: Any, engine: Any, feeds: Mapping[str, Any]) -> None:
        super().__init__(trt, engine, feeds)
        self.names = [engine.get_binding_name(index) for index in range(engine.num_bindings)]
        for index, name in enumerate(self.names):
            if engine.binding_is_input(index):
                shape = self._input(name, engine.get_binding_dtype(index), feeds[name])
                self.context.set_binding_shape(index, shape)
        for index, name in enumerate(self.names):
            if name not in self.buffers:
                self._output(name, engine.get_binding_dtype(index), self.context.get_binding_shape(index))

    def __call__(self) -> None:
        if not self.context.execute_v2([self.buffers[name].ptr for name in self.names]):
            raise JetdoctorError("the engine failed to run; see its log")


def _upload(array: Any) -> Any:
    from polygraphy import cuda

    return cuda.DeviceArray(array.shape, dtype=array.dtype).copy_from(array)
