"""A list of models: every content once, what is known from before not again; results in the order of the list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Callable, Dict, Iterable, Iterator, Optional, Sequence, Tuple

from jetdoctor.batch.cache import Cache, mentions
from jetdoctor.batch.single import Question, died, one
from jetdoctor.types import ModelSummary, Result, UsageError

Group = Tuple[Result, ...]
Run = Callable[[Iterable[str], Callable[[str], Group]], Iterator[Group]]


def each(
    paths: Sequence[str],
    question: Question,
    jobs: int = 1,
    cache: Optional[str] = None,
    cluster: Optional[str] = None,
) -> Iterator[Group]:
    """Results of every model, one tuple per model, as they are ready.

    ``jobs`` is the number of processes, ``cache`` a folder of results of earlier runs, ``cluster`` the address of a
    Dask or Ray cluster that does the work. Raises UsageError for fewer than one process or a cluster that is not there.
    """
    if jobs < 1:
        raise UsageError("-j %d: at least one process is needed" % jobs)
    # What a board adds to the findings is not part of what is kept.
    kept = Cache(cache, question.targets) if cache and question.device is None else None
    batch = _Batch(question, kept)
    yield from batch.results(paths, _runner(min(jobs, len(paths)), cluster, question))


def _runner(jobs: int, cluster: Optional[str], question: Question) -> Run:
    if cluster:
        from jetdoctor.batch.cluster import on_cluster

        return partial(on_cluster, cluster)
    if jobs <= 1:
        return lambda paths, ask: map(ask, paths)
    from jetdoctor.batch.pools import in_processes

    return lambda paths, ask: in_processes(paths, ask, jobs, partial(died, question=question))


class _Batch:
    """Tells which models must be checked, and puts what comes back beside the others."""

    def __init__(self, question: Question, cache: Optional[Cache]) -> None:
        self.question, self.cache = question, cache
        self.ask = partial(one, question=question)
        self.first: Dict[str, str] = {}  # identity -> the path that stands for it
        self.twins: Dict[str, int] = {}  # that path -> how many others of the same content are still to come
        self.shared: Dict[str, Group] = {}  # their results, while twins wait for them

    def results(self, paths: Sequence[str], run: Run) -> Iterator[Group]:
        plan = [self._plan(path, len(paths)) for path in paths]
        answers = run([path for path, (_, how) in zip(paths, plan) if how == "ask"], self.ask)
        for path, (found, how) in zip(paths, plan):
            if how == "ask":
                yield self._remember(found, path, next(answers))
            elif how == "twin":
                yield self._as_twin(found, path)
            elif self.cache is not None:
                known = self.cache.read(found, path)
                yield self.ask(path) if known is None else _hashed(known, path) if self.question.hash else known
        if self.cache is not None:
            self.cache.prune()

    def _plan(self, path: str, count: int) -> Tuple[str, str]:
        """Where the results of a model come from: "ask" or "twin" with its identity ("" where that does not matter),
        "cached" with the file that holds them.
        """
        identity = _identity(path) if self.cache is not None or count > 1 else ""
        if not identity:
            return "", "ask"
        place = self.cache.find(identity, path) if self.cache is not None else ""
        if place:
            return place, "cached"
        first = self.first.setdefault(identity, path)
        if first == path:
            return identity, "ask"
        self.twins[first] = self.twins.get(first, 0) + 1
        return identity, "twin"

    def _remember(self, identity: str, path: str, group: Group) -> Group:
        if self.twins.get(path):
            self.shared[path] = group
        if identity and self.cache is not None:
            self.cache.put(identity, path, group)
        return group

    def _as_twin(self, identity: str, path: str) -> Group:
        """The results of the same content under another name; asked again where they speak of the name."""
        first = self.first[identity]
        group = self.shared[first]
        self.twins[first] -= 1
        if not self.twins[first]:
            del self.shared[first]
        if group[0].error or mentions(group, first):
            return self.ask(path)
        named = _about(replace(group[0].model, path=path), group)
        return _hashed(named, path) if self.question.hash else named


def _hashed(group: Group, path: str) -> Group:
    from jetdoctor.model.summary import sha256_of

    return _about(replace(group[0].model, sha256=sha256_of(path)), group)


def _about(model: ModelSummary, group: Group) -> Group:
    return tuple(replace(result, model=model) for result in group)


def _identity(path: str) -> str:
    """ "" for what is no readable model, since its result will say why; for standard input, which is there once; for an
    object in a store, which would have to be fetched for it.
    """
    from jetdoctor.batch.single import ENGINE_SUFFIXES
    from jetdoctor.model import DASH, UnreadableModel
    from jetdoctor.model.identity import identity

    if path == DASH or "://" in path or path.lower().endswith(ENGINE_SUFFIXES):
        return ""
    try:
        return identity(path)
    except UnreadableModel:
        return ""
