"""A dynamic input needs an optimization profile

## What it detects
A graph input with a dimension that has no fixed size.

## Why it fails
TensorRT builds an engine for a range of shapes, and the range must be given: without a profile the Python
API refuses (`Network has dynamic or shape inputs, but no optimization profile has been defined`) and
trtexec quietly uses 1 for every dynamic dimension. On a Jetson a fixed shape also builds faster and uses
less memory.

## Fix
Give the range to trtexec (`--minShapes=… --optShapes=… --maxShapes=…`, printed with the finding), or fix
the shape: `jetdoctor fix MODEL --freeze NAME=1x3x640x640 -o OUT`.
"""

import shlex

from jetdoctor.rule import Match, Rule, spelled_shape

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
    names = [name for name in main.input_names if name not in main.initializers]
    dynamic = [name for name in names if main.value(name).rank and main.value(name).static_shape is None]
    if not dynamic:
        return
    options = _options({name: span for name, span in model.profile.items() if name in dynamic})
    doubt = " (a guess: %s)" % model.profile_doubt if options and model.profile_doubt else ""
    options = ", e.g. trtexec " + options + doubt if options else ""
    yield Match(
        "%s %s no fixed shape: build with a profile%s"
        % (" and ".join(dynamic), "has" if len(dynamic) == 1 else "have", options),
        tensor=dynamic[0],
        cause="profile",
    )


def _options(profile):
    """The likely range, to be adapted; "" when nobody knows one."""
    if not profile:
        return ""
    options = []
    for side in ("min", "opt", "max"):
        shapes = ("%s:%s" % (name, spelled_shape(getattr(span, side))) for name, span in profile.items())
        options.append(shlex.quote("--%sShapes=%s" % (side, ",".join(shapes))))
    return " ".join(options)
