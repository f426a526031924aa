"""``Build``: what a recipe writes an operator with, whoever asks for it.

The rewriting of a node (``jetdoctor.fix.edit.Edit``) and the downgrade (``jetdoctor.fix.opset.site.Site``) both
are one. A recipe reads the operator through the ``Node``, and writes and asks through the build alone.
"""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

from jetdoctor.graph import Dim, Node, Value
from jetdoctor.recipes.places import Places
from jetdoctor.types import Target


class Build(Places):
    """New nodes in the place of one node, and what is known about the values that it reads."""

    #: whom the result is for, where it matters; None in a pure downgrade
    target: Optional[Target] = None
    #: whether the types that a subgraph leaves out are filled in
    completes_subgraphs = False

    def array(self, value: Value) -> Any:
        """numpy array of a value that follows from constants and known sizes; None when it is not one."""
        raise NotImplementedError

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes as far as they are known: numbers, symbols, None."""
        raise NotImplementedError

    def fresh(self, wish: str) -> str:
        """A name that is new in the model, for what a subgraph defines."""
        raise NotImplementedError

    def wanted(self, node: Node, index: int) -> bool:
        """Whether an output is given a name, and read as far as that is known."""
        return bool(node.output(index).name)

    def again(self, node: Node, inputs: Sequence[str], outputs: Any = 1, **changed: Any) -> Any:
        """``add`` of the same operator with the same attributes except ``changed`` (None drops one)."""
        attributes = {a.name: a for a in node.proto.attribute}
        attributes.update(changed)
        return self.add(node.op_type, inputs, outputs, domain=node.domain, **attributes)


def attribute_proto(name: str, value: Any) -> Any:
    """AttributeProto from a Python or numpy value, or a copy of another AttributeProto."""
    import numpy as np
    from onnx import AttributeProto, helper

    if isinstance(value, AttributeProto):
        copy = AttributeProto()
        copy.CopyFrom(value)
        copy.name = name
        return copy
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (tuple, list)) and not value:
        return AttributeProto(name=name, type=AttributeProto.INTS)
    return helper.make_attribute(name, value)
