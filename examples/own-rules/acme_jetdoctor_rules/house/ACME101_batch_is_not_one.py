"""Our cameras send one image at a time

## What it detects
A graph input whose first dimension is fixed to something else than 1.

## Why it fails
The runtime of our cameras hands over one image; an engine for more waits for images that never come.

## Fix
Export with a batch of 1.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="ACME101",
    name="batch-is-not-one",
    severity="error",
    outcome="build-risk",
    sources=("ACME camera runtime, interface 3.2",),
)


def check_model(model):
    """One finding for each input with another batch."""
    main = model.main
    for name in main.input_names:
        shape = main.value(name).static_shape
        if name not in main.initializers and shape and shape[0] != 1:
            yield Match(
                "%s wants a batch of %d, our cameras send 1" % (name, shape[0]),
                tensor=name,
                fixes=(Fix("Export with a batch of 1", "manual"),),
            )
