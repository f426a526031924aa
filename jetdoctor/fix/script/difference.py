"""What a repair changed, as local changes: the nodes that went, those that came, and the tensors between them.

It is read off the two models, so that it does not matter which rewrites or downgrades made it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from jetdoctor.fix.script.sides import Side, same_node

#: nodes of a pattern that a reader still follows
_LONG = 40


class CannotSay(Exception):
    """The reason why a change has no form in a script."""


@dataclass
class Change:
    """One local change of a graph. ``found`` and ``new`` are NodeProtos of the old and the new graph.

    ``same`` maps a tensor of the old graph to the one that its readers read instead, in the new graph's names.
    """

    old: Side
    new: Side
    found: List[Any] = field(default_factory=list)
    put: List[Any] = field(default_factory=list)
    same: Dict[str, str] = field(default_factory=dict)

    @property
    def core(self) -> List[Any]:
        """The nodes found whose outputs something else makes now."""
        made = {name for node in self.put for name in node.output} | set(self.same)
        return [node for node in self.found if made.intersection(node.output)]


def changes(old: Side, new: Side) -> Iterator[Change]:
    """Every local change between two graphs, those inside branches and bodies included."""
    yield from _Comparison(old, new).run()


class _Comparison:
    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.same: Dict[str, str] = {}
        self.inner: List[Tuple[Any, Any]] = []

    def run(self) -> Iterator[Change]:
        self._find_renamed()
        gone = [node for node in self.old.nodes if not self._kept(node) and not _is_constant(node)]
        kept = {name for node in self.old.nodes if self._kept(node) for name in node.output}
        come = [
            node for node in self.new.alive
            if not kept.intersection(filter(None, node.output))
            and not (_is_constant(node) and self.old.has(node.output[0]))
        ]  # fmt: skip
        for group in self._groups(gone, come):
            self._complete(group, {id(node) for node in gone})
            yield group
        for before, after in self.inner:
            yield from changes(Side(before, self.old), Side(after, self.new))

    def _find_renamed(self) -> None:
        """Old tensors that no longer are, and what their readers read instead."""
        proposals: Dict[str, Set[str]] = {}
        for before in self.old.nodes:
            after = self.new.twin(before)
            if after is None or len(after.input) != len(before.input):
                continue
            for one, other in zip(before.input, after.input):
                if one != other and one in self.old.producers and one not in self.old.constants:
                    proposals.setdefault(one, set()).add(other)
        for name, others in proposals.items():
            if len(others) == 1 and name not in self.new.producers and name not in self.new.constants:
                self.same[name] = others.pop()

    def _kept(self, node: Any) -> bool:
        """Whether a node is still there, reading the same."""
        after = self.new.twin(node)
        if after is None or list(after.output) != list(node.output) or not same_node(node, after):
            return False
        if len(after.input) != len(node.input):
            return False
        for one, other in zip(node.input, after.input):
            renamed = self.same.get(one)
            if renamed == other and renamed is not None:
                continue
            if one in self.old.constants or other in self.new.constants:
                if not self.old.same_constant(one, self.new, other):
                    return False
            elif one != other:
                return False
        self._look_inside(node, after)
        return True

    def _look_inside(self, before: Any, after: Any) -> None:
        pairs = list(zip(_graphs(before), _graphs(after)))
        known = {id(one) for one, _ in self.inner}
        self.inner.extend((one, other) for one, other in pairs if id(one) not in known)

    def _groups(self, gone: List[Any], come: List[Any]) -> List[Change]:
        """New nodes that hang together by tensors that the old graph does not have, with those that they stand for."""
        parent: Dict[Tuple[str, int], Tuple[str, int]] = {}

        def root(item: Tuple[str, int]) -> Tuple[str, int]:
            parent.setdefault(item, item)
            while parent[item] != item:
                item = parent[item]
            return item

        makers: Dict[str, Tuple[str, int]] = {}
        for number, node in enumerate(come):
            makers.update((name, ("new", number)) for name in node.output if name)
        aliases = {new: old for old, new in self.same.items()}
        for number, node in enumerate(come):
            for name in node.input:
                if name in makers and name not in self.old.names and name not in aliases:
                    parent[root(makers[name])] = root(("new", number))
        for number, node in enumerate(gone):
            for name in filter(None, node.output):
                made = makers.get(name) or (makers.get(self.same[name]) if name in self.same else None)
                if made:
                    parent[root(made)] = root(("old", number))
                elif name in self.same or name in self.new.constants:
                    root(("old", number))
        groups: Dict[Tuple[str, int], Change] = {}
        for kind, nodes in (("old", gone), ("new", come)):
            for number, node in enumerate(nodes):
                if (kind, number) in parent:
                    group = groups.setdefault(root((kind, number)), Change(self.old, self.new))
                    (group.found if kind == "old" else group.put).append(node)
                elif kind == "new":
                    group = groups.setdefault(root((kind, number)), Change(self.old, self.new))
                    group.put.append(node)
        for group in groups.values():
            outputs = [name for node in group.found for name in node.output]
            group.same = {name: self.same[name] for name in outputs if name in self.same}
            for name in outputs:
                if name in self.new.constants and name not in group.same:
                    group.same[name] = name
        return list(groups.values())

    def _complete(self, group: Change, gone: Set[int]) -> None:
        """Add the nodes before those that went that have gone with them, and those on the way to what is read."""
        if not group.found:
            raise CannotSay("%s is added without replacing anything" % group.put[0].op_type)
        core = {id(node) for node in group.found}
        waiting = list(group.found)
        while waiting:
            node = waiting.pop()
            for name in node.input:
                before = self.old.producers.get(name)
                if before is None or id(before) in core or _is_constant(before):
                    continue
                still = any(self.new.has(out) or out in self.same for out in before.output if out)
                if id(before) in gone and not still:
                    core.add(id(before))
                    group.found.append(before)
                    waiting.append(before)
        self._justify(group)
        self._reach(group)
        group.found.sort(key=lambda node: self.old.order[id(node)])

    def _justify(self, group: Change) -> None:
        """Add the nodes that a folded constant was computed from, back to the sizes that it follows from."""
        if not any(name in self.new.constants for name in group.same.values()):
            return
        known = {id(node) for node in group.found}
        waiting = [node for node in group.found if node.op_type != "Shape"]
        while waiting and len(known) < _LONG:
            for name in waiting.pop().input:
                node = self.old.producers.get(name)
                if node is not None and id(node) not in known and not _is_constant(node):
                    known.add(id(node))
                    group.found.append(node)
                    if node.op_type not in ("Shape", "Size"):
                        waiting.append(node)

    def _reach(self, group: Change) -> None:
        """Add nodes that stay, where a new node reads a tensor that none of those found touches."""
        for name in self._unreached(group):
            path = self._path(group, name)
            if path is None:
                raise CannotSay("a new %s reads %s, which is far from it" % (group.put[0].op_type, name))
            group.found.extend(path)

    def _unreached(self, group: Change) -> List[str]:
        touched = {name for node in group.found for name in list(node.input) + list(node.output)}
        made = {name for node in group.put for name in node.output}
        read = [name for node in group.put for name in node.input] + list(group.same.values())
        return [
            name for name in dict.fromkeys(read)
            if name and name not in touched and name not in made and name not in self.new.constants
            and name not in self.same.values()
        ]  # fmt: skip

    def _path(self, group: Change, name: str, depth: int = 8) -> Optional[List[Any]]:
        """Nodes backwards from those found to the one that makes or reads ``name``."""
        known = {id(node) for node in group.found}
        front: List[Tuple[str, List[Any]]] = [(read, []) for node in group.found for read in node.input]
        seen: Set[str] = set()
        for _ in range(depth):
            behind: List[Tuple[str, List[Any]]] = []
            for read, path in front:
                node = self.old.producers.get(read)
                if node is None or read in seen or read in self.old.constants:
                    continue
                seen.add(read)
                longer = path if id(node) in known else path + [node]
                if name in node.input or name in node.output:
                    return longer
                behind.extend((other, longer) for other in node.input if other)
            front = behind
        return None


def _is_constant(node: Any) -> bool:
    return bool(node.op_type == "Constant" and not node.input)


def _graphs(node: Any) -> List[Any]:
    return [attribute.g for attribute in node.attribute if attribute.type == 5]
