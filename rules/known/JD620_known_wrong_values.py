"""A known fault of this release: the engine computes something else

## What it detects
Graphs that people have reported to build silently and to compute wrong values: two CumSum of one tensor
from 10.8 on, GridSample from 10.14 to 11.1, an If before
Transpose and Resize in 11.1, several projections of one LayerNormalization on Thor with JetPack 7.0 and 7.1, and
whatever else `rules/facts/` lists (rows under `values`, `_known_issues.json`), each for the releases, boards and
precisions it was seen on.

## Why it fails
The fault is in TensorRT, not in the model: in an importer, in a fusion or in a kernel. Another release computes the
same file correctly. An error was read in the source, confirmed by NVIDIA or reported by two people who do not
know of each other; a single report is a warning.

## Fix
Where an equivalent form avoids the fault, `jetdoctor fix` uses it (CumSum as a product with a
triangular matrix, GridSample as Gather). Otherwise the finding says
what helped the people who reported it. Compare the outputs on the board in any case: `jetdoctor verify --ssh`.
"""

from jetdoctor.rules.known._issues import seen_in

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD620",
    name="known-wrong-values",
    severity="error",
    outcome="wrong-output",
    sources=("rules/facts, each row with its public reports",),
)


def check_model(model):
    return seen_in(model, RULE.id)
