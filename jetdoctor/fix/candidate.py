"""The fixed model as a temporary file, checked by onnx.checker, with its external data beside it."""

from __future__ import annotations

import gc
import os
import shutil
from typing import Any

from jetdoctor.child import temporary
from jetdoctor.fix.external import external_files
from jetdoctor.fix.serialize import save
from jetdoctor.fix.sorting import sort_nodes
from jetdoctor.graph import DTYPE_NUMBERS
from jetdoctor.model import from_proto
from jetdoctor.model.weights import without_weights


class Candidate:
    """``with Candidate(proto, original) as c``: ``c.path`` for tools, ``c.trouble`` if it is invalid.

    A model with external data is put beside the original for that time, since ONNX refuses links to
    data; where that folder cannot be written, the data is copied.
    """

    def __init__(self, proto: Any, original: str, check: bool = True) -> None:
        self.proto, self.original, self.check = proto, os.path.abspath(original), check
        self.trouble = self.path = self._folder = ""

    def __enter__(self) -> "Candidate":
        sort_nodes(self.proto)  # some converters forget it, and onnx's checker does not
        _allow_free_initializers(self.proto)
        _complete_outputs(self.proto)
        try:
            self.path = self._place()
            with open(self.path, "wb") as file:
                save(self.proto, file)
            self.proto = None  # the weights make room for those of the checker and of ONNX Runtime
            gc.collect()  # views of the model go in circles
            self.trouble = self._checked() if self.check else ""
        except (OSError, ValueError) as error:
            self.trouble = "the fixed model cannot be written for its proof: %s" % error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        elif self.path:
            os.unlink(self.path)

    def _checked(self) -> str:
        said = _invalid(self.path)
        if said and _invalid(self.original):
            return "onnx's checker rejects the model, both before and after the fix: %s" % said
        return "the fixed model is invalid: %s" % said if said else ""

    def _place(self) -> str:
        locations = external_files(self.proto)
        source = os.path.dirname(self.original)
        if locations:
            try:
                return temporary.file_in(source, ".onnx")
            except OSError:
                pass
        self._folder = temporary.new_folder()
        for location in locations:
            place = os.path.join(self._folder, location)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            shutil.copyfile(os.path.join(source, location), place)
        return os.path.join(self._folder, "candidate.onnx")


def _allow_free_initializers(proto: Any) -> None:
    """IR version 3 wants every initializer among the graph inputs; constants that a fix adds are not."""
    names = {value.name for value in proto.graph.input}
    if 0 < proto.ir_version < 4 and any(tensor.name not in names for tensor in proto.graph.initializer):
        proto.ir_version = 4


def _complete_outputs(proto: Any) -> None:
    """The shape that inference finds for an output that some converters declare without any: the checker wants one."""
    tensors = [value for value in proto.graph.output if value.type.HasField("tensor_type")]
    bare = [value for value in tensors if not value.type.tensor_type.HasField("shape")]
    if not bare:
        return
    view = from_proto(proto)
    if any(view.main.value(value.name).shape is None for value in bare):
        view = _with_ranks_of_reshapes(proto, view)
    for value in bare:
        for size in view.main.value(value.name).shape or ():
            dim = value.type.tensor_type.shape.dim.add()
            if isinstance(size, int):
                dim.dim_value = size
            elif size:
                dim.dim_param = size
        if view.main.value(value.name).shape == ():
            value.type.tensor_type.shape.SetInParent()


def _with_ranks_of_reshapes(proto: Any, view: Any) -> Any:
    """The view with the rank of every Reshape to a computed shape: its length, which onnx makes nothing of."""
    from onnx import helper

    copy = without_weights(proto, type(proto)())
    for node in view.main.nodes:
        made, lengths = node.output(), node.input(1).static_shape if node.op_type == "Reshape" else None
        if made.shape is None and made.dtype is not None and lengths:
            dims = [None] * lengths[0]
            copy.graph.value_info.append(helper.make_tensor_value_info(made.name, DTYPE_NUMBERS[made.dtype], dims))
    return from_proto(copy)


def _invalid(path: str) -> str:
    """What onnx's checker says of a file, in one line; empty when it is valid."""
    import onnx

    try:
        onnx.checker.check_model(path)
    except Exception as error:
        return str(error).strip().split("\n")[0]
    return ""
