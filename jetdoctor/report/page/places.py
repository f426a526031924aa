"""Where two states of a model differ: nodes that went, came or changed, those side by side together.

Works on the structures of ``structure.py``, whatever made the second out of the first.
"""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from jetdoctor.report.page.structure import CONSTANT, INPUT
from jetdoctor.report.style import clean

#: A node in one state: index and what became of it.
_Signs = Dict[int, str]


def between(before: Optional[Mapping[str, Any]], after: Optional[Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """``[{"path": "main", "before": [[7, "removed"]], "after": [[7, "added"]]}, ...]`` in the order of the graph.

    A node is "changed" in both states when its first output keeps its name and operator, attributes or inputs do not.
    """
    if before is None or after is None:
        return []
    old, new = ({"/".join(graph["path"]): graph for graph in whole["graphs"]} for whole in (before, after))
    return [place for path in new if path in old for place in _in_graph(path, old[path], new[path])]


def of_fixes(
    places: Sequence[Mapping[str, Any]],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fixes: Sequence[Collection[str]],
) -> List[List[int]]:
    """For each fix, given as the names of nodes and tensors that it speaks of, the numbers of its places.

    The last list holds the places that belong to none: what follows from the others.
    """
    told = [_names(place, before, after) for place in places]
    found = [[number for number, names in enumerate(told) if names & set(map(clean, fix))] for fix in fixes]
    taken = {number for numbers in found for number in numbers}
    return found + [[number for number in range(len(places)) if number not in taken]]


def _in_graph(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> List[Dict[str, Any]]:
    was, now = _by_output(old), _by_output(new)
    removed = {index: "removed" for output, (index, _) in was.items() if output not in now}
    added = {index: "added" for output, (index, _) in now.items() if output not in was}
    for output in was.keys() & now.keys():
        (before, one), (after, other) = was[output], now[output]
        if one != other:
            same = one[:1] == other[:1]
            removed[before], added[after] = ("changed", "changed") if same else ("removed", "added")
    return [
        {"path": path, "before": sorted(left.items()), "after": sorted(right.items())}
        for left, right in _together(old, removed, new, added)
    ]


def _by_output(graph: Mapping[str, Any]) -> Dict[str, Tuple[int, Tuple[Any, ...]]]:
    """Name of the first output -> index of its node and all that is compared."""
    name = [tensor[0] for tensor in graph["tensors"]] + [""]  # -1: none
    found = {}
    for index, (operator, domain, _, inputs, outputs, attributes) in enumerate(graph["nodes"]):
        names = tuple(name[output] for output in outputs)
        key = next(filter(None, names), "#%d" % index)
        found[key] = (index, ((domain, operator), attributes, tuple(name[one] for one in inputs), names))
    return found


def _together(
    old: Mapping[str, Any], removed: _Signs, new: Mapping[str, Any], added: _Signs
) -> List[Tuple[_Signs, _Signs]]:
    """Groups of nodes that share a tensor which some node computes, in the order of the graph."""
    sides = ((old, removed), (new, added))
    tensors = {(side, n): _computed(graph, n) for side, (graph, signs) in enumerate(sides) for n in signs}
    sharing: Dict[str, List[Tuple[int, int]]] = {}
    for item, names in tensors.items():
        for name in names:
            sharing.setdefault(name, []).append(item)
    groups, left = [], set(tensors)
    for start in sorted(tensors, key=lambda item: (item[1], item[0])):
        group: Tuple[_Signs, _Signs] = ({}, {})
        waiting = [start] if start in left else []
        while waiting:
            item = waiting.pop()
            if item in left:
                left.remove(item)
                group[item[0]][item[1]] = sides[item[0]][1][item[1]]
                waiting += [other for name in tensors[item] for other in sharing.pop(name, ())]
        if any(group):
            groups.append(group)
    return groups


def _computed(graph: Mapping[str, Any], index: int) -> Set[str]:
    """Names of the node's tensors without constants and inputs of the model, which tie nothing together."""
    node, tensors = graph["nodes"][index], graph["tensors"]
    return {tensors[one][0] for one in node[3] + node[4] if one >= 0 and tensors[one][3] not in (CONSTANT, INPUT)}


def _names(place: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Set[str]:
    found: Set[str] = set()
    for whole, side in ((before, "before"), (after, "after")):
        graph = next(one for one in whole["graphs"] if "/".join(one["path"]) == place["path"])
        for index, _ in place[side]:
            node = graph["nodes"][index]
            found.update([node[2]] + [graph["tensors"][one][0] for one in node[4] if one >= 0])
    found.discard("")
    return found
