"""External data that the parser cannot read

## What it detects
A tensor in external data (`data_location: EXTERNAL`) whose file does not exist next to the model, is
shorter than the tensor's offset and length need, is not a regular file, or is outside the model's folder; from
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

import posixpath

from jetdoctor.rule import Fix, Match, Rule, VersionRange, external

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

_DOUBLE = 11
_REFUSES_PARENT = VersionRange((9, 0), None)
_REFUSES_DOUBLE = VersionRange((10, 14), None)
_AS_FLOAT = Fix("Convert it to FLOAT, as TensorRT does, or keep it inside the model", "manual")
_FIX = Fix("Put the data file next to the model, or save the model together with its data again", "manual")


def check_model(model):
    for name, tensor in external.tensors(model):
        location = external.entries(tensor).get("location", "")
        if posixpath.normpath(location).startswith("../"):
            yield _match("%s is outside the model's folder" % location, name, location, _REFUSES_PARENT)
        if tensor.data_type == _DOUBLE:
            text = "%s is DOUBLE in external data, of which this parser expects half the size" % name
            yield Match(text, tensor=name, tensorrt=_REFUSES_DOUBLE, fixes=(_AS_FLOAT,), cause="double")
    for name, location, trouble in external.troubles(model):
        yield _match(trouble, name, location, VersionRange())


def _match(message, name, location, within):
    return Match(
        message, tensor=name, tensorrt=within, fixes=(_FIX,), cause=(location, message.partition(" bytes")[0])
    )
