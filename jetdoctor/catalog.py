"""Discovery of rules and rewrites: every ``JDnnn_*.py`` below ``rules/``, with no registration anywhere."""

from __future__ import annotations

import importlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Tuple

from jetdoctor.data import rules_folder
from jetdoctor.rule import Rewrite, Rule
from jetdoctor.types import JetdoctorError

_RULE_FILE = re.compile(r"^(JD\d{3})_[a-z0-9_]+\.py$")


@dataclass(frozen=True)
class CatalogRule:
    """A discovered rule: metadata, page (the module's docstring), file and category."""

    rule: Rule
    page: str
    path: str
    category: str
    module: ModuleType

    def detector(self, scope: str) -> Any:
        """``check_<scope>`` of the rule file, None when it has none."""
        return getattr(self.module, "check_" + scope, None)


class Rewrites(Mapping[str, ModuleType]):
    """Rewrite modules by name, each imported when it is first asked for: a check needs few of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def __getitem__(self, name: str) -> ModuleType:
        if name not in self._names:
            raise KeyError(name)
        return importlib.import_module("jetdoctor.rules.rewrites." + name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


@dataclass(frozen=True)
class Catalog:
    """All rules by id (sorted) and all rewrite modules by name.

    ``broken``: for each rule file that could not be loaded, a line that says which and why.
    """

    rules: Mapping[str, CatalogRule]
    rewrites: Mapping[str, ModuleType]
    broken: Tuple[str, ...] = ()

    def rewrite(self, name: str) -> Rewrite:
        """Metadata of a rewrite; KeyError when there is none of that name."""
        found: Rewrite = self.rewrites[name].REWRITE  # type: ignore[attr-defined]
        return found


def _rule_files(folder: str) -> List[Tuple[str, str]]:
    found = []
    for category in sorted(os.listdir(folder)):
        inside = os.path.join(folder, category)
        if category.startswith(("_", ".")) or not os.path.isdir(inside):
            continue
        found += [(category, name) for name in sorted(os.listdir(inside)) if _RULE_FILE.match(name)]
    return found


def _load_rule(folder: str, category: str, name: str) -> CatalogRule:
    module = importlib.import_module("jetdoctor.rules.%s.%s" % (category, name[:-3]))
    rule: Rule = module.RULE  # type: ignore[attr-defined]
    if rule.id != name[:5]:
        raise JetdoctorError("%s declares the id %s: file name and id must agree" % (name, rule.id))
    return CatalogRule(rule, (module.__doc__ or "").strip(), os.path.join(folder, category, name), category, module)


@lru_cache(maxsize=None)
def catalog() -> Catalog:
    """Load every rule once. A file that cannot be loaded does not take the others with it: see ``broken``."""
    folder = rules_folder()
    rules: Dict[str, CatalogRule] = {}
    broken: List[str] = []
    for category, name in _rule_files(folder):
        try:
            loaded = _load_rule(folder, category, name)
            if loaded.rule.id in rules:
                raise JetdoctorError("rule id %s is used by two files" % loaded.rule.id)
            rules[loaded.rule.id] = loaded
        except Exception as error:  # whatever a rule author may write
            broken.append(_broken(os.path.join("rules", category, name), error))
    files = sorted(os.listdir(os.path.join(folder, "rewrites")))
    rewrites = Rewrites(name[:-3] for name in files if name.endswith(".py") and not name.startswith("_"))
    return Catalog(dict(sorted(rules.items())), rewrites, tuple(broken))


def _broken(path: str, error: Exception) -> str:
    line = " (line %s)" % error.lineno if isinstance(error, SyntaxError) else ""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    kind = "" if isinstance(error, JetdoctorError) else type(error).__name__ + ": "
    return "%s cannot be loaded: %s%s%s" % (path, kind, said, line)
