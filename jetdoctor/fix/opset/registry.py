"""Which adapter takes an operator down from the opset that defined its present version.

An adapter is registered for ``(operator, step)``: step 18 means from opset 18 to 17. It gets a
``Site`` and either edits the node in place and returns None, or emits new nodes and returns the names
that replace the node's outputs.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Union

from jetdoctor.rule import CannotRewrite

Replacement = Union[None, str, List[str]]
Adapter = Callable[[Any], Replacement]

Recipe = Callable[[Any, Any], Replacement]

_ADAPTERS: Dict[Tuple[str, int], Adapter] = {}


def step(operators: Union[str, Iterable[str]], *opsets: int) -> Callable[[Adapter], Adapter]:
    """Register an adapter for each operator (space-separated names) and each step ``opset -> opset - 1``."""
    names = operators.split() if isinstance(operators, str) else list(operators)

    def register(adapter: Adapter) -> Adapter:
        for name in names:
            for opset in opsets:
                if (name, opset) in _ADAPTERS:
                    raise ValueError("two adapters for %s %d" % (name, opset))
                _ADAPTERS[name, opset] = adapter
        return adapter

    return register


def decomposed(operators: Union[str, Iterable[str]], recipe: Recipe, *opsets: int) -> None:
    """Register a recipe of ``jetdoctor.recipes`` as the adapter of operators that do not exist one opset lower."""

    def adapter(site: Any) -> Replacement:
        for attribute in site.node.attribute:
            if attribute.ref_attr_name:
                raise CannotRewrite("attribute %s is a parameter of the function" % attribute.name)
        return recipe(site.view, site)

    step(operators, *opsets)(adapter)


def adapter_for(op_type: str, opset: int) -> Optional[Adapter]:
    """The adapter of an operator for the step down from ``opset``, None when schemas alone decide."""
    return _ADAPTERS.get((op_type, opset))
