"""Rules that are not ours: those in folders that somebody names, and those that installed packages bring.

A package brings rules by an entry point of the group ``jetdoctor.rules`` whose value is a package; its folder is read
as a named one is. Ids begin with the owner's own letters (``ACME101``); ``JD`` is jetdoctor's. Standard library only.
"""

from __future__ import annotations

import os
import re
import sys
import zlib
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Dict, Iterator, List, Sequence, Tuple

from jetdoctor.types import JetdoctorError, UsageError

#: Group of the entry points.
GROUP = "jetdoctor.rules"

#: Name of a rule file, and the folder of rewrites beside the categories.
RULE_FILE = re.compile(r"^((?!JD)[A-Z]{2,8}\d{3})_[a-z0-9_]+\.py$")
REWRITES = "rewrites"
NAMING = "a rule file is named like ACME101_snake_name.py (2 to 8 capital letters, but not JD, and 3 digits)"

_DECLARES_A_RULE = re.compile(r"^RULE\b[^=\n]*=", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A folder of rules. Its files are imported below ``package``, a dotted name; ``said`` is where it is from."""

    folder: str
    package: str
    said: str


@dataclass(frozen=True)
class File:
    """A rule file. ``wrong`` says why it cannot be one, "" when its name is right."""

    path: str
    category: str
    dotted: str
    wrong: str = ""


_named: Tuple[str, ...] = ()


def use(folders: Sequence[str]) -> None:
    """From now on, in this process, the rules in these folders count, besides those of installed packages.

    Raises UsageError for what is no folder, and for a folder without a rule.
    """
    global _named
    if tuple(folders) == _named:
        return
    wanted = tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders))
    for folder in wanted:
        if folder not in _named:
            _require_rules(folder)
    _named = wanted


def in_use() -> Tuple[str, ...]:
    """The folders that were named, as absolute paths."""
    return _named


def _require_rules(folder: str) -> None:
    if not os.path.isdir(folder):
        trouble = "is a file, not a folder" if os.path.exists(folder) else "does not exist"
        raise UsageError("the folder of rules %s %s" % (folder, trouble))
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UsageError("cannot read the folder of rules %s: permission denied" % folder)
    if not any(True for _ in files(_source(folder))):
        raise UsageError("no rules in %s: %s" % (folder, NAMING))


def sources() -> Tuple[List[Source], List[str]]:
    """All folders of rules that are not ours, and a line for each entry point that leads to none."""
    found, broken = [_source(folder) for folder in _named], []
    for name, value in _entry_points():
        try:
            found.append(_installed(name, value))
        except Exception as error:  # whatever the package does when it is looked for
            broken.append("entry point %s = %s of %s cannot be loaded: %s" % (name, value, GROUP, error))
    return found, broken


def files(source: Source) -> Iterator[File]:
    """The rule files of a folder and of the folders in it, each of which is a category."""
    category = os.path.basename(source.folder)
    yield from _files_in(source.folder, category, source.package)
    for name in sorted(os.listdir(source.folder)):
        inside = os.path.join(source.folder, name)
        if os.path.isdir(inside) and name != REWRITES and name.isidentifier() and not name.startswith("_"):
            yield from _files_in(inside, name, "%s.%s" % (source.package, name))


def _files_in(folder: str, category: str, package: str) -> Iterator[File]:
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not name.endswith(".py") or name.startswith("_") or not os.path.isfile(path):
            continue
        if RULE_FILE.match(name):
            yield File(path, category, "%s.%s" % (package, name[:-3]))
        elif _declares_a_rule(path):
            yield File(path, category, "", NAMING)


def rewrites(source: Source) -> List[Tuple[str, str]]:
    """(name, dotted name) of the rewrites of a folder."""
    folder = os.path.join(source.folder, REWRITES)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = [name[:-3] for name in names if name.endswith(".py") and not name.startswith("_")]
    return [(name, "%s.%s.%s" % (source.package, REWRITES, name)) for name in found]


def _declares_a_rule(path: str) -> bool:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return bool(_DECLARES_A_RULE.search(stream.read()))


def _source(folder: str) -> Source:
    """A named folder as a package of its own, so that its files may import each other (``from . import _shared``)."""
    package = "jetdoctor_own_rules_%08x" % zlib.crc32(os.fsencode(folder))
    if package not in sys.modules:
        module = ModuleType(package)
        module.__path__ = [folder]
        sys.modules[package] = module
    return Source(folder, package, folder)


def _installed(name: str, value: str) -> Source:
    from importlib.util import find_spec

    spec = find_spec(value)
    if spec is None or not spec.submodule_search_locations:
        raise JetdoctorError("it must name a package, such as acme_jetdoctor_rules")
    return Source(list(spec.submodule_search_locations)[0], value, "the installed package " + value)


@lru_cache(maxsize=None)
def _entry_points() -> Sequence[Tuple[str, str]]:
    """(name, value) of every entry point of our group.

    A look at the files of installed packages: ``importlib.metadata`` would cost a fifth of the time of a check.
    """
    found: Dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:  # a folder that is not there, or an archive
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                found.update(_declared(os.path.join(folder, name, "entry_points.txt")))
    return sorted(found.items())


def _declared(path: str) -> List[Tuple[str, str]]:
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, ValueError):
        return []
    if "[%s]" % GROUP not in text:
        return []
    section = text.partition("[%s]" % GROUP)[2].partition("\n[")[0]
    pairs = (line.partition("=") for line in section.splitlines() if "=" in line)
    return [(name.strip(), value.strip()) for name, _, value in pairs]
