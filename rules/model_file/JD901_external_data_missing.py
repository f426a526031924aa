"""External data that the parser cannot read

## What it detects
A tensor kept in external data (`data_location: EXTERNAL`) whose file does not exist beside the model, is
shorter than the tensor's offset and length need, is no regular file, or lies above the model's folder; from
TensorRT 10.14 on also a DOUBLE tensor in external data.

## Why it fails
The parser opens `FOLDER/LOCATION`, the folder being that of the `.onnx` file, and stops with "Failed to open
file" or "Failed to read weights from external file". Since TensorRT 9.0 a location that leaves the folder
(`../`) is refused before it is opened. An absolute location is joined to the folder like any other. From 10.14
on the file is mapped into memory, and the size of a DOUBLE tensor is compared with that of the FLOAT tensor that it
becomes: `Unexpected size for the external weights!`.

## Fix
Copy the data file together with the `.onnx` file and keep its name, or save the model again with
`onnx.save_model(model, path, save_as_external_data=True, location="model.data")`. Convert a DOUBLE tensor to FLOAT
(TensorRT does that anyway), or keep it inside the `.onnx` file.
"""

import os
import posixpath
import stat

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD901",
    name="external-data-missing",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt 7.1-9.3 onnx2trt_utils.cpp, parseExternalWeights",
        "onnx-tensorrt 10.0-10.10 WeightsContext.cpp:151, parseExternalWeights",
        "onnx-tensorrt@70c1ce4f (10.14) WeightsContext.cpp, 346bdcae (10.13) WeightsContextMemoryMap.cpp",
    ),
)

_EXTERNAL, _DOUBLE = 1, 11
_REFUSES_PARENT = VersionRange((9, 0), None)
_REFUSES_DOUBLE = VersionRange((10, 14), None)
_AS_FLOAT = Fix("Convert it to FLOAT, as TensorRT does, or keep it inside the model", "manual")
_FIX = Fix("Put the data file beside the model, or save the model with its data again", "manual")


def check_model(model):
    sizes = {}
    for name, tensor in external_tensors(model):
        entries = {entry.key: entry.value for entry in tensor.external_data}
        location = entries.get("location", "")
        if posixpath.normpath(location).startswith("../"):
            yield _match("%s lies above the model's folder" % location, name, location, _REFUSES_PARENT)
        if tensor.data_type == _DOUBLE:
            text = "%s is DOUBLE in external data, of which this parser expects half the size" % name
            yield Match(text, tensor=name, tensorrt=_REFUSES_DOUBLE, fixes=(_AS_FLOAT,), cause="double")
        if not model.path:
            continue  # a model in memory has no folder to look in
        if location not in sizes:
            sizes[location] = _size(model.path, location)
        trouble = _trouble(location, entries, sizes[location])
        if trouble:
            yield _match(trouble, name, location, VersionRange())


def external_tensors(model):
    """(name, TensorProto) of every initializer and Constant that keeps its data in another file."""
    for graph in model.graphs():
        for name, tensor in graph.initializers.items():
            if tensor.data_location == _EXTERNAL:
                yield name, tensor
        for node in graph.nodes:
            tensor = node.attr("value") if node.op_type == "Constant" else None
            if getattr(tensor, "data_location", 0) == _EXTERNAL:
                yield next(iter(node.outputs), ""), tensor


def _match(message, name, location, within):
    return Match(
        message, tensor=name, tensorrt=within, fixes=(_FIX,), cause=(location, message.partition(" bytes")[0])
    )


def _size(model_path, location):
    """Bytes of the file, None when there is none. Only its size is asked for, it is never opened."""
    try:
        found = os.stat("%s/%s" % (os.path.dirname(model_path) or ".", location))
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _trouble(location, entries, size):
    if not location:
        return "an external tensor names no file"
    if size is None:
        return "the external data file %s does not exist beside the model" % location
    try:
        offset, length = int(entries.get("offset") or 0), int(entries.get("length") or 0)
    except ValueError:
        return "the offset or length into the external data file %s is not a number" % location
    if offset < 0 or length < 0 or offset + length > size:
        return "the external data file %s is too short: it has %d bytes" % (location, size)
    return ""
