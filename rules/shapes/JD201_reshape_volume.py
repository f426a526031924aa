"""A Reshape whose volume does not fit its input

## What it detects
A Reshape with a constant shape whose number of elements differs from its input's: certainly (both are
static), or for all but one size of a dynamic dimension (an export with a fixed batch inside a model that
declares its batch dynamic).

## Why it fails
TensorRT's shuffle layer checks the volume: `reshape changes volume. Reshaping [...] to [...]`. When the
shapes in the model agree and the log still says so, an earlier node was misread: look for JD204 (a
reduction that loses its axes), JD207 or JD208 instead. jetdoctor reports that node, not the Reshape.

## Fix
Export with the dynamic dimension left as -1 or 0 in the Reshape (`x.flatten(1)`, not `x.view(1, -1)`), or
fix the input: `jetdoctor fix --freeze NAME=SHAPE`.
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD201",
    name="reshape-volume",
    severity="error",
    outcome="rejected",
    sources=(
        "https://github.com/NVIDIA/TensorRT/issues/2245 (reshape changes volume)",
        "TensorRT IShuffleLayer: the volume must stay the same",
    ),
    ops=("Reshape",),
)


def check_node(node):
    """Compare the constant shape with the input's, as far as both are known."""
    numbers = node.input(1).integers()
    before = node.input(0).shape
    if numbers is None or before is None or node.attr("allowzero", 0):
        return
    wanted = list(numbers)
    for axis, dim in enumerate(wanted):
        if dim == 0:
            wanted[axis] = before[axis] if axis < len(before) else 0
    fixed, symbols = _split(before)
    target, left = _split([d for d in wanted if d != -1])
    if set(left) - set(symbols) or 0 in (fixed, target):
        return
    open_symbols = [s for s in symbols if s not in left]
    if not open_symbols and not (fixed == target or (-1 in wanted and fixed % target == 0)):
        yield Match(
            "Reshape from %s to %s changes the volume" % (_brackets(before), _brackets(wanted)),
            node,
            cause=("volume", node.name, node.index),
        )
    elif open_symbols and -1 not in wanted and not left and set(open_symbols) <= _declared(node):
        yield Match(
            "Reshape to the fixed shape %s fits only one size of the dynamic input %s"
            % (_brackets(wanted), _brackets(before)),
            node,
            severity="warning",
            outcome="build-risk",
            cause=("one size only", node.name, node.index),
        )


def _declared(node):
    """Symbolic dims of the graph's inputs: what inference could not work out is no claim of the model."""
    main = node.graph.model.main
    return {dim for name in main.input_names for dim in main.value(name).shape or () if isinstance(dim, str)}


def _split(shape):
    """(product of the known sizes, symbolic or unknown dims)."""
    volume, symbols = 1, []
    for dim in shape:
        if isinstance(dim, int):
            volume *= dim
        else:
            symbols.append(dim)
    return volume, symbols


def _brackets(shape):
    return "[%s]" % ",".join("?" if d is None else str(d) for d in shape)
