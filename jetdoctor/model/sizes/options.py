"""The likely sizes as options to be adapted: of ``jetdoctor fix``, and of trtexec."""

from __future__ import annotations

import shlex
from typing import Dict, Sequence, Set

from jetdoctor.graph import Model, Node
from jetdoctor.model.sizes import likely
from jetdoctor.wording import spelled_shape


def freeze_options(model: Model, nodes: Sequence[Node] = ()) -> str:
    """``--freeze images=1x3x640x640 ...`` for the inputs of known rank with open sizes; "" for none.

    With ``nodes`` only for the inputs that one of them is computed from, and those that share a size with these.
    """
    return " ".join("--freeze " + shlex.quote("%s=%s" % item) for item in fixed_sizes(model, nodes).items())


def fixed_sizes(model: Model, nodes: Sequence[Node] = ()) -> Dict[str, str]:
    """The same as input -> ``1x3x640x640``."""
    profile = likely(model).profile
    wanted = _related(model, _feeding(nodes)) if nodes else set(profile)
    return {
        name: spelled_shape(span.opt)
        for name, span in profile.items()
        if name in wanted or not wanted & set(profile)
    }  # fmt: skip


def _feeding(nodes: Sequence[Node]) -> Set[str]:
    """Names of the graph inputs that the nodes are computed from, through subgraphs too."""
    found: Set[str] = set()
    seen: Set[int] = set()
    ahead = list(nodes)
    while ahead:
        node = ahead.pop()
        if id(node.proto) in seen:
            continue
        seen.add(id(node.proto))
        for index in range(len(node.inputs)):
            value = node.input(index)
            if value.producer is not None:
                ahead.append(value.producer)
            elif value.is_graph_input:
                found.add(value.name)
    return found


def _related(model: Model, names: Set[str]) -> Set[str]:
    """The inputs and those with a symbol in common: a symbol has one size."""
    symbols = {dim for name in names for dim in model.main.value(name).shape or () if isinstance(dim, str) and dim}
    return names | {n for n in model.main.input_names if symbols & set(model.main.value(n).shape or ())}


def profile_options(model: Model) -> str:
    """The same sizes as an optimization profile: a line for Polygraphy, which builds with it."""
    words = ["polygraphy", "run", shlex.quote(model.path or "MODEL"), "--trt"]
    for side in ("min", "opt", "max"):
        words.append("--trt-%s-shapes" % side)
        words += [shlex.quote("%s:%s" % (n, list(getattr(s, side)))) for n, s in likely(model).profile.items()]
    return "Keep them open with a profile: " + " ".join(words)
