"""An operator that cannot compute a size computes one

## What it detects
An operator whose result a Reshape, Slice, Tile, Pad, Resize, Range … needs as its size (a *shape tensor*), that does
not fold to a constant, and whose layer does not compute shape tensors in this TensorRT. Typical: OneHot of
`torch.repeat_interleave` (Segment Anything), ScatterND of sizes that are written into a tensor by index (Deformable
DETR), Floor and Ceil of a scaled size before 8.4, ArgMax or TopK in the limit of `torch.arange`.

## Why it fails
TensorRT computes shape tensors on the host, with few layer types. The parser accepts the model; the network
library refuses it: `an IIOneHotLayer cannot be used to compute a shape tensor`.

## Fix
Another operator that gives the same numbers (Gather, Concat, integer arithmetic); or fixed sizes of the inputs
(`jetdoctor fix --freeze`), so that the computation folds. In PyTorch: `expand` or `tile` instead of
`repeat_interleave`, `torch.stack` of sizes instead of writing them into a tensor, a mask instead of a length that
depends on the data.
"""

from jetdoctor.rules.dynamic._shape_path import wanted_by, written_as

from jetdoctor.rule import Rule, ShapeTensors

RULE = Rule(
    id="JD506",
    name="shape-tensor-operator",
    severity="error",
    outcome="rejected",
    sources=("rows of rules/facts, section network: NvInfer.h of each release, public build logs",),
)


def describe(node, row):
    """Which size the operator computes; the row says what there is to say beyond that."""
    sizes = ShapeTensors.of(node.graph.model)
    use = sizes.use_of(node) or sizes.carried_by(node)
    what = row.get("what") or "its layer computes no shape tensor in this TensorRT"
    return "%s computes %s: %s%s" % (node.op_type, wanted_by(use), what, written_as(node, use))
