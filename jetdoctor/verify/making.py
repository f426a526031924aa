"""From a model file and what the user wants to a ``Job``: profiles and inputs included."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

from jetdoctor.types import Target, UsageError
from jetdoctor.verify.job import Job


def make_job(
    path: str,
    target: Optional[Target],
    wanted: Sequence[Any] = (),
    given: Optional[str] = None,
    profiled: bool = True,
    **options: Any,
) -> Job:
    """What is to be verified, with its inputs, for ``wanted`` profiles.

    ``profiled`` says that the backend needs one for every dynamic input.
    """
    from jetdoctor.model import file_of, load, require_data
    from jetdoctor.verify import profiles

    path = file_of(path)
    view = load(path)
    require_data(view)
    # ONNX Runtime (also in a rehearsal) needs no profile: it takes whatever sizes the inputs have.
    asked = profiles.complete(view, wanted) if wanted or profiled else []
    runs, count = _runs(view, asked, given)
    return Job(path, view, target=target, profiles=tuple(asked), runs=tuple(runs), given=count, **options)


def require_same_inputs(path: str, reference: str) -> None:
    """UsageError when the two models cannot be given the same inputs (or one cannot be read)."""
    from jetdoctor.model import load, require_data
    from jetdoctor.verify.dims import data_inputs

    views = [load(one) for one in (path, reference)]
    for view in views:
        require_data(view)
    names = [[value.name for value in data_inputs(view)] for view in views]
    if sorted(names[0]) != sorted(names[1]):
        said = tuple(", ".join(some) or "none" for some in names)
        text = "they cannot be compared: %s has the inputs %s, %s has %s"
        raise UsageError(text % (path, said[0], reference, said[1]))


def _runs(view: Any, asked: Any, path: Optional[str]) -> Tuple[List[Tuple[str, Any]], int]:
    """Named sets of inputs: the user's (and how many), then generated ones at every size that the profiles span."""
    from jetdoctor.verify import given, inputs, profiles

    sizes = profiles.sizes(asked)
    mine = given.runs(path, view, dict(sizes[0]) if sizes else None) if path else []
    if not sizes:
        return mine + [(case.name, case.feeds(view)) for case in inputs.cases(view)], len(mine)
    made = [
        ("%s, shapes %d" % (case.name, n), inputs.feeds(view, case.seed, case.case, None, shapes))
        for n, shapes in enumerate(sizes, 1)
        for case in inputs.cases(view, count=1)
        if not case.dims
    ]
    return mine + made, len(mine)
