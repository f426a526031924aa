"""Where a decision holds: on which models, for which targets."""

from __future__ import annotations

import fnmatch
import os
from typing import Sequence, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types import Result, Target


@dataclass(frozen=True)
class Scope:
    """``models`` are patterns of paths, ``targets`` are targets; none of a kind means all of it.

    A pattern is compared with the path as given, as seen from ``folder`` (where the configuration stands), and, when it
    has no slash, with the file name alone.
    """

    models: Tuple[str, ...] = ()
    targets: Tuple[Target, ...] = ()
    folder: str = "."

    @property
    def is_everything(self) -> bool:
        return not (self.models or self.targets)

    def holds(self, result: Result) -> bool:
        return self._has_model(result.model.path) and self._has_target(result.target)

    def _has_model(self, path: str) -> bool:
        if not self.models:
            return True
        names = [path, os.path.relpath(path, self.folder)]
        return any(
            fnmatch.fnmatch(name, pattern)
            for pattern in self.models
            for name in names + ([] if "/" in pattern else [os.path.basename(path)])
        )

    def _has_target(self, target: Target) -> bool:
        return not self.targets or any(_same(target, one) for one in self.targets)


def _same(target: Target, named: Target) -> bool:
    """Whether what was named speaks of this target: a JetPack without a module speaks of every module."""
    if target.name == named.name:
        return True
    if named.module is not None and named.module != target.module:
        return False
    return named.jetpack == target.jetpack and named.tensorrt == target.tensorrt


def make(models: Sequence[str], targets: Sequence[str], folder: str = ".") -> Scope:
    """UsageError for a target that does not exist."""
    from jetdoctor.target import resolve

    return Scope(tuple(models), tuple(target for spec in targets for target in resolve(spec)), folder)
