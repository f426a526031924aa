"""External data of a model: which tensors keep their values in other files, and whether these can be read.

Only the sizes of the files are asked for; none is opened.
"""

from __future__ import annotations

import os
import posixpath
import stat
from typing import Any, Dict, Iterator, List, Optional, Tuple

from jetdoctor import kinds
from jetdoctor.graph import Graph, Model

_EXTERNAL = 1  # onnx.TensorProto.EXTERNAL


def tensors(model: Model) -> List[Tuple[str, Any]]:
    """(name, TensorProto) of every tensor that keeps its data in another file: initializers and attributes."""
    return model.derived(_of_model)


def _of_model(model: Model) -> List[Tuple[str, Any]]:
    found = (pair for graph in model.graphs() for pair in _of_graph(graph))
    return [(name, tensor) for name, tensor in found if tensor.data_location == _EXTERNAL]


def _of_graph(graph: Graph) -> Iterator[Tuple[str, Any]]:
    yield from graph.initializers.items()
    for sparse in getattr(graph.proto, "sparse_initializer", ()):
        yield sparse.values.name, sparse.values
        yield sparse.values.name, sparse.indices
    for node in graph.nodes:
        name = next((output for output in node.outputs if output), node.name)
        for attribute in node.proto.attribute:
            if attribute.type == kinds.TENSOR:
                yield name, attribute.t
            for tensor in attribute.tensors:
                yield name, tensor


def entries(tensor: Any) -> Dict[str, str]:
    """The keys of ``external_data``: location, offset, length."""
    return {entry.key: entry.value for entry in tensor.external_data}


def troubles(model: Model) -> Iterator[Tuple[str, str, str]]:
    """(tensor, location, what is wrong in one line) of every tensor whose data cannot be read; none without a path."""
    sizes: Dict[str, Optional[int]] = {}
    for name, tensor in tensors(model) if model.path else []:
        location = entries(tensor).get("location", "")
        if location not in sizes:
            sizes[location] = _size(model.path, location)
        trouble = _trouble(location, entries(tensor), sizes[location])
        if trouble:
            yield name, location, trouble


def leaves_folder(model: Model, location: str) -> bool:
    """Whether the file lies outside the model's folder: by its name, or by a symbolic link.

    A model that is a link itself may have its data beside the file that it leads to, as in the cache of a model hub.
    """
    if posixpath.normpath(location).startswith("../"):
        return True
    if not model.path or not location:
        return False
    folder = os.path.dirname(model.path) or "."
    data = os.path.realpath(os.path.join(folder, location.lstrip("/")))
    homes = {os.path.realpath(folder), os.path.dirname(os.path.realpath(model.path))}
    return not any(data.startswith(os.path.join(home, "")) for home in homes)


def bytes_read(model: Model, told: Dict[str, str]) -> Optional[int]:
    """Bytes that a parser reads of the file: as many as ``length`` says, without it as the whole file has."""
    try:
        length = int(told.get("length") or 0)
    except ValueError:
        return None
    return length or (_size(model.path, told.get("location", "")) if model.path else None)


def described(model: Model) -> List[str]:
    """A line for each file: ``model.onnx.data, 2415919104 bytes`` or that it is not there."""
    named = dict.fromkeys(entries(tensor).get("location", "") for _, tensor in tensors(model))
    found = ((location, _size(model.path, location)) for location in named)
    return ["%s, %s" % (name, "missing" if size is None else "%d bytes" % size) for name, size in found]


def _size(model_path: str, location: str) -> Optional[int]:
    """Bytes of the file, None when there is none."""
    try:
        found = os.stat("%s/%s" % (os.path.dirname(model_path) or ".", location))
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _trouble(location: str, told: Dict[str, str], size: Optional[int]) -> str:
    if not location:
        return "an external tensor does not name its file"
    if size is None:
        return "the external data file %s does not exist next to the model" % location
    try:
        offset, length = int(told.get("offset") or 0), int(told.get("length") or 0)
    except ValueError:
        return "the offset or length into the external data file %s is not a number" % location
    if offset < 0 or length < 0 or offset + length > size:
        return "the external data file %s is too short: it has %d bytes" % (location, size)
    return ""
