"""An input or output of the network is a size, and its type is not INT32

## What it detects
A graph input whose values a Reshape, Slice, Resize, Range, Tile … needs as its size (a shape tensor), and whose
element type is FLOAT, FLOAT16 or BOOL, or which has several axes: a scale factor, `orig_im_size` of Segment Anything,
`downsample_ratio`. Also a FLOAT output of the model that such a size is computed from.

## Why it fails
A network input that is a shape tensor must be INT32, from 9.0 on INT32 or INT64 (`NvInfer.h`,
`ITensor::isShapeTensor`): `network input that is shape tensor must have type Int32`. An INT64 input is INT32 to the
parsers before 10.0. The headers from 10.0 on no longer say it, but the values that a profile gives for such an input
are still integers (`IOptimizationProfile::setShapeValues`). Until 8.4 such an input also has at most one axis: a size
that is computed from data (the count of a mask, the largest length) cannot be built there.

An output of the network that is a shape tensor must be INT32 as well (`NvInfer.h` 8.4 to 8.6; before 8.4 no size is
FLOAT at all): `Output type must be INT32 for shape outputs`.

## Fix
Export the model with an INT32 input in its place. A scale is better made an attribute of the model: export one
model for each scale, or pass the wanted height and width as integers. An output that only shows the size is better left
out.
"""

from dataclasses import replace

from jetdoctor.rules.dynamic._shape_path import log, wanted_by

from jetdoctor.rule import Fix, Match, Rule, ShapeTensors, VersionRange, brackets

RULE = Rule(
    id="JD508",
    name="shape-input-type",
    severity="error",
    outcome="rejected",
    sources=(
        "NVIDIA/TensorRT include/NvInfer.h 7.1 to 9.0, ITensor::isShapeTensor: inputs INT32, 9.0 also INT64",
        "NVIDIA/TensorRT include/NvInfer.h 8.4 to 8.6, ITensor::isShapeTensor: outputs INT32",
        "https://github.com/zhudongwork/SAM_TensorRT/issues/6 (8.6.1)",
    ),
)

_INTEGERS = ("INT32", "INT64", None)
_WRITTEN = VersionRange.parse("<10.0")
_SILENT = VersionRange.parse(">=10.0")
_OUTPUTS = VersionRange.parse(">=8.4,<9.0")
_NO_TABLE = VersionRange.parse("<8.5")

_PROFILE = ("NVIDIA/TensorRT include/NvInfer.h 10.0 to 11.1, IOptimizationProfile::setShapeValues",)
_LOG = log("network input that is shape tensor must have type Int32")


def check_model(model):
    """One finding for each input."""
    for value, use in ShapeTensors.of(model).where(_unfit):
        shown = "%s %s" % (value.dtype, brackets(value.shape))
        text = "the input %s (%s) computes %s: " % (value.name, shown, wanted_by(use))
        if (value.rank or 0) > 1:
            text += "a shape input has at most one axis in this release, so no size can depend on data"
            yield Match(text, tensor=value.name, tensorrt=_NO_TABLE, cause=value.name, basis="documented")
            continue
        text += "a shape input must be INT32"
        advice = (Fix("Export %s as an INT32 input" % value.name, "manual"),)
        found = Match(text, tensor=value.name, tensorrt=_WRITTEN, cause=value.name, fixes=advice, consequences=_LOG)
        yield replace(found, basis="reported")
        if not any(node.op_type.startswith("Reduce") for node in use.through):  # else it is data: see JD503, JD506
            text += ", its values in a profile are integers"
            yield replace(
                found, message=text, tensorrt=_SILENT, severity="warning", outcome="build-risk", sources=_PROFILE,
                consequences=(), basis="documented",
            )  # fmt: skip


    yield from _outputs(model)


def _outputs(model):
    """One finding for each output of the model that a size is computed from and that is FLOAT."""
    for value, use in ShapeTensors.of(model).where(_unfit_output):
        if not use.constant:
            yield Match(
                "the output %s (%s) computes %s: such an output must be INT32"
                % (value.name, value.dtype, wanted_by(use)),
                tensor=value.name,
                tensorrt=_OUTPUTS,
                severity="warning",
                outcome="build-risk",
                cause=value.name,
                fixes=(Fix("Leave %s out of the outputs" % value.name, "manual"),),
                consequences=log("Output type must be INT32 for shape outputs"),
                sources=("https://github.com/NVIDIA/TensorRT/issues/1450",),
                basis="reported",
            )


def _unfit_output(value):
    main = value.graph.model.main
    return value.graph is main and value.name in main.output_names and value.dtype in ("FLOAT", "FLOAT16")


def _unfit(value):
    return value.is_graph_input and (value.dtype not in _INTEGERS or (value.rank or 0) > 1)
