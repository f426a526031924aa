"""Names of JetPacks, modules and TensorRT releases -> ``Target``. Standard library only.

The facts are ``rules/data/targets.json`` (one row per L4T release), ``modules.json`` and ``patches.json`` (one row
per TensorRT line, with its newest patch).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from jetdoctor.data import table
from jetdoctor.types import Module, Target, UsageError, Version, parse_version
from jetdoctor.version_ranges import is_range, within

#: What people write in front of a board's name.
_MAKER = r"^(?:nvidia-)?(?:jetson-)?"

_PRODUCTS = {"jetpack": "JetPack", "tensorrt": "TensorRT"}


def releases() -> Sequence[Dict[str, Any]]:
    """Rows of ``targets.json``, one per L4T release, oldest first (keys as in that file)."""
    return table("targets")


@lru_cache(maxsize=None)
def _by_jetpack() -> Dict[str, Dict[str, Any]]:
    """JetPack name -> its row; the first public one where several L4T releases share a name."""
    named: Dict[str, Dict[str, Any]] = {}
    for row in releases():
        named.setdefault(row["jetpack"], row)
    return named


@lru_cache(maxsize=None)
def _module_rows() -> Dict[str, Dict[str, Any]]:
    """Module id or alias -> its row."""
    rows = table("modules")
    named = {alias: row for row in rows for alias in row["aliases"]}
    named.update((row["id"], row) for row in rows)
    return named


def _module(row: Dict[str, Any]) -> Module:
    keys = ("id", "name", "soc", "compute_capability", "ram_mb", "dla", "precision")
    return Module(**{key: row[key] for key in keys})


def modules() -> Tuple[Module, ...]:
    """Every module and developer kit."""
    return tuple(_module(row) for row in table("modules"))


def module_rows() -> Sequence[Dict[str, Any]]:
    """Rows of ``modules.json``."""
    return table("modules")


def module_row(name: str) -> Optional[Dict[str, Any]]:
    """Row of ``modules.json`` for an id or alias (its ``jetpacks`` are the releases that it runs)."""
    return _module_rows().get(name)


def _is_preview(row: Dict[str, Any]) -> bool:
    return row["jetpack"].endswith(("-dp", "-ea"))


def _target(row: Dict[str, Any]) -> Target:
    first = _by_jetpack()[row["jetpack"]] is row
    keys = ("tensorrt", "jetpack", "l4t", "cuda", "cudnn", "python")
    name = "jetpack-" + row["jetpack"] if first else "l4t-" + row["l4t"]
    return Target(name=name, **{key: row[key] for key in keys})


def every_jetpack() -> Tuple[Target, ...]:
    """One target per JetPack, oldest first; previews only of releases that never came out otherwise."""
    return tuple(_target(row) for row in _by_jetpack().values() if not _is_preview(row))


def resolve(spec: str, plugins: Sequence[str] = ()) -> Tuple[Target, ...]:
    """Targets that a name stands for, oldest first.

    Understood: ``jetpack-5.0.2`` (``jp5.0.2``, ``5.0.2``), ``l4t-35.1.0`` (``r35.1.0``), ``tensorrt-8.4.1``,
    ``tensorrt-8.4`` (its newest patch), ``xavier-nx@jetpack-5.0.2``, ``nano`` (its newest JetPack), ``all``,
    ranges (``jp5.x``, ``jetpack-5``, ``jetpack>=5,<6``, ``jetpack~=6.1``; ``tensorrt>=8.4,<10``: the newest patch
    of each line), ``jetpack-6.2+tensorrt-10.7``, lists with commas. Quotes and remarks in parentheses do not count.
    Raises UsageError, with the nearest names, for anything else.
    """
    text = re.sub(r"\(.*?\)", "", spec.lower()).strip("\"' ").replace(";", ",")
    text = re.sub(r"\s*([<>=~!,@+])\s*", r"\1", text).replace(" ", "-").replace("_", "-")
    pieces = re.split(r",(?![<>=~!])", text)
    found = {t.name: t for piece in pieces for t in _resolve_one(piece, spec)}
    return tuple(replace(target, plugins=tuple(plugins)) for target in found.values())


def _resolve_one(text: str, spec: str) -> List[Target]:
    board, at, rest = text.rpartition("@")
    base, plus, tensorrt = rest.partition("+")
    if not at and _board_name(base) in _module_rows():
        board, base = base, ""
    board = _board_name(board)
    targets = _on_module(board, base, spec) if board or at else _by_name(base, spec)
    if plus:
        version = _tensorrt_of_board(tensorrt, spec)
        targets = [replace(t, tensorrt=version, name="%s+tensorrt-%s" % (t.name, version)) for t in targets]
    return targets


def _board_name(text: str) -> str:
    """A board's name as the table spells it: ``jetson-orin-nano-super`` is ``orin-nano-super`` there."""
    short = re.sub(_MAKER, "", text)
    return short if text not in _module_rows() and short in _module_rows() else text


def _tensorrt_of_board(text: str, spec: str) -> str:
    """The one TensorRT behind ``jetpack-6.2+``: a range would be several boards."""
    range_ = re.sub(r"^(tensorrt|trt)-?", "", text)
    if is_range(range_):
        fitting = _tensorrt_fitting(range_)
        if not fitting:
            raise _empty("tensorrt", range_, tensorrt_lines().values(), spec)
        one = "a board has one TensorRT: name it, such as +tensorrt-%s" % fitting[-1]
        raise UsageError("target %r: %s" % (spec, one))
    return _tensorrt_version(text, spec)


def _by_name(text: str, spec: str) -> List[Target]:
    if text == "all":
        return list(every_jetpack())
    if text.startswith(("tensorrt", "trt")):
        range_ = re.sub(r"^(tensorrt|trt)-?", "", text)
        fitting = _tensorrt_fitting(range_)
        if fitting:
            return [Target(name="tensorrt-" + version, tensorrt=version) for version in fitting]
        if is_range(range_):
            raise _empty("tensorrt", range_, tensorrt_lines().values(), spec)
        version = _tensorrt_version(text, spec)
        return [Target(name="tensorrt-" + version, tensorrt=version)]
    l4t = re.match(r"(?:l4t-?r?|r|(?=3\d\.))(\d+(?:\.\d+)+)$", text)
    if l4t:
        wanted = parse_version(l4t.group(1) + ".0")[:3]
        rows = [row for row in releases() if row["l4t"] and parse_version(row["l4t"]) == wanted]
    else:
        range_ = re.sub(r"^(jetpack|jp)-?v?", "", text)
        rows = _jetpack_rows(range_)
        if not rows and is_range(range_):
            raise _empty("jetpack", range_, map(_number, _by_jetpack().values()), spec)
    if rows:
        return [_target(row) for row in rows]
    named = re.match(r"(?:(?:jetpack|jp)-?v?)?(\d+(?:\.\d+)*)(?:\.[x*])?$", text)
    wanted = parse_version(named.group(1)) if named else ()
    if not wanted or "tensorrt-" + _dotted(wanted[:3]) in known_names():
        raise _unknown(text, spec)
    raise _missing("jetpack", wanted, sorted({_number(row) for row in _by_jetpack().values()}), spec)


def _jetpack_rows(text: str) -> List[Dict[str, Any]]:
    """Rows for ``5.0.2``, ``5.x``, ``5``, ``6.0-dp`` or ``>=5,<6``; none when nothing fits."""
    named = _by_jetpack()
    exact = named.get(text) or named.get(re.sub(r"-dp$", "", text))
    if exact and (exact["jetpack"] == text or exact["channel"] == "DP"):
        return [exact]
    rows = [row for row in named.values() if not _is_preview(row)]
    numbers = set(within(text, [row["jetpack"] for row in rows]))
    if numbers:
        return [row for row in rows if row["jetpack"] in numbers]
    line = re.match(r"(\d+)$|(\d+(?:\.\d+)*)\.[x*]$", text)
    if line:
        prefix = parse_version(line.group(1) or line.group(2))
        return [row for row in rows if _number(row)[: len(prefix)] == prefix]
    return []


def _number(row: Dict[str, Any]) -> Version:
    return parse_version(row["jetpack"])


def _tensorrt_fitting(text: str) -> List[str]:
    """The newest release of each TensorRT line in a range, oldest first."""
    known = {parse_version(row["tensorrt"]) for row in releases() if row["tensorrt"]} | set(tensorrt_lines().values())
    fitting = [parse_version(found) for found in within(text, [_dotted(version) for version in sorted(known)])]
    return [_dotted(version) for version in {version[:2]: version for version in fitting}.values()]


def tensorrt_rows() -> Sequence[Dict[str, Any]]:
    """Rows of ``patches.json``, one per TensorRT line, oldest first."""
    return table("patches")


@lru_cache(maxsize=None)
def tensorrt_lines() -> Dict[Version, Version]:
    """TensorRT line -> its newest patch known, oldest first: ``{(8, 4): (8, 4, 3), ...}``."""
    return {parse_version(row["line"]): parse_version(row["newest"]) for row in tensorrt_rows()}


def _tensorrt_version(text: str, spec: str) -> str:
    """``tensorrt-8.4.1.5`` -> ``8.4.1``; a line such as ``trt8.4`` -> its newest patch known.

    A release that does not exist (``tensorrt-8.9``, ``tensorrt-8.4.9``) is a UsageError with the nearest ones.
    """
    match = re.match(r"(?:tensorrt|trt)-?v?(\d+(?:\.\d+)*)(?:-ga)?(?:\.x)?$", text)
    if not match:
        raise _unknown(text, spec)
    version = parse_version(match.group(1))[:3]
    fitting = [newest for newest in tensorrt_lines().values() if newest[: len(version)] == version]
    if len(version) == 3 and version <= tensorrt_lines().get(version[:2], ()):
        fitting = [version]
    if not fitting:
        raise _missing("tensorrt", version, sorted(tensorrt_lines().values()), spec)
    return _dotted(fitting[-1])


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _missing(product: str, version: Version, known: Sequence[Version], spec: str) -> UsageError:
    """A well-written name of a release that there is none of: the one below and the one above."""
    below, above = [v for v in known if v < version], [v for v in known if v > version]
    nearest = " and ".join("%s-%s" % (product, _dotted(v)) for v in (*below[-1:], *above[:1]))
    text = "unknown target %r: no %s %s is known; nearest: %s. `jetdoctor targets` lists all"
    return UsageError(text % (spec, _PRODUCTS[product], _dotted(version), nearest))


def _empty(product: str, text: str, known: Iterable[Version], spec: str) -> UsageError:
    """A well-written range in which no release lies: the newest one says whether it is only to come."""
    none = "no known %s release is in the range %s" % (_PRODUCTS[product], text)
    newest = "the newest known is %s-%s. `jetdoctor targets` lists all" % (product, _dotted(max(known)))
    return UsageError("unknown target %r: %s; %s" % (spec, none, newest))


def _on_module(board: str, text: str, spec: str) -> List[Target]:
    """Targets of a module; without a JetPack its newest one whose TensorRT is known."""
    row = module_row(board)
    if row is None:
        raise _unknown(board, spec)
    runs = row["jetpacks"]
    if not text:
        known = [name for name in runs if _by_jetpack()[name]["tensorrt"]]
        targets = [_target(_by_jetpack()[known[-1]])] if known else []
    else:
        targets = [t for t in _by_name(text, spec) if t.jetpack is None or t.jetpack in runs]
    if not targets:
        runs_text = "it runs JetPack " + jetpack_spans(row) if runs else "no JetPack for it is known"
        raise UsageError("target %r: no such release for the %s; %s" % (spec, row["id"], runs_text))
    module = _module(row)
    return [replace(t, name="%s@%s" % (row["id"], t.name), module=module) for t in targets]


def jetpack_spans(row: Dict[str, Any]) -> str:
    """``"4.4 to 4.6.6, 5.0 to 5.1.6"``: the JetPacks of a module, one span per major release."""
    spans: Dict[int, List[str]] = {}
    for name in row["jetpacks"]:
        if not _is_preview(_by_jetpack()[name]):
            spans.setdefault(parse_version(name)[0], []).append(name)
    return ", ".join(s[0] if len(s) == 1 else "%s to %s" % (s[0], s[-1]) for s in spans.values())


def known_names() -> List[str]:
    """Names that a target may have, for suggestions and completion."""
    names = ["jetpack-" + name for name in _by_jetpack()] + sorted(_module_rows()) + ["local", "all"]
    names += ["l4t-" + row["l4t"] for row in releases() if row["l4t"]]
    versions = {row["tensorrt"] for row in releases() if row["tensorrt"]}
    versions.update(_dotted(newest) for newest in tensorrt_lines().values())
    return names + sorted("tensorrt-" + version for version in versions)


def _unknown(text: str, spec: str) -> UsageError:
    import difflib

    family = _family(re.sub(_MAKER, "", text))
    if len(family) > 1:
        several = "several modules are called %r; name one: %s" % (text, ", ".join(family))
        return UsageError("ambiguous target %r: %s" % (spec, several))
    canonical = re.sub(r"^(?:jp|jetp\w*)?-?v?(?=\d)", "jetpack-", text)
    canonical = re.sub(r"^(?:trt|tensorr?r?t)-?v?(?=\d)", "tensorrt-", canonical)
    nearest = [name for name in known_names() if re.match(re.escape(name) + r"(\.\d+)?$", "tensorrt-" + text)]
    nearest = nearest or difflib.get_close_matches(canonical, known_names(), n=3, cutoff=0.6)
    cure = "did you mean %s?" % " or ".join(nearest) if nearest else "try jetpack-5.0.2 or tensorrt-8.4.1;"
    return UsageError("unknown target %r: %s `jetdoctor targets` lists all" % (spec, cure))


def _family(text: str) -> List[str]:
    """Modules whose name holds ``text`` as a word (``orin``, ``xavier``, ``nx``), by their shortest names."""
    rows = [row for row in module_rows() if row["jetpacks"]]
    names = {name for row in rows for name in (row["id"], *row["aliases"])}
    fitting = sorted(n for n in names if text in n.split("-") and not n.startswith("jetson-"))
    return [n for n in fitting if not any(n.startswith(other + "-") for other in fitting)]
