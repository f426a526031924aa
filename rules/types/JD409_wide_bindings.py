"""INT64 and DOUBLE inputs and outputs are INT32 and FLOAT in the engine

## What it detects
A graph input or output of type INT64 in TensorRT before 9.0, or of type DOUBLE in any release.

## Why it fails
It builds, but the engine's bindings have a different type from the model file's. TensorRT before 9.0 has no
INT64 and no release computes in DOUBLE. Code that copies int64 token ids into the binding sends twice the
bytes: every second value is read as 0, or the copy overruns the buffer.

## Fix
Nothing in the model needs to change. Feed `ids.astype(np.int32)`, and query the engine for its types
(`engine.get_tensor_dtype(name)`; `get_binding_dtype` before 8.5) instead of taking them from the ONNX file.
"""

from jetdoctor.rule import Match, Rule, VersionRange

RULE = Rule(
    id="JD409",
    name="wide-bindings",
    severity="info",
    outcome="precision",
    sources=("onnx-tensorrt convertDtype: INT64 is INT32 up to 8.6, DOUBLE is FLOAT in every release",),
)

_NARROWED = (("INT64", "INT32", VersionRange.parse("<9.0")), ("DOUBLE", "FLOAT", VersionRange()))


def check_model(model):
    """One finding for each type, naming its inputs and outputs."""
    main = model.main
    inputs = [name for name in main.input_names if name not in main.initializers]
    for wide, narrow, releases in _NARROWED:
        names = [name for name in inputs + list(main.output_names) if main.value(name).dtype == wide]
        if names:
            yield Match(
                "%s %s %s in the model and %s in the engine: convert before copying"
                % (_listed(names), "is" if len(names) == 1 else "are", wide, narrow),
                tensor=names[0],
                tensorrt=releases,
                cause=wide,
            )


def _listed(names):
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else "%s and %d more" % (shown, len(names) - 3)
