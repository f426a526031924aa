"""Which values TensorRT must know when it knows the shapes: sizes of Reshape and Slice, repeats, pads, trip counts.

TensorRT computes these *shape tensors* on the host, with few of its layers. Here every operator that reads one is
found, and from there, backwards, every value that is needed to compute it. A value that folds to a constant is no
shape tensor; ``Shape(x)`` needs only the sizes of x and ends the path.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node, Value
from jetdoctor.records import dataclass

#: Operators that read shape tensors -> those inputs (NvInfer.h: IShuffleLayer, ISliceLayer, IResizeLayer, IFillLayer,
#: ITopKLayer, ITripLimitLayer; read in the importers of onnx-tensorrt 7.1 to 10.1).
READERS: Dict[str, Tuple[int, ...]] = {
    "ConstantOfShape": (0,), "Expand": (1,), "Loop": (0,), "Pad": (1,), "Range": (0, 1, 2), "Reshape": (1,),
    "Resize": (2, 3), "Slice": (1, 2, 4), "Split": (1,), "Tile": (1,), "TopK": (1,), "Upsample": (1,),
}  # fmt: skip

#: Operators that are followed into some of their inputs only; of the others, those in _WHOLE into all.
_FOLLOWED: Dict[str, Tuple[int, ...]] = {
    **dict.fromkeys(
        "Cast Dropout Expand Flatten Identity ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Reshape Slice Split "
        "Squeeze Tile Transpose Unsqueeze".split(),
        (0,),
    ),
    "OneHot": (2, 0),
}
_WHOLE = frozenset(
    "Abs Add And Ceil Clip Concat Div Equal Exp Floor Gather GatherElements GatherND Greater GreaterOrEqual Less "
    "LessOrEqual Log MatMul Max Mean Min Mod Mul Neg Not Or Pow Reciprocal Relu Round ScatterElements ScatterND Sign "
    "Sqrt Sub Sum Where Xor".split()
)


#: Operators that give sizes by themselves, or from inputs that are sizes of their own.
_ENDS = frozenset(("Constant", "ConstantOfShape", "Range", "Shape", "Size"))


@dataclass(frozen=True)
class Use:
    """Why a value is a shape tensor: the operator nearest to it that reads a size, and at which input.

    ``through`` are the nodes between the value and that operator, nearest to the operator first. ``constant``: the
    value folds, so that only a release that looks at layers before it folds them can mind.
    """

    reader: Node
    index: int
    through: Tuple[Node, ...]
    constant: bool


Uses = Dict[Tuple[int, str], Tuple[Value, Use]]


class ShapeTensors:
    """The shape tensors of one model.

    A first walk takes everything that could be one and works nothing out; only when a rule asks about a value in there
    are the constants separated, in a second walk.
    """

    def __init__(self, model: Model) -> None:
        self.known = PartlyKnown.shared(model)
        self._places = [
            (node, index)
            for node in model.nodes()
            if node.op_type in READERS and node.domain in DEFAULT_DOMAINS
            for index in sizes_of(node)
            if node.present(index)
        ]
        self._candidates: Uses = {}
        for node, index in self._places:
            _walk(node, index, self._candidates, lambda value: False)
        self._uses: Optional[Uses] = None

    @classmethod
    def of(cls, model: Model) -> "ShapeTensors":
        """Those of the model; worked out once."""
        return model.derived(cls)

    @property
    def uses(self) -> Uses:
        """Every shape tensor, and what would be one if it did not fold."""
        if self._uses is None:
            self._uses = {}
            for node, index in self._places:
                _walk(node, index, self._uses, self._folds)
        return self._uses

    def use(self, value: Value) -> Optional[Use]:
        """Why the value is a shape tensor, None if it is none. Also given for what folds (``Use.constant``)."""
        key = _key(value)
        return self.uses[key][1] if key in self._candidates and key in self.uses else None

    def use_of(self, node: Node) -> Optional[Use]:
        """Why some output of the node is a shape tensor that does not fold; None if none is."""
        for name in node.outputs:
            found = self.use(node.graph.value(name)) if name else None
            if found is not None and not found.constant:
                return found
        return None

    def carried_by(self, loop: Node) -> Optional[Use]:
        """Why the iteration number or a carried value is a shape tensor inside the body of a Loop, if one is."""
        for body in loop.subgraphs:
            for name in body.input_names:
                found = self.use(body.value(name))
                if found is not None and not found.constant:
                    return found
        return None

    def where(self, wanted: Callable[[Value], bool]) -> Iterator[Tuple[Value, Use]]:
        """Shape tensors of a kind, folding ones as well, with why they are some; those nearest to a reader first."""
        if any(wanted(value) for value, _ in self._candidates.values()):
            yield from ((value, use) for value, use in self.uses.values() if wanted(value))

    def from_data(self, value: Value) -> bool:
        """Whether the value depends on more than sizes and inputs that are sizes: on a table, or on what a layer makes.

        From TensorRT 8.5 on such a size is no shape tensor; what reads it has a data-dependent shape.
        """
        seen, queue = {_key(value)}, [value]
        for current in queue:  # grows while it is walked
            node = current.producer
            if node is None:
                if current.initializer is None and not (current.is_graph_input and (current.rank or 0) <= 1):
                    return True
                continue
            sources = _sources(node, current)
            if not sources and node.op_type not in _ENDS and not self._folds(current):
                return True
            for source in sources:
                if _key(source) not in seen:
                    seen.add(_key(source))
                    queue.append(source)
        return False

    def _folds(self, value: Value) -> bool:
        return self.known.is_known(value) or value.is_constant_expression()


def _walk(reader: Node, index: int, uses: Uses, folds: Callable[[Value], bool]) -> None:
    """Add the value at an input of ``reader``, and all that it is computed from, to ``uses``."""
    queue: List[Tuple[Value, Tuple[Node, ...], bool]] = [(reader.input(index), (), False)]
    for value, through, constant in queue:  # grows while it is walked
        key = _key(value)
        if key in uses and (constant or not uses[key][1].constant):
            continue
        if value.is_weights() or 0 in (value.shape or ()):  # scales of no elements are left out
            continue
        constant = constant or folds(value)
        uses[key] = value, Use(reader, index, through, constant)
        node = value.producer
        if node is not None and node.domain in DEFAULT_DOMAINS and len(through) < _LONGEST:
            queue += [(source, through + (node,), constant) for source in _sources(node, value)]


#: Longest path from a reader back to where its size comes from.
_LONGEST = 64


def sizes_of(node: Node) -> Tuple[int, ...]:
    """Inputs of the node that are sizes at its opset."""
    if node.op_type == "Resize" and node.opset < 11:
        return (1,)
    return READERS.get(node.op_type, ())


def _key(value: Value) -> Tuple[int, str]:
    node: Any = value.producer
    return id((node or value).graph), value.name


def _sources(node: Node, value: Value) -> List[Value]:
    """The values that the value is computed from on the host."""
    if node.op_type == "If":
        place = list(node.outputs).index(value.name)
        ends = [body.value(body.output_names[place]) for body in node.subgraphs if place < len(body.output_names)]
        return ends + [node.input(0)]
    indices = range(len(node.inputs)) if node.op_type in _WHOLE else _FOLLOWED.get(node.op_type, ())
    return [node.input(index) for index in indices if node.present(index)]
