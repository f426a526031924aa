"""What the division of a model between DLA and GPU says as findings (JD701 to JD704)."""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple

from jetdoctor.catalog import Catalog
from jetdoctor.check.hit import Hit
from jetdoctor.graph import Model
from jetdoctor.rule import Match
from jetdoctor.types import EVERY_VERSION, DlaLayer, DlaSplit, Fix

#: Loadables that one DLA core holds at a time (NVIDIA's general restrictions).
MOST_PARTS = 16

#: Share of the multiply-adds from which a layer that stays on the GPU is more than a remark.
_MATTERS = 0.01


def hits(model: Model, split: DlaSplit, catalog: Catalog) -> List[Hit]:
    """Findings to be: no DLA here, open sizes, reasons of what stays on the GPU, too many pieces."""
    found: List[Hit] = []
    for rule_id, match in _matches(model, split):
        rule = catalog.rules.get(rule_id)
        if rule is not None:
            position = 0 if match.node is None else match.node.index + 1
            found.append(Hit(rule, match, EVERY_VERSION, position))
    return found


def _matches(model: Model, split: DlaSplit) -> Iterator[Tuple[str, Match]]:
    if split.absent:
        advice = Fix("Build for the GPU: without --useDLACore", "manual")
        yield (
            "JD701",
            Match(split.absent, wall="builder", cause="absent", fixes=(advice,), sources=_listed(split.source)),
        )
        return
    for text in split.conditions:
        if text.startswith("open sizes"):
            yield (
                "JD704",
                Match(
                    text,
                    wall="builder",
                    cause="open",
                    fixes=(Fix("Build with one fixed shape (min = opt = max)", "manual"),),
                ),
            )
    yield from _left_behind(model, split)
    if split.parts > MOST_PARTS:
        text = "%d pieces run on the DLA; a core holds %d loadables at a time" % (split.parts, MOST_PARTS)
        advice = Fix("Move the layers between the pieces to the DLA, or keep those parts on the GPU", "manual")
        yield "JD703", Match(text, wall="builder", cause="parts", fixes=(advice,))


def _left_behind(model: Model, split: DlaSplit) -> Iterator[Tuple[str, Match]]:
    """One cause for each reason why layers stay on the GPU."""
    groups: Dict[Tuple[str, str, str], List[DlaLayer]] = {}
    for layer in split.layers:
        if layer.device == "gpu":
            groups.setdefault((layer.reason, layer.cure, layer.source), []).append(layer)
    total = sum(layer.work for layer in split.layers)
    for (reason, cure, source), layers in groups.items():
        matters = sum(layer.work for layer in layers) > _MATTERS * total
        for layer in layers:
            index = layer.location.node_index or 0
            yield (
                "JD702",
                Match(
                    "%s: %s" % (_operators(layers), reason),
                    node=model.main.nodes[index],
                    wall="builder",
                    cause=reason,
                    severity="warning" if matters else None,
                    fixes=(Fix(cure[0].upper() + cure[1:], "manual"),) if cure else (),
                    sources=_listed(source),
                    basis="documented",
                ),
            )


def _operators(layers: List[DlaLayer]) -> str:
    return ", ".join(dict.fromkeys(layer.location.op_type for layer in layers)) + " on the GPU"


def _listed(source: str) -> Tuple[str, ...]:
    return (source,) if source else ()
