"""INT64 constants that do not fit INT32

## What it detects
A small INT64 constant with a value outside INT32, where its reader may distinguish the number from the nearest
INT32. Followed through Where, Concat, Reshape and the like to the operators that compute with it. The ranges of
their operands come from constants, shapes and types; an unknown input is unbounded.

## Why it fails
TensorRT before 10.0 has no INT64: the parser casts such weights down and clamps what does not fit, with a
warning in the log (`Your ONNX model has been generated with INT64 weights ... One or more weights outside
the range of INT32 was clamped`). The clamped number means the same as "to the end" of a Slice, "no limit" of a
Loop and "all boxes" of NonMaxSuppression, in a comparison, Min, Max or Clip with numbers that stay within INT32,
and as the divisor of such numbers; elsewhere the result differs. A Cast of such a number to FLOAT
always differs, so it is an error.

## Fix
A Cast of the constant is folded in the file. Otherwise compute with smaller numbers (mask values such as
-9223372036854775808 become -2147483648), or use a JetPack with TensorRT 10.
"""

from jetdoctor.graph import MOVERS
from jetdoctor.rule import Fix, Intervals, Match, Rule

RULE = Rule(
    id="JD408",
    name="int64-out-of-range",
    severity="warning",
    outcome="wrong-output",
    tensorrt="<10.0",
    sources=("onnx-tensorrt convertINT64: values are clamped to INT32 (releases 7.1 to 8.6)",),
)

_INT64 = 7
_LOW, _HIGH = -(1 << 31), (1 << 31) - 1
_FLOATS = ("FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16")

#: Operators for which a huge number means "all" or "no limit", which the clamped number means as well.
_UP_TO_THE_END = ("Slice", "NonMaxSuppression", "Loop")
_COMPARE = ("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual")
_ARITHMETIC = ("Add", "Sub", "Mul")

#: Operators that hand elements on, and the inputs that they hand on (None: every input).
_MOVE = dict.fromkeys(MOVERS - {"Slice", "Split"}, (0,))  # those two are there to leave elements out
_MOVE.update(Where=(1, 2), Concat=None)

#: Values followed from one constant.
_MOST = 200


def check_model(model):
    """Initializers and Constant nodes whose values the view holds."""
    intervals = Intervals()
    for graph in model.graphs():
        for name, tensor in graph.initializers.items():
            if tensor.data_type == _INT64:
                yield from _judge(graph.value(name), intervals)
        for node in graph.nodes:
            if node.op_type == "Constant" and node.output(0).name:
                yield from _judge(node.output(0), intervals)


def _judge(value, intervals):
    tensor = value.constant
    numbers = value.numbers() if tensor is not None and tensor.data_type == _INT64 else None
    if not numbers:
        return
    ends = (min(numbers), max(numbers))
    if _LOW <= ends[0] and ends[1] <= _HIGH:
        return
    for node, index in _readers(value):
        if _means_the_same(node, index, ends, intervals):
            continue
        wrong = node.op_type == "Cast" and node.input(0).name == value.name and node.output().dtype in _FLOATS
        yield Match(
            "%s reads the INT64 constant %s, which holds %s: outside INT32, so it is clamped%s"
            % (node.op_type, value.name, _far(ends), _consequence(node, intervals)),
            node,
            tensor=value.name,
            severity="error" if wrong else None,
            reading="integers_clamped",
            fixes=(Fix("Fold the Cast into the constant", rewrite="cast_constant"),) if wrong else (),
        )
        return


def _readers(value):
    """(node, input index) of what computes with the constant, behind what only hands it on."""
    queue, seen = [value], {value.name}
    while queue and len(seen) < _MOST:
        value = queue.pop(0)
        for node in value.consumers:
            places = [i for i, name in enumerate(node.inputs) if name == value.name]
            moved = _MOVE.get(node.op_type, ())
            for index in places:
                if moved is not None and index not in moved:
                    yield node, index
            if (moved is None or set(places) & set(moved)) and node.output().name not in seen:
                seen.add(node.output().name)
                queue.append(node.output())


def _means_the_same(node, index, ends, intervals):
    """Whether the node gives the same for the clamped number; ``ends`` are those of the constant."""
    op_type = node.op_type
    if op_type in _UP_TO_THE_END or (op_type == "Cast" and node.output().dtype == "BOOL"):
        return True
    others = [intervals.of(node.input(i)) for i, name in enumerate(node.inputs) if name and i != index]
    inside = bool(others) and all(pair is not None and _LOW < pair[0] and pair[1] < _HIGH for pair in others)
    if op_type in _COMPARE:
        return inside
    first = intervals.of(node.input(0))
    if op_type == "Clip" and index:
        return first is not None and _LOW <= first[0] and first[1] <= _HIGH and (ends[0] >= _LOW or index == 1) \
            and (ends[1] <= _HIGH or index == 2)  # fmt: skip
    if op_type in ("Min", "Max"):
        return inside and (ends[0] >= _LOW if op_type == "Min" else ends[1] <= _HIGH)
    if op_type == "Div" and index == 1:
        return inside
    return False


def _far(ends):
    return " and ".join(str(end) for end in sorted(set(ends)) if not _LOW <= end <= _HIGH)


def _consequence(node, intervals):
    """What can be said of the result: that it overflows, that it may, or nothing."""
    if node.op_type not in _ARITHMETIC:
        return ""
    bounds = intervals.of(node.output())
    if bounds is None:
        return "; the result is unbounded, so it may overflow"
    if bounds[1] < _LOW or bounds[0] > _HIGH:
        return "; the result is between %d and %d and overflows" % bounds
    if bounds[0] < _LOW or bounds[1] > _HIGH:
        return "; the result is between %d and %d and may overflow" % bounds
    return ""
