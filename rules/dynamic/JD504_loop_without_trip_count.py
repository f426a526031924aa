"""A Loop without a trip count has no iteration number and stacks outputs of an arbitrary length

## What it detects
A Loop that runs until its condition says stop (no trip count, or from 8.5 on a constant of at least
2147483647, which exporters write for "no limit"), and whose body reads the iteration number, or whose
stacked (scan) outputs are used.

## Why it fails
The importer makes the loop's counter only together with a trip count: the body's iteration number is unknown
(`Node input was not registered`). Stacked outputs get 1,024 entries, whatever the number of iterations (and before
8.5 as many as the huge trip count says); from 10.11 on they are refused (`TensorRT cannot infer the shape of scan
output`). TensorRT 7.1 has no counter even with a trip count.

## Fix
The loop carries its own counter. A loop that counts by itself from constants (TensorFlow's recurrent layers)
gets its trip count. For other stacked outputs, export a loop over a known number of iterations, or run the loop
on the host around an engine for one iteration.
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD504",
    name="loop-without-trip-count",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importLoop, 7.1 to 10.10: addLoopCounter only with a trip count; from 8.5 on INT_MAX is none",
        "onnx-tensorrt@745bde22 (10.11) to 5ab48c5c (11.0) onnxOpImporters.cpp, Loop: stacked outputs refused",
        "run with the parsers of 8.0 to 10.10: Node input was not registered; a stacked output of [1024,...]",
    ),
    ops=("Loop",),
)

_COUNTER = (Fix("Carry the loop's own counter through it", rewrite="loop_own_counter"),)
_TURNS = (Fix("Give the loop its trip count", rewrite="loop_known_turns"),)
_INT32_MAX = 2147483647


def check_node(node):
    """The iteration number and the stacked outputs both need the trip count; a huge one stacks as badly as none."""
    if not node.subgraphs or not node.subgraphs[0].input_names:
        return
    number = node.subgraphs[0].value(node.subgraphs[0].input_names[0])
    if number.consumers or number.name in number.graph.output_names:
        for releases in _endless(node) or [VersionRange(None, (7, 2))]:
            yield Match(
                "Loop has no trip count for this parser, and its body reads the iteration number",
                node,
                tensorrt=releases,
                fixes=_COUNTER,
                basis="measured",
                cause="counter",
            )
    if any(node.outputs[max(len(node.inputs) - 2, 0) :]):
        for releases in _endless(node):
            yield from _stacked(node, releases)


def _stacked(node, releases):
    """A made-up length until 10.10, a refusal from then on."""
    text = "Loop stacks an output in each iteration without a trip count: "
    yield Match(
        text + "it does not get one entry per iteration",
        node,
        tensorrt=VersionRange(releases.since, (10, 11)),
        outcome="wrong-output",
        reading="loop_stacks_1024",
        fixes=_TURNS,
        basis="measured",
        cause="stacked",
    )
    yield Match(
        text + "its number of entries is unknown, and this parser refuses it",
        node,
        tensorrt=VersionRange((10, 11), None),
        fixes=_TURNS,
        cause="stacked",
    )


def _endless(node):
    """Releases that see no trip count, as a list of one or none."""
    if not node.present(0):
        return [VersionRange()]
    limit = node.input(0).numbers() if node.input(0).is_weights() else None
    return [VersionRange((8, 5))] if limit and min(limit) >= _INT32_MAX else []
