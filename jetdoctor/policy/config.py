"""``jetdoctor.toml`` or ``[tool.jetdoctor]`` in pyproject.toml, nearest folder first."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor import foreign
from jetdoctor.types import UsageError
from jetdoctor.wording import did_you_mean

#: Bytes of a configuration, and of one of its lines: the TOML parser takes a table for each dot of a key.
LIMIT = 1 << 20
LONGEST_LINE = 4096

KEYS = ("targets", "select", "ignore", "fail-on", "plugins", "baseline")


@dataclass(frozen=True)
class Config:
    """Settings of a project. ``ignore`` maps a rule id to the reason that stands beside it ("" if none)."""

    path: Optional[str] = None
    targets: Tuple[str, ...] = ()
    select: Tuple[str, ...] = ()
    ignore: Dict[str, str] = field(default_factory=dict)
    fail_on: Optional[str] = None
    plugins: Tuple[str, ...] = ()
    baseline: Optional[str] = None


def load(start: str = ".") -> Config:
    """The nearest configuration from ``start`` upwards; an empty one when there is none."""
    folder = os.path.abspath(start)
    while True:
        for name, table in (("jetdoctor.toml", None), ("pyproject.toml", "jetdoctor")):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                settings = _read(path, table)
                if settings is not None:
                    return _config(path, settings)
        parent = os.path.dirname(folder)
        if parent == folder:
            return Config()
        folder = parent


def _read(path: str, table: Optional[str]) -> Optional[Dict[str, Any]]:
    data = foreign.read(path, "the configuration", LIMIT)
    if table and b"tool.jetdoctor" not in data:  # most projects: spare the TOML parser
        return None
    if max(map(len, data.split(b"\n"))) > LONGEST_LINE:
        raise UsageError("the configuration %s has a line of more than %d bytes" % (path, LONGEST_LINE))
    try:
        document = _toml().loads(data.decode("utf-8"))
    except RecursionError:
        raise UsageError("the configuration %s is nested too deep" % path) from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise UsageError("cannot read %s: %s" % (path, error)) from None
    if not table:
        return document
    tools = document.get("tool")
    return tools.get(table) if isinstance(tools, dict) else None


def _toml() -> Any:
    try:
        import tomllib
    except ImportError:
        try:
            import tomli as tomllib  # type: ignore[no-redef]
        except ImportError:
            raise UsageError("reading a TOML file needs tomli on this Python: pip install tomli") from None
    return tomllib


def _config(path: str, settings: Any) -> Config:
    if not isinstance(settings, dict):
        raise UsageError("%s: tool.jetdoctor is a table, not %r" % (path, settings))
    for key in settings:
        if key not in KEYS:
            raise UsageError("%s: no setting %r: %s" % (path, key, did_you_mean(key, list(KEYS), "the docs")))
    ignore = settings.get("ignore", {})
    if not isinstance(ignore, dict):
        ignore = {rule: "" for rule in _strings(path, "ignore", ignore)}
    fail_on, baseline = settings.get("fail-on"), settings.get("baseline")
    if fail_on not in (None, "error", "warning", "never"):
        raise UsageError("%s: fail-on is error, warning or never, not %r" % (path, fail_on))
    return Config(
        path,
        tuple(_strings(path, "targets", settings.get("targets", []))),
        tuple(_strings(path, "select", settings.get("select", []))),
        {str(rule): str(reason) for rule, reason in ignore.items()},
        fail_on,
        tuple(_strings(path, "plugins", settings.get("plugins", []))),
        os.path.join(os.path.dirname(path), str(baseline)) if baseline else None,
    )


def _strings(path: str, key: str, value: Any) -> List[str]:
    """A list of strings, or one string."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise UsageError("%s: %s is a list of strings" % (path, key))
    return values
