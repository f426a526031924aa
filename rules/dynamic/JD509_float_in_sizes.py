"""A size is computed in floating point

## What it detects
A shape tensor of type FLOAT that does not fold: a size that is cast to FLOAT and multiplied by a scale, as
`torch.nn.functional.interpolate` with a scale factor does.

## Why it fails
Until TensorRT 8.2 a shape tensor is INT32 or BOOL (`NvInfer.h`, `ITensor::isShapeTensor`). The parser sets every tensor
of such a computation to INT32 and so drops its Casts (`removeShapeTensorCasts`): a scale in FLOAT is then refused
(`cannot use precision Int32 with weights of type Float`), and a quotient is truncated to an integer immediately,
which may give another size without any message. 8.4 takes FLOAT.

## Fix
Compute in integers: `n * 3 // 2` for a scale of 1.5. Or fix the sizes of the input (`jetdoctor fix --freeze`), so that
everything folds.
"""

from jetdoctor.rules.dynamic._shape_path import log, wanted_by, written_as

from jetdoctor.rule import Fix, Match, Rule, ShapeTensors

RULE = Rule(
    id="JD509",
    name="float-in-sizes",
    severity="error",
    outcome="rejected",
    tensorrt="<8.4",
    sources=(
        "NVIDIA/TensorRT include/NvInfer.h 7.1 to 8.2, ITensor::isShapeTensor: INT32 or BOOL",
        "onnx-tensorrt 7.1 to 8.2-GA, ModelImporter.cpp, removeShapeTensorCasts (gone in 8.4)",
        "https://github.com/NVIDIA/TensorRT/issues/482",
    ),
    ops=("Add", "Div", "Max", "Min", "Mul", "Pow", "Sub"),
)

_FIXES = (Fix("Compute the size in integers", rewrite="sizes_in_integers"),)
_FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")
_INTEGERS = ("INT32", "INT64")


def check_node(node):
    """Arithmetic in FLOAT: with a constant it is refused, a quotient of two sizes is cut to an integer."""
    use = ShapeTensors.of(node.graph.model).use_of(node) if node.output().dtype in _FLOATS else None
    if use is None:
        return
    constant = next((node.input(i) for i in range(len(node.inputs)) if node.input(i).is_weights()), None)
    if constant is not None:
        yield Match(
            "%s computes %s in %s with the constant %s: a shape tensor is INT32 here%s"
            % (node.op_type, wanted_by(use), node.output().dtype, constant.name, written_as(node, use)),
            node,
            fixes=_FIXES,
            cause=("constant", use.reader.op_type),
            consequences=log("cannot use precision Int32 with weights of type Float"),
            basis="reported",
        )
    elif node.op_type == "Div" and not _cut_anyway(node):
        yield Match(
            "Div computes %s: this parser drops its Casts to FLOAT, so the quotient is truncated to an integer at once"
            % wanted_by(use),
            node,
            severity="warning",
            outcome="wrong-output",
            cause=("quotient", use.reader.op_type),
            reading="quotient_cut",
        )


def _cut_anyway(node):
    """Whether nothing but a Cast to an integer, or a Floor before it, reads the quotient."""
    return all(
        reader.op_type == "Floor" or (reader.op_type == "Cast" and reader.output().dtype in _INTEGERS)
        for reader in node.output().consumers
    )
