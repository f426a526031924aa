"""The iteration number of a Loop has the shape [1], not that of a scalar

## What it detects
A Loop with a trip count whose body uses the iteration number where a scalar and a tensor of
shape [1] differ: as the index of a Gather (`x[t]`), in Unsqueeze, as a scan output. Uses where only the
value counts (a comparison, an addition to a tensor that has axes) are not reported.

## Why it fails
From 7.2 to 8.5 the importer's loop counter has shape [1]. `x[t]` then keeps an axis of size 1: a Slice
after it is refused (`The shape of input starts misaligns with the shape of input axes`), or the loop stacks
outputs of one axis too many, and the engine builds. 8.6 makes a scalar of it. PyTorch writes this form for
every scripted `for t in range(x.size(0))`.

## Fix
The loop carries its own counter, a scalar that starts at 0; or export the model unrolled.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD214",
    name="loop-iteration-number-shape",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=7.2,<8.6",
    sources=(
        "onnx-tensorrt addLoopCounter, 7.2 to 8.5: Dims{1, 1}; 8.6 importLoop converts it to a scalar",
        "run with the parsers of 8.0 to 8.5: a loop over x[5,3] that stacks x[t] gives [5,1,3], from 8.6 on [5,3]",
    ),
    ops=("Loop",),
)

_FIXES = (Fix("Carry the loop's own counter through it", rewrite="loop_own_counter"),)

#: Operators whose output has the shape of their inputs, broadcast.
_BY_ELEMENT = frozenset(
    "Abs Add And Cast Clip Cos Div Equal Exp Floor Greater GreaterOrEqual Identity Less LessOrEqual Log Max Min Mod "
    "Mul Neg Not Or Pow Sin Sqrt Sub Where Xor".split()
)

#: Inputs by index that are made a scalar whatever they are.
_MADE_SCALAR = {"If": (0,), "Loop": (0, 1)}


def check_node(node):
    """The trip count is what makes the parser register the iteration number at all."""
    if not node.present(0) or not node.subgraphs or not node.subgraphs[0].input_names:
        return
    body = node.subgraphs[0]
    number = body.value(body.input_names[0])
    reader = None if number.rank == 1 else _reader(number)
    if reader is not None:
        yield Match(
            "Loop: %s reads the iteration number, which is a tensor of shape [1] instead of a scalar" % reader,
            node,
            fixes=_FIXES,
            basis="measured",
            cause="counter",
            reading="loop_counter_of_rank_one",
        )


def _reader(number):
    """What first shows the shape of a scalar, None when nothing does."""
    queue, seen = [number], {number.name}
    while queue:
        value = queue.pop(0)
        if value.name in value.graph.output_names[1:]:
            return "an output"
        for node in value.consumers:
            if not _hides(node, value.name):
                if node.op_type not in _BY_ELEMENT:
                    return node.op_type
                following = node.output(0)
                if following.name not in seen:
                    seen.add(following.name)
                    queue.append(following)
    return None


def _hides(node, name):
    """Whether the shape of this input does not show in what the node gives."""
    if node.op_type == "Reshape":
        return name not in node.inputs[1:]
    if node.op_type in _MADE_SCALAR:
        return all(i in _MADE_SCALAR[node.op_type] for i, other in enumerate(node.inputs) if other == name)
    if node.op_type not in _BY_ELEMENT:
        return False
    ranks = [node.input(i).rank for i, other in enumerate(node.inputs) if other and other != name]
    return any(rank is None or rank > 0 for rank in ranks)
