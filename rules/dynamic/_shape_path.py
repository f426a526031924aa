"""What the rules about shape tensors share: how a reader's size is called, and what an exporter made the form of."""

_SIZES = {
    ("ConstantOfShape", 0): "shape",
    ("Expand", 1): "shape",
    ("Loop", 0): "trip count",
    ("Pad", 1): "pads",
    ("Range", 0): "start",
    ("Range", 1): "limit",
    ("Range", 2): "step",
    ("Reshape", 1): "shape",
    ("Resize", 1): "scales",
    ("Resize", 2): "scales",
    ("Resize", 3): "sizes",
    ("Slice", 1): "starts",
    ("Slice", 2): "ends",
    ("Slice", 4): "steps",
    ("Split", 1): "split",
    ("Tile", 1): "repeats",
    ("TopK", 1): "K",
    ("Upsample", 1): "scales",
}

_PADS = {"Reshape", "Slice", "Transpose"}


def wanted_by(use):
    """What the value is computed for: ``the repeats of Tile /tile``."""
    reader = use.reader
    name = reader.name or next((name for name in reader.outputs if name), "")
    return "the %s of %s %s" % (_SIZES[reader.op_type, use.index], reader.op_type, name)


def written_as(node, use):
    """What in PyTorch is exported so, as a sentence to be added, "" where nothing is typical."""
    reader, between = use.reader.op_type, {step.op_type for step in use.through}
    if node.op_type == "OneHot" and reader in ("Tile", "Expand"):
        return "; torch.repeat_interleave with a computed count exports to this"
    if reader == "Pad" and _PADS <= between | {node.op_type}:
        return "; torch.nn.functional.pad exports to this unless its amounts are numbers"
    if node.op_type.startswith("Scatter"):
        return "; sizes that are written into a tensor by index export to this"
    if reader == "Range" and node.op_type in ("ArgMax", "ArgMin", "TopK", "ReduceMax"):
        return "; torch.arange up to a maximum of the data exports to this"
    if reader in ("Resize", "Upsample") and node.op_type in ("Cast", "Ceil", "Floor", "Mul", "Round"):
        return "; torch.nn.functional.interpolate with a scale factor exports to this"
    return ""


def log(text):
    """A line of the build log, as a consequence."""
    return ('the build log says "%s"' % text,)
