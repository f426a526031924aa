"""`noop_with_empty_axes=1` is misread

## What it detects
A reduction with `noop_with_empty_axes=1` and no axes (or an empty axes input), which ONNX defines as
"reduce nothing".

## Why it fails
Before TensorRT 10.0 the attribute is not read and **all** axes are reduced. From 10.0 on it is read, but
the composite reductions pass their input on unchanged: ReduceL1 and ReduceL2 lose their Abs,
ReduceSumSquare its square, ReduceLogSum and ReduceLogSumExp their logarithm. ONNX applies that elementwise
part also when nothing is reduced.

## Fix
The node is replaced by what it means: nothing at all (ReduceSum, ReduceMean, ReduceMax, ReduceMin,
ReduceProd), or the elementwise part (Abs, Mul, Log).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD205",
    name="reduce-noop-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt reduceTensor and the Reduce* importers, 7.1 to 10.10 (rows in rules/facts)",),
)


def describe(node, row):
    if "unchanged" in row.get("what", ""):
        return "%s with noop_with_empty_axes=1: this release returns x unchanged, ONNX defines %s" % (
            node.op_type,
            _ELEMENTWISE.get(node.op_type, "x"),
        )
    return (
        "%s with noop_with_empty_axes=1 and no axes should reduce nothing; this parser reduces ALL axes" % node.op_type
    )


#: What is left of a composite reduction over no axes.
_ELEMENTWISE = {
    "ReduceL1": "|x|",
    "ReduceL2": "|x|",
    "ReduceSumSquare": "x*x",
    "ReduceLogSum": "log(x)",
    "ReduceLogSumExp": "log(exp(x))",
}
