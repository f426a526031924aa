"""``check`` for programs: models against targets."""

from __future__ import annotations

import inspect
import os
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Callable, Iterator, Mapping, Optional, Sequence, Tuple, Union

from jetdoctor.api import where
from jetdoctor.types import Device, Report, Result, Target, UsageError

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    from jetdoctor.policy import Policy

    P = ParamSpec("P")

    Groups = Iterator[Tuple[Result, ...]]

Models = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]]
Targets = Union[None, str, Target, Sequence[Union[str, Target]]]


def check_each(
    models: Models,
    targets: Targets = None,
    plugins: Sequence[str] = (),
    device: Optional[Device] = None,
    precision: Optional[str] = None,
    dla: bool = False,
    select: Sequence[str] = (),
    ignore: Union[Sequence[str], Mapping[str, str]] = (),
    baseline: Optional[str] = None,
    prove: bool = False,
    as_parsed: bool = False,
    prove_fix: bool = False,
    hash: bool = False,
    jobs: int = 1,
    policy: Optional[Policy] = None,
    cache: Optional[str] = None,
    cluster: Optional[str] = None,
) -> Groups:
    """``check`` as a stream: the results of one model at a time, in the order of the models, as they are ready."""
    from jetdoctor.batch import Question, each
    from jetdoctor.batch.names import expand
    from jetdoctor.policy import make

    counted = policy or make(select, ignore, baseline)
    paths = expand(_paths(models))
    if prove or as_parsed or prove_fix:
        _require_files(paths)
    asked = tuple(replace(t, precision=precision, dla=dla) for t in where.asked(targets, plugins, device))
    groups = each(paths, Question(asked, device, hash), jobs, cache, cluster)
    if as_parsed:
        from jetdoctor.api.as_parsed import measured

        groups = map(measured, groups)
    if prove:
        from jetdoctor.api.proving import proven

        groups = map(proven, groups)
    if prove_fix:
        from jetdoctor.api.repairing import tried

        groups = map(tried, groups)
    for group in groups:
        yield tuple(counted.apply(result) for result in group)


def _with_arguments_of(stream: Callable[P, Groups]) -> Callable[[Callable[[Groups], Report]], Callable[P, Report]]:
    """A function of a stream becomes one of the stream's arguments, with their names, types and defaults."""

    def decorate(gather: Callable[[Groups], Report]) -> Callable[P, Report]:
        @wraps(gather)
        def call(*args: P.args, **kwargs: P.kwargs) -> Report:
            return gather(stream(*args, **kwargs))

        shown = inspect.signature(stream).replace(return_annotation="Report")
        call.__signature__ = shown  # type: ignore[attr-defined]  # what help() prints
        return call

    return decorate


@_with_arguments_of(check_each)
def check(groups: Groups) -> Report:
    """What TensorRT of each target does with each model: one ``Result`` per model and target.

    ``models`` are files, folders, patterns or ``@LIST`` files; ``targets`` are names as ``--target`` takes them (None:
    every JetPack).
    ``device`` is a board whose own findings count too, and whose JetPack is the target when none is named.
    ``select`` and ``ignore`` name rules; a mapping gives each ignored rule its reason. ``policy`` stands for both and
    the baseline, with dates and scopes (``jetdoctor.policy.Policy``). ``prove`` also builds with the best compiler that
    is here, ``as_parsed`` also runs the model as that parser reads it, ``prove_fix`` also tries the repair, on a copy.
    A model that cannot be read is a result with verdict "unreadable", not an exception. ``jobs`` processes work at
    once, ``cache`` is a folder of results kept between runs, ``cluster`` the address of a Dask or Ray cluster:
    docs/scale.md.

    >>> import jetdoctor
    >>> report = jetdoctor.check("fixtures/models/gap_classifier_dynamo_opset18.onnx", "jetpack-5.0.2")
    >>> [(result.target.name, result.verdict) for result in report.results]
    [('jetpack-5.0.2', 'fixable')]
    >>> [finding.rule for finding in report.results[0].findings if finding.severity == "error"]
    ['JD204']
    """
    return Report(tuple(result for group in groups for result in group))


def _require_files(paths: Sequence[str]) -> None:
    """What runs a model needs all of it: only graphs are read from a store."""
    remote = next((path for path in paths if "://" in path), None)
    if remote:
        raise UsageError("%s is in an object store: to build or run it, fetch the file first" % remote)


def _paths(models: Models) -> Sequence[str]:
    given = [models] if isinstance(models, (str, os.PathLike)) else models
    return [os.fspath(path) for path in given]
