"""A dynamic input needs an optimization profile

## What it detects
A graph input with a dimension that has no fixed size.

## Why it fails
TensorRT builds an engine for a range of shapes, and the range must be given: without a profile the Python
API refuses (`Network has dynamic or shape inputs, but no optimization profile has been defined`) and
trtexec quietly takes 1 for every dynamic dimension. On a Jetson a fixed shape also builds faster and uses
less memory.

## Fix
Give the range to trtexec (`--minShapes=… --optShapes=… --maxShapes=…`, printed with the finding), or fix
the shape: `jetdoctor fix MODEL --freeze NAME=1x3x640x640 -o OUT`.
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD501",
    name="dynamic-input-needs-profile",
    severity="info",
    outcome="build-risk",
    sources=("NVIDIA TensorRT Developer Guide, Working with Dynamic Shapes: optimization profiles",),
)


def check_model(model):
    """One finding for all dynamic inputs, with the options that name them."""
    main = model.main
    dynamic, shapes = [], []
    for name in main.input_names:
        if name in main.initializers:
            continue
        shape = main.value(name).shape
        if shape is None:
            continue
        if not all(isinstance(dim, int) and dim >= 0 for dim in shape):
            dynamic.append(name)
            shapes.append((name, shape))
    if not dynamic:
        return
    options = " ".join(
        "--%sShapes=%s" % (kind, ",".join("%s:%s" % (name, _sized(shape, kind)) for name, shape in shapes))
        for kind in ("min", "opt", "max")
    )
    yield Match(
        "%s %s no fixed shape: build with a profile, e.g. trtexec %s"
        % (" and ".join(dynamic), "has" if len(dynamic) == 1 else "have", options),
        tensor=dynamic[0],
        cause="profile",
    )


def _sized(shape, kind):
    """Placeholders to be adapted: 1 at least, 1 typically, 4 at most for each dynamic dimension."""
    size = {"min": 1, "opt": 1, "max": 4}[kind]
    return "x".join(str(dim if isinstance(dim, int) and dim >= 0 else size) for dim in shape)
