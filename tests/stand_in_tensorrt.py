"""Stands in for JetPack's ``tensorrt`` module: TensorRT-RTX's real builder and parser, told a GPU.

``of(version)`` gives the module as a release spells it: what that release lacks is taken away, what it had
and has lost is added. Engines cannot run without a GPU: ``engine(...)`` imitates them for both run APIs.
"""

import types

import numpy


def of(version, module):
    """``module`` (tensorrt_rtx) with the version string of a release and a builder that knows its GPU."""
    stand_in = types.ModuleType("tensorrt")
    stand_in.__dict__.update({k: v for k, v in vars(module).items() if not k.startswith("__")})
    stand_in.__version__ = version

    class Builder(module.Builder):
        def create_builder_config(self):
            config = super().create_builder_config()
            config.num_compute_capabilities = 1
            config.set_compute_capability(module.ComputeCapability.SM86, 0)
            return config

    stand_in.Builder = Builder
    return stand_in


class _Kind:
    def __init__(self, name):
        self.name = name


class TensorIOMode:
    INPUT, OUTPUT = "in", "out"


class Memory:
    """Stands in for ``polygraphy.cuda``: device memory by address."""

    blocks = {}

    class DeviceArray:
        def __init__(self, shape, dtype):
            self.ptr = 4096 * (len(Memory.blocks) + 1)
            Memory.blocks[self.ptr] = numpy.zeros(shape, dtype)

        def copy_from(self, array):
            Memory.blocks[self.ptr] = array.copy()
            return self

        def copy_to(self, array):
            array[...] = Memory.blocks[self.ptr]
            return array

        def free(self):
            del Memory.blocks[self.ptr]

    class Stream:
        ptr = 7

        def synchronize(self):
            """Everything is done at once here."""

        def free(self):
            """Nothing was taken."""


class NamedEngine:
    """8.5 and later: doubles ``x`` (any first dim) into ``y``."""

    num_io_tensors = 2

    def get_tensor_name(self, index):
        return ("x", "y")[index]

    def get_tensor_mode(self, name):
        return TensorIOMode.INPUT if name == "x" else TensorIOMode.OUTPUT

    def get_tensor_dtype(self, name):
        return _Kind("FLOAT")

    def create_execution_context(self):
        return _NamedContext()


class _NamedContext:
    def __init__(self):
        self.shape, self.where = None, {}

    def set_input_shape(self, name, shape):
        assert name == "x"
        self.shape = shape

    def get_tensor_shape(self, name):
        return self.shape

    def set_tensor_address(self, name, address):
        self.where[name] = address

    def execute_async_v3(self, stream):
        assert stream == 7
        Memory.blocks[self.where["y"]] = Memory.blocks[self.where["x"]] * 2
        return True


class IndexedEngine:
    """8.0 to 8.4: the same with binding indices, and the output first."""

    num_bindings = 2

    def get_binding_name(self, index):
        return ("y", "x")[index]

    def binding_is_input(self, index):
        return index == 1

    def get_binding_dtype(self, index):
        return _Kind("FLOAT")

    def create_execution_context(self):
        return _IndexedContext()


class _IndexedContext:
    def set_binding_shape(self, index, shape):
        assert index == 1
        self.shape = shape

    def get_binding_shape(self, index):
        return self.shape

    def execute_v2(self, addresses):
        Memory.blocks[addresses[0]] = Memory.blocks[addresses[1]] * 2
        return True
