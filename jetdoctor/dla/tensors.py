"""Conditions of rows about the DLA that speak of tensors: ranks, sizes, types, and what is known before a run."""

from __future__ import annotations

from typing import Optional, Sequence

from jetdoctor.dla.layer import OfLayer
from jetdoctor.facts.condition import Answer, listed
from jetdoctor.facts.schema import COUNT, FLAG, INDEX, TEXT, array, by_name
from jetdoctor.facts.vocabulary import DTYPE
from jetdoctor.graph import Node, Value


def dim(value: Value, axis: int) -> Optional[int]:
    """A dimension as a number; None when it is symbolic, unknown or not there."""
    shape = value.shape
    size = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    return size if isinstance(size, int) else None


def data(node: Node) -> Sequence[Value]:
    """Inputs that are not known before a run."""
    given = [node.input(index) for index, name in enumerate(node.inputs) if name]
    return [value for value in given if not value.is_constant_expression()]


class RankIsNot(OfLayer):
    """The first input has another rank."""

    takes = {"rank_is_not": array(COUNT)}

    def at(self, node: Node) -> Answer:
        rank = node.input(0).rank
        return None if rank is None else rank not in self.value

    def said(self) -> str:
        return "input 0 does not have rank %s" % listed(self.value)


class OutputRankIsNot(OfLayer):
    """The result has another rank."""

    takes = {"output_rank_is_not": array(COUNT)}

    def at(self, node: Node) -> Answer:
        rank = node.output(0).rank
        return None if rank is None else rank not in self.value

    def said(self) -> str:
        return "the rank of the output is not %s" % listed(self.value)


class BatchOver(OfLayer):
    """The product of the dimensions before channel, height and width is larger."""

    takes = {"batch_over": COUNT}

    def at(self, node: Node) -> Answer:
        for value in [*data(node), node.output(0)]:
            product = 1
            for size in (value.shape or ())[:-3]:
                product *= size if isinstance(size, int) else 1
            if product > self.value:
                return True
        return False

    def said(self) -> str:
        return "the batch is larger than %d" % self.value


class SizeOver(OfLayer):
    """Channel, height or width of a tensor is larger."""

    takes = {"size_over": COUNT}

    def at(self, node: Node) -> Answer:
        values = [*data(node), node.output(0)]
        return any(
            isinstance(size, int) and size > self.value for value in values for size in (value.shape or ())[-3:][:3]
        )

    def said(self) -> str:
        return "channels, height or width are larger than %d" % self.value


class DataTypeIn(OfLayer):
    """Data that is not constant, or the result, has one of these element types."""

    takes = {"data_type_in": array(DTYPE)}

    def at(self, node: Node) -> Answer:
        return any(value.dtype in self.value for value in [*data(node), node.output(0)])

    def said(self) -> str:
        return "data is %s" % listed(self.value)


class RunTimeInput(OfLayer):
    """An input is given and is computed at run time."""

    takes = {"run_time_input": INDEX}

    def at(self, node: Node) -> Answer:
        return node.present(self.value) and not node.input(self.value).is_constant_expression()

    def said(self) -> str:
        return "input %d is computed at run time" % self.value


class InputPresent(OfLayer):
    """An input is given and not empty."""

    takes = {"input_present": INDEX}

    def at(self, node: Node) -> Answer:
        return node.present(self.value) and node.input(self.value).static_shape != (0,)

    def said(self) -> str:
        return "input %d is given" % self.value


class InputsBelow(OfLayer):
    """There are fewer inputs."""

    takes = {"inputs_below": COUNT}

    def at(self, node: Node) -> Answer:
        return len(node.inputs) < self.value

    def said(self) -> str:
        return "there are fewer than %d inputs" % self.value


class ConstantOperand(OfLayer):
    """An operand of an elementwise operator is constant and not one number, or one for each channel."""

    takes = {"constant_operand": FLAG}

    def at(self, node: Node) -> Answer:
        constants = [node.input(i) for i in range(len(node.inputs)) if node.input(i).is_constant_expression()]
        return any(sum(size != 1 for size in value.static_shape or ()) > 1 for value in constants)

    def said(self) -> str:
        return "a constant operand is neither a scalar nor one value per channel"


class BatchChanges(OfLayer):
    """The first dimension is not the same before and after."""

    takes = {"batch_changes": FLAG}

    def at(self, node: Node) -> Answer:
        before, after = dim(node.input(0), 0), dim(node.output(0), 0)
        return None if before is None or after is None else before != after

    def said(self) -> str:
        return "the first dimension changes"


class SoftmaxLongerThan(OfLayer):
    """The axis is longer than ``alone`` when the other dimensions are 1, than ``among`` otherwise."""

    takes = {"softmax_longer_than": by_name(COUNT)}

    def at(self, node: Node) -> Answer:
        shape = node.input(0).static_shape
        axis = node.attr("axis", 1 if node.opset < 13 else -1)
        if shape is None or not -len(shape) <= axis < len(shape):
            return None
        others = [size for index, size in enumerate(shape) if index not in (0, axis % len(shape))]
        return shape[axis] > self.value["among" if any(size != 1 for size in others) else "alone"]

    def said(self) -> str:
        return "the axis is longer than %d, or than %d beside other dimensions" % (
            self.value["alone"],
            self.value["among"],
        )


class ScaleOutside(OfLayer):
    """A Resize scales batch or channels, or height or width by no whole number from 1 to that of its mode."""

    takes = {"scale_outside": by_name(COUNT)}

    def at(self, node: Node) -> Answer:
        before, after = node.input(0).static_shape, node.output(0).static_shape
        if before is None or after is None or len(before) != 4 or 0 in before:
            return None
        if before[:2] != after[:2]:
            return True
        most = self.value.get(node.attr("mode", "nearest"), 0)
        return any(b % a or not 1 <= b // a <= most for a, b in zip(before[2:], after[2:]))

    def said(self) -> str:
        return "the scale is not an integer up to %s" % listed(["%d (%s)" % (m, n) for n, m in self.value.items()])


class ResizeIsNot(OfLayer):
    """Mode, coordinates and (for nearest) rounding of a Resize are none of these."""

    takes = {"resize_is_not": array(array(TEXT))}

    def at(self, node: Node) -> Answer:
        if node.op_type == "Upsample":
            form = [node.attr("mode", "nearest"), "asymmetric", "floor"]
        else:
            form = [
                node.attr("mode", "nearest"),
                node.attr("coordinate_transformation_mode", "half_pixel" if node.opset >= 11 else "asymmetric"),
                node.attr("nearest_mode", "round_prefer_floor" if node.opset >= 11 else "floor"),
            ]
        return not any(form[: len(known)] == list(known) for known in self.value)

    def said(self) -> str:
        return "the mode is not %s" % listed(["/".join(form) for form in self.value])


class SliceStepsOrBatch(OfLayer):
    """A Slice has a step other than 1 or cuts the first dimension."""

    takes = {"slice_steps_or_batch": FLAG}

    def at(self, node: Node) -> Answer:
        steps = node.input(4).numbers() if node.present(4) else None
        if steps is not None and any(step != 1 for step in steps):
            return True
        return BatchChanges({"batch_changes": True}).at(node)

    def said(self) -> str:
        return "a step is not 1 or the first dimension is cut"
