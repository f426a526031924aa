"""Shapes, constants and attributes that one operator can be given: what the schema alone does not say.

A recipe is a function of a ``Draw``; it returns the inputs, each a shape (a tensor of one of the operator's types), a
numpy array (its values matter) or None (left out), and the attributes. ``RECIPES`` has those of operators whose inputs
must fit each other; any other operator is given equal or broadcastable shapes. A recipe may propose what is invalid:
the checker, shape inference and ONNX Runtime throw it away.
"""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

Form = Tuple[List[Any], Dict[str, Any]]


class Draw(random.Random):
    """Random choices of one seed; ``opset`` is that of the model to be made."""

    opset = 17

    def shape(self, least: int = 1, most: int = 4, size: int = 4) -> Tuple[int, ...]:
        return tuple(self.randint(1, size) for _ in range(self.randint(least, most)))

    def some(self, **attributes: Any) -> Dict[str, Any]:
        """Each attribute with a chance of a half: what is left out has its default."""
        return {name: value for name, value in attributes.items() if self.random() < 0.5}

    def axis(self, rank: int) -> int:
        return self.randint(-rank, rank - 1) if rank else 0

    def axes(self, rank: int) -> List[int]:
        return sorted(self.sample(range(rank), self.randint(1, rank))) if rank else []


def ints(values: Any) -> Any:
    return np.asarray(values, "int64")


def conv(draw: Draw) -> Form:
    space, groups = draw.randint(1, 3), draw.choice([1, 1, 2])
    kernel = [draw.randint(1, 3) for _ in range(space)]
    channels, filters = 2 * groups, 2 * groups
    data = (draw.randint(1, 2), channels, *(draw.randint(4, 7) for _ in range(space)))
    inputs = [data, (filters, channels // groups, *kernel)] + ([(filters,)] if draw.random() < 0.5 else [])
    return inputs, dict(window(draw, kernel), **draw.some(kernel_shape=kernel), group=groups)


def conv_transpose(draw: Draw) -> Form:
    inputs, attributes = conv(draw)
    space, groups = len(inputs[0]) - 2, attributes["group"]
    inputs[1] = (inputs[0][1], 2, *inputs[1][2:])
    if len(inputs) > 2:
        inputs[2] = (2 * groups,)
    sizes = [size * draw.randint(1, 2) + draw.randint(0, 2) for size in inputs[0][2:]]
    return inputs, dict(attributes, **draw.some(output_padding=[draw.randint(0, 1) for _ in range(space)]),
                        **(draw.some(output_shape=sizes) if draw.random() < 0.4 else {}))  # fmt: skip


def window(draw: Draw, kernel: Sequence[int]) -> Dict[str, Any]:
    """Strides, dilations, and pads or auto_pad."""
    space = len(kernel)
    pads = [draw.randint(0, size - 1) for size in [*kernel, *kernel]]
    padding = draw.choice([{}, {"pads": pads}, {"auto_pad": draw.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])}])
    strides, holes = ([draw.randint(1, 2) for _ in range(space)] for _ in range(2))
    return dict(padding, **draw.some(strides=strides), **(draw.some(dilations=holes) if draw.random() < 0.4 else {}))


def pool(draw: Draw) -> Form:
    kernel = [draw.randint(1, 3) for _ in range(draw.randint(1, 3))]
    data = (draw.randint(1, 2), draw.randint(1, 3), *(draw.randint(4, 7) for _ in kernel))
    extra = draw.some(ceil_mode=draw.randint(0, 1), count_include_pad=draw.randint(0, 1), p=draw.randint(1, 3),
                      storage_order=draw.randint(0, 1))  # fmt: skip
    return [data], dict(window(draw, kernel), kernel_shape=kernel, **extra)


def pool_whole(draw: Draw) -> Form:
    return [draw.shape(3, 5)], draw.some(p=draw.randint(1, 3))


def reduction(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axes = draw.axes(len(data))
    attributes = draw.some(keepdims=draw.randint(0, 1), noop_with_empty_axes=draw.randint(0, 1))
    given = draw.choice(["none", "attribute", "input", "input", "empty"])
    inputs = [data] + ([ints(axes)] if given == "input" else [ints([])] if given == "empty" else [])
    return inputs, dict(attributes, axes=axes) if given == "attribute" else attributes


def axis_alone(draw: Draw) -> Form:
    data = draw.shape(1, 5)
    extra = draw.some(keepdims=draw.randint(0, 1), select_last_index=draw.randint(0, 1), p=draw.randint(1, 2))
    return [data], dict(draw.some(axis=draw.axis(len(data))), **extra)


def normalization(draw: Draw) -> Form:
    """A scale, and some more inputs, of one number for each channel."""
    data = draw.shape(3, 5)
    count = draw.choice([1, 2, 4])
    return [data] + [(data[1],)] * count, draw.some(epsilon=draw.choice([1e-5, 1e-2]), momentum=0.5, spatial=1)


def layer_normalization(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axis = draw.axis(len(data))
    inputs = [data, data[axis:]] + ([data[axis:]] if draw.random() < 0.5 else [])
    return inputs, draw.some(epsilon=draw.choice([1e-5, 1e-2]), stash_type=1, axis=axis)


def group_normalization(draw: Draw) -> Form:
    groups = draw.choice([1, 2, 4])
    data = (draw.randint(1, 2), 4, *draw.shape(1, 3))
    count = groups if draw.opset < 21 else 4
    return [data, (count,), (count,)], dict(draw.some(epsilon=1e-2), num_groups=groups)


def recurrent(gates: int) -> Callable[[Draw], Form]:
    def recipe(draw: Draw) -> Form:
        direction = draw.choice(["forward", "reverse", "bidirectional"])
        ways, steps, batch, size, hidden = 1 + (direction == "bidirectional"), 3, draw.randint(1, 2), 2, 3
        swapped = draw.random() < 0.2
        data = (batch, steps, size) if swapped else (steps, batch, size)
        state = (batch, ways, hidden) if swapped else (ways, batch, hidden)
        inputs: List[Any] = [data, (ways, gates * hidden, size), (ways, gates * hidden, hidden)]
        optional: List[Any] = [(ways, 2 * gates * hidden), np.asarray([steps] * batch, "int32"), state]
        if gates == 4:
            optional += [state, (ways, 3 * hidden)]
        inputs += [one if draw.random() < 0.6 else None for one in optional[: draw.randint(0, len(optional))]]
        names = [draw.choice(["Tanh", "Relu", "Sigmoid", "Elu", "LeakyRelu", "HardSigmoid", "Softsign", "ScaledTanh"])
                 for _ in range(ways * {1: 1, 3: 2, 4: 3}[gates])]  # fmt: skip
        chosen = draw.some(activations=names) if draw.random() < 0.4 else {}
        more = draw.some(clip=2.0, linear_before_reset=1, input_forget=draw.randint(0, 1))
        layout = {"layout": 1} if swapped else {}
        return inputs, dict(more, hidden_size=hidden, direction=direction, **chosen, **layout)

    return recipe


def resize(draw: Draw) -> Form:
    data = (1, draw.randint(1, 2), *(draw.randint(2, 5) for _ in range(draw.randint(1, 3))))
    sizes = [*data[:2], *(draw.randint(2, 9) for _ in data[2:])]
    scales = np.asarray([1, 1, *(draw.choice([0.5, 1.5, 2, 3]) for _ in data[2:])], "float32")
    attributes = dict(draw.some(
        mode=draw.choice(["nearest", "linear", "cubic"]), antialias=draw.randint(0, 1), exclude_outside=1,
        coordinate_transformation_mode=draw.choice(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel",
                                                    "tf_crop_and_resize", "half_pixel_symmetric"]),
        nearest_mode=draw.choice(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]),
        cubic_coeff_a=-0.5, extrapolation_value=1.0,
    ))  # fmt: skip
    roi = np.asarray([0.0] * len(data) + [1.0] * len(data), "float32") if draw.random() < 0.3 else None
    return ([data, roi, None, ints(sizes)] if draw.random() < 0.5 else [data, roi, scales]), attributes


def pad(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    pads = [draw.randint(-1, 2) for _ in [*data, *data]]
    mode = draw.some(mode=draw.choice(["constant", "reflect", "edge", "wrap"]))
    if draw.opset < 11:
        return [data], dict(mode, pads=pads, **draw.some(value=1.5))
    value = [()] if draw.random() < 0.4 else []
    if draw.opset >= 18 and draw.random() < 0.4:
        axes = draw.axes(len(data))
        return [data, ints(pads[: 2 * len(axes)]), *(value or [None]), ints(axes)], mode
    return [data, ints(pads), *value], mode


def slices(draw: Draw) -> Form:
    data = draw.shape(1, 4, 6)
    axes = draw.axes(len(data))
    starts, ends = ([draw.randint(-7, 7) for _ in axes] for _ in range(2))
    steps = [draw.choice([-2, -1, 1, 2]) for _ in axes]
    if draw.opset < 10:
        return [data], dict(starts=starts, ends=ends, axes=axes)
    return [data, ints(starts), ints(ends), ints(axes), ints(steps)][: draw.choice([4, 5])], {}


def split(draw: Draw) -> Form:
    data = draw.shape(1, 4, 6)
    axis = draw.axis(len(data))
    first = draw.randint(0, data[axis])
    sizes = [first, data[axis] - first]
    if draw.opset < 13:
        return [data], dict(axis=axis, **draw.some(split=sizes))
    if draw.opset >= 18 and draw.random() < 0.5:
        return [data], dict(axis=axis, num_outputs=2)
    return [data, ints(sizes)], dict(axis=axis)


def topk(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axis = draw.axis(len(data))
    count = draw.randint(1, data[axis])
    if draw.opset < 10:
        return [data], dict(axis=axis, k=count)
    order = draw.some(largest=draw.randint(0, 1), sorted=draw.randint(0, 1)) if draw.opset >= 11 else {}
    return [data, ints([count])], dict(axis=axis, **order)


def gather(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axis = draw.axis(len(data))
    shape = draw.shape(0, 2)
    picked = [draw.randint(-data[axis], data[axis] - 1) for _ in range(int(np.prod(shape)))]
    return [data, ints(picked).reshape(shape)], draw.some(axis=axis)


def along(updates: bool) -> Callable[[Draw], Form]:
    """GatherElements and ScatterElements: indices of the rank of the data."""

    def recipe(draw: Draw) -> Form:
        data = draw.shape(1, 4)
        axis = draw.axis(len(data))
        shape = tuple(draw.randint(1, size) for size in data)
        picked = [draw.randint(-data[axis], data[axis] - 1) for _ in range(int(np.prod(shape)))]
        reduction = draw.some(reduction=draw.choice(["none", "add", "mul", "max", "min"])) if updates else {}
        return [data, ints(picked).reshape(shape)] + [shape] * updates, dict(draw.some(axis=axis), **reduction)

    return recipe


def quantize(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axis = draw.axis(len(data))
    each = draw.random() < 0.5
    scale = np.asarray([draw.choice([0.1, 0.5]) for _ in range(data[axis])] if each else 0.1, "float32")
    dtype, value = draw.choice(["int8", "uint8"]), draw.choice([0, 0, 3])
    zero = [np.full(scale.shape, value, dtype)] if draw.random() < 0.7 else []
    return [data, scale, *zero], draw.some(axis=axis)


def matrices(draw: Draw) -> Form:
    rows, inner, columns = (draw.randint(1, 4) for _ in range(3))
    return [(*draw.shape(0, 2), rows, inner)[-4:], (inner, columns) if draw.random() < 0.7 else (inner,)], {}


def gemm(draw: Draw) -> Form:
    rows, inner, columns, turned, flipped = (draw.randint(1, 4) for _ in range(5))
    attributes = dict(transA=turned % 2, transB=flipped % 2, **draw.some(alpha=0.5, beta=2.0))
    third = draw.choice([[], [(columns,)], [(rows, columns)], [(rows, 1)], [()]])
    return [(inner, rows) if turned % 2 else (rows, inner), (columns, inner) if flipped % 2 else (inner, columns),
            *third], attributes  # fmt: skip


def reshape(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    wanted = draw.choice([[-1], [0, -1], list(data), [1, *data], [-1, data[-1]]])
    return [data, ints(wanted)], draw.some(allowzero=draw.randint(0, 1)) if draw.opset >= 14 else {}


def axes_moved(draw: Draw) -> Form:
    data = draw.shape(1, 3, 2)
    axes = [axis for axis in range(len(data)) if data[axis] == 1] or [0]
    return ([data], dict(axes=axes)) if draw.opset < 13 else ([data, ints(axes)], {})


def grid_sample(draw: Draw) -> Form:
    data, mode = (1, 2, 4, 5), ["bilinear", "nearest", "bicubic"] if draw.opset < 20 else ["linear", "nearest", "cubic"]
    return [data, (1, 3, 3, 2)], draw.some(mode=draw.choice(mode), align_corners=draw.randint(0, 1),
                                           padding_mode=draw.choice(["zeros", "border", "reflection"]))  # fmt: skip


def roi_align(draw: Draw) -> Form:
    rois = np.asarray([[0, 0, 4, 4], [1, 1, 5, 3]], "float32")
    names = dict(mode=draw.choice(["avg", "max"]), output_height=2, output_width=3, spatial_scale=0.5,
                 sampling_ratio=draw.randint(0, 2), coordinate_transformation_mode="output_half_pixel")  # fmt: skip
    return [(1, 2, 6, 6), rois, ints([0, 0])], draw.some(**names)


def blocks(draw: Draw) -> Form:
    return [(1, 4, 4, 4)], dict(blocksize=2, **draw.some(mode=draw.choice(["DCR", "CRD"])))


def clip(draw: Draw) -> Form:
    if draw.opset < 11:
        return [draw.shape()], draw.some(min=-0.5, max=0.5)
    low, high = draw.choice([(), None]), draw.choice([(), None])
    return [draw.shape(0), low, high], {}


def trilu(draw: Draw) -> Form:
    return [draw.shape(2, 4)] + ([ints(draw.randint(-2, 2))] if draw.random() < 0.6 else []), draw.some(
        upper=draw.randint(0, 1)
    )


def with_sizes(draw: Draw) -> Form:
    """Expand and Tile: a shape, and one number for each of its axes."""
    data = draw.shape(1, 4, 3)
    return [data, ints([draw.choice([1, 1, 2]) * size for size in data])], {}


def mean_variance(draw: Draw) -> Form:
    return [draw.shape(4, 4)], draw.some(axes=[draw.randint(0, 3)])


def local_response(draw: Draw) -> Form:
    return [draw.shape(3, 5)], dict(size=draw.randint(1, 5), **draw.some(alpha=0.1, beta=0.5, bias=2.0))


def transposed(draw: Draw) -> Form:
    data = draw.shape(1, 5)
    return [data], draw.some(perm=draw.sample(range(len(data)), len(data)))


def einsum(draw: Draw) -> Form:
    sizes = dict(zip("ijkb", (draw.randint(1, 4) for _ in range(4))))
    equation = draw.choice(["ij,jk->ik", "bij,bjk->bik", "ij->ji", "ij->", "ii->i", "...ij,...jk->...ik", "ij,kj->ik",
                            "i,j->ij", "ij,jk,kb->ib", "bij,kj->bik"])  # fmt: skip
    terms = equation.split("->")[0].replace("...", "").split(",")
    return [tuple(sizes[label] for label in term) for term in terms], dict(equation=equation)


def one_hot(draw: Draw) -> Form:
    data = draw.shape(1, 3)
    picked = ints([draw.randint(-2, 3) for _ in range(int(np.prod(data)))]).reshape(data)
    return [picked, ints(draw.choice([4, [4]])), (2,)], draw.some(axis=draw.axis(len(data) + 1))


def reversal(draw: Draw) -> Form:
    swapped = draw.random() < 0.5
    data = (3, 4, *draw.shape(0, 2))
    lengths = ints([draw.randint(1, 4 if swapped else 3) for _ in range(3 if swapped else 4)])
    return [data, lengths], dict(batch_axis=0, time_axis=1) if swapped else {}


def upsample(draw: Draw) -> Form:
    data = (1, draw.randint(1, 2), *(draw.randint(2, 4) for _ in range(2)))
    scales = [1.0, 1.0, draw.choice([1.0, 2.0, 3.0]), draw.choice([1.0, 1.5, 2.0])]
    mode = draw.some(mode=draw.choice(["nearest", "linear"]))
    return ([data], dict(mode, scales=scales)) if draw.opset < 9 else ([data, np.asarray(scales, "float32")], mode)


def attention(draw: Draw) -> Form:
    heads, shared, length, context, size = 4, draw.choice([1, 2, 4]), 3, draw.randint(2, 4), 4
    if draw.random() < 0.3:  # the heads side by side
        inputs: List[Any] = [(1, length, heads * size)] + [(1, context, shared * size)] * 2
        counts = dict(q_num_heads=heads, kv_num_heads=shared)
    else:
        inputs, counts = [(1, heads, length, size)] + [(1, shared, context, size)] * 2, {}
    mask = [(length, context)] if draw.random() < 0.4 else []
    return inputs + mask, dict(counts, **draw.some(is_causal=draw.randint(0, 1), scale=0.5, softcap=2.0))


def rotary(draw: Draw) -> Form:
    size = draw.choice([4, 8])
    turned = draw.choice([0, 0, 4])
    table = (1, 3, (turned or size) // 2)
    extra = dict(rotary_embedding_dim=turned) if turned else {}
    return [(1, 2, 3, size), table, table], dict(extra, **draw.some(interleaved=draw.randint(0, 1)))


def affine_grid(draw: Draw) -> Form:
    space = draw.choice([2, 3])
    return [(1, space, space + 1), ints([1, 2, 3, 4, 5][: space + 2])], draw.some(align_corners=draw.randint(0, 1))


def center(draw: Draw) -> Form:
    data = draw.shape(1, 4)
    axes = draw.axes(len(data))
    return [data, ints([draw.randint(1, 6) for _ in axes])], dict(axes=axes)


def length(draw: Draw) -> Form:
    return [ints(draw.randint(2, 8))], draw.some(periodic=draw.randint(0, 1), output_datatype=1)


def columns(draw: Draw) -> Form:
    return [(1, 2 * 4, 9), ints([4, 4]), ints([2, 2])], draw.some(strides=[1, 1], dilations=[1, 1])


def fourier(draw: Draw) -> Form:
    frame = draw.choice([4, 8])
    window = [draw.choice([(frame,), None])] if draw.random() < 0.7 else []
    return [(1, 16, 1), ints(draw.choice([2, 4])), *(window + [ints(frame)] if window else [None, ints(frame)])], (
        draw.some(onesided=draw.randint(0, 1))
    )


def shifted(draw: Draw) -> Form:
    data = draw.shape()
    return [data, data], dict(direction=draw.choice(["LEFT", "RIGHT"]))


RECIPES: Dict[str, Callable[[Draw], Form]] = {
    "Conv": conv, "ConvTranspose": conv_transpose, "AveragePool": pool, "MaxPool": pool, "LpPool": pool,
    "GlobalLpPool": pool_whole, "GlobalMaxPool": pool_whole, "GlobalAveragePool": pool_whole,
    "ArgMax": axis_alone, "ArgMin": axis_alone, "Softmax": axis_alone, "LogSoftmax": axis_alone, "Hardmax": axis_alone,
    "LpNormalization": axis_alone, "Flatten": axis_alone, "BatchNormalization": normalization,
    "InstanceNormalization": normalization, "LayerNormalization": layer_normalization,
    "RMSNormalization": layer_normalization, "GroupNormalization": group_normalization, "RNN": recurrent(1),
    "GRU": recurrent(3), "LSTM": recurrent(4), "Resize": resize, "Pad": pad, "Slice": slices, "Split": split,
    "TopK": topk, "Gather": gather, "GatherElements": along(False), "ScatterElements": along(True),
    "QuantizeLinear": quantize, "DequantizeLinear": quantize, "MatMul": matrices, "MatMulInteger": matrices,
    "Gemm": gemm, "Reshape": reshape, "Squeeze": axes_moved, "Unsqueeze": axes_moved, "GridSample": grid_sample,
    "RoiAlign": roi_align, "DepthToSpace": blocks, "SpaceToDepth": blocks, "Clip": clip, "Trilu": trilu,
    "Expand": with_sizes, "Tile": with_sizes, "MeanVarianceNormalization": mean_variance, "LRN": local_response,
    "Transpose": transposed, "Einsum": einsum, "OneHot": one_hot, "ReverseSequence": reversal, "Upsample": upsample,
    "Attention": attention, "RotaryEmbedding": rotary, "AffineGrid": affine_grid, "CenterCropPad": center,
    "BitShift": shifted, "BlackmanWindow": length, "HammingWindow": length, "HannWindow": length, "Col2Im": columns,
    "STFT": fourier, "Scatter": along(True),
    **dict.fromkeys(
        "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
        "ReduceSumSquare".split(), reduction,
    ),
}  # fmt: skip
