"""Discovery of rules and rewrites: every ``JDnnn_*.py`` below ``rules/``, with no registration anywhere.

Rules of others (``jetdoctor.own_rules``) stand beside ours.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import zlib
from dataclasses import field
from functools import lru_cache, partial
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Tuple

from jetdoctor import own_rules
from jetdoctor.data import path as data_path
from jetdoctor.data import rules_folder
from jetdoctor.records import dataclass
from jetdoctor.rule import Rewrite, Rule
from jetdoctor.types import JetdoctorError

_RULE_FILE = re.compile(r"^(JD\d{3})_[a-z0-9_]+\.py$")


@dataclass(frozen=True)
class CatalogRule:
    """A discovered rule: metadata, file, category and the scopes that it has a detector for.

    Its module is imported when it is first asked for: most rules have nothing to say about a model.
    """

    rule: Rule
    path: str
    category: str
    scopes: Tuple[str, ...]
    load: Callable[[], ModuleType]

    @property
    def module(self) -> ModuleType:
        """The rule file itself."""
        return self.load()

    @property
    def page(self) -> str:
        """What ``jetdoctor explain`` prints: the docstring of the rule file."""
        return (self.module.__doc__ or "").strip()

    def detector(self, scope: str) -> Any:
        """Calls ``check_<scope>`` of the rule file, None when it has none.

        The file is imported by the call, where one that cannot be imported becomes a finding as one that raises.
        """
        return (lambda *args: getattr(self.module, "check_" + scope)(*args)) if scope in self.scopes else None


class Modules(Mapping[str, ModuleType]):
    """Modules by name, each imported when it is first asked for: few are. ``names`` gives each its dotted name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> ModuleType:
        return importlib.import_module(self._names[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


@dataclass(frozen=True, eq=False)
class Catalog:
    """All rules by id (sorted), and all modules of rewrites and of readings by name; one catalog equals itself alone.

    ``broken``: for each rule file that could not be loaded, a line that says which and why.
    """

    rules: Mapping[str, CatalogRule]
    rewrites: Mapping[str, ModuleType]
    broken: Tuple[str, ...] = ()
    readings: Mapping[str, ModuleType] = field(default_factory=dict)

    def rewrite(self, name: str) -> Rewrite:
        """Metadata of a rewrite; JetdoctorError when there is none of that name."""
        if name not in self.rewrites:
            raise JetdoctorError("there is no rewrite rules/rewrites/%s.py" % name)
        found: Rewrite = self.rewrites[name].REWRITE  # type: ignore[attr-defined]
        if found.name != name:
            raise JetdoctorError("rules/rewrites/%s.py declares the name %s" % (name, found.name))
        return found


def _rule_files(folder: str) -> List[Tuple[str, str]]:
    found = []
    for category in sorted(os.listdir(folder)):
        inside = os.path.join(folder, category)
        if category.startswith(("_", ".")) or not os.path.isdir(inside):
            continue
        found += [(category, name) for name in sorted(os.listdir(inside)) if _RULE_FILE.match(name)]
    return found


def _load_rule(folder: str, category: str, name: str, index: Mapping[str, Any]) -> CatalogRule:
    path, dotted = os.path.join(folder, category, name), "jetdoctor.rules.%s.%s" % (category, name[:-3])
    with open(path, "rb") as stream:
        known = index.get("%s/%08x" % (name[:-3], zlib.crc32(stream.read())))
    if known is None:
        module = importlib.import_module(dotted)
        rule: Rule = module.RULE  # type: ignore[attr-defined]
        scopes = scopes_of(module)
    else:
        said: Dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in known["rule"].items()}
        rule = Rule(**said)
        scopes = tuple(known["scopes"])
    _require_id(name, rule)
    return CatalogRule(rule, path, category, scopes, lambda: importlib.import_module(dotted))


def scopes_of(module: ModuleType) -> Tuple[str, ...]:
    """The scopes that a rule file has a detector for."""
    return tuple(scope for scope in ("node", "model", "target", "device") if hasattr(module, "check_" + scope))


def _index() -> Mapping[str, Any]:
    """``rules/data/rules.json``, by file name and checksum of its text: a file that has changed since is imported."""
    try:
        with open(data_path("rules.json"), encoding="utf-8") as stream:
            index: Mapping[str, Any] = json.load(stream)
    except (OSError, ValueError):
        return {}
    return index


def catalog() -> Catalog:
    """Load every rule once. A file that cannot be loaded does not take the others with it: see ``broken``."""
    return _catalog(own_rules.in_use())


@lru_cache(maxsize=None)
def _catalog(folders: Tuple[str, ...]) -> Catalog:
    """The catalog with the rules of these folders, which are those in use."""
    folder, index = rules_folder(), _index()
    gathered = _Gathered()
    for category, name in _rule_files(folder):
        path = os.path.join("rules", category, name)
        gathered.add(path, partial(_load_rule, folder, category, name, index))
    gathered.names = {kind: _ours(folder, kind) for kind in ("rewrites", "readings")}
    _add_own(gathered)
    modules = {kind: Modules(names) for kind, names in gathered.names.items()}
    rules = dict(sorted(gathered.rules.items()))
    return Catalog(rules, modules["rewrites"], tuple(gathered.broken), modules["readings"])


class _Gathered:
    """What was found so far. Whatever goes wrong with one file becomes a line of ``broken``."""

    def __init__(self) -> None:
        self.rules: Dict[str, CatalogRule] = {}
        self.broken: List[str] = []
        self.names: Dict[str, Dict[str, str]] = {}

    def add(self, path: str, load: Callable[[], CatalogRule]) -> None:
        try:
            loaded = load()
            if loaded.rule.id in self.rules:
                raise JetdoctorError("rule id %s is used by two files" % loaded.rule.id)
            self.rules[loaded.rule.id] = loaded
        except (Exception, SystemExit) as error:  # whatever a rule author may write
            self.broken.append(_broken(path, error))


def _add_own(gathered: _Gathered) -> None:
    """The rules and rewrites of others. A name that is taken is told: nobody replaces what another one wrote."""
    sources, broken = own_rules.sources()
    gathered.broken += broken
    for source in sources:
        for file in own_rules.files(source):
            gathered.add(file.path, partial(_load_own, file))
        for name, dotted in own_rules.rewrites(source):
            if name in gathered.names["rewrites"]:
                gathered.broken.append("the rewrite %s of %s has a name that is already in use" % (name, source.said))
            else:
                gathered.names["rewrites"][name] = dotted


def _load_own(file: own_rules.File) -> CatalogRule:
    if file.wrong:
        raise JetdoctorError(file.wrong)
    module = importlib.import_module(file.dotted)
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise JetdoctorError("it must declare RULE = Rule(...), from jetdoctor.rule")
    _require_id(os.path.basename(file.path), rule)
    if not scopes_of(module):
        raise JetdoctorError("it defines none of check_node, check_model, check_target and check_device")
    return CatalogRule(rule, file.path, file.category, scopes_of(module), lambda: module)


def _require_id(name: str, rule: Rule) -> None:
    if rule.id != name.partition("_")[0]:
        raise JetdoctorError("%s declares the id %s: file name and id must agree" % (name, rule.id))


def _ours(folder: str, kind: str) -> Dict[str, str]:
    files = sorted(os.listdir(os.path.join(folder, kind)))
    names = [file[:-3] for file in files if file.endswith(".py") and not file.startswith("_")]
    return {name: "jetdoctor.rules.%s.%s" % (kind, name) for name in names}


def _broken(path: str, error: BaseException) -> str:
    line = " (line %s)" % error.lineno if isinstance(error, SyntaxError) else ""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    kind = "" if isinstance(error, JetdoctorError) else type(error).__name__ + ": "
    return "%s cannot be loaded: %s%s%s" % (path, kind, said, line)
