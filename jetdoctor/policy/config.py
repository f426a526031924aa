"""``jetdoctor.toml`` or ``[tool.jetdoctor]`` in pyproject.toml, nearest folder first."""

from __future__ import annotations

import contextlib
import os
from dataclasses import field, replace
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from jetdoctor import foreign
from jetdoctor.policy.counting import UNSAID, Gate, Ignore, Policy, make, require_fail_on
from jetdoctor.policy.rule_names import rule_ids
from jetdoctor.policy.scope import Scope
from jetdoctor.policy.scope import make as make_scope
from jetdoctor.records import dataclass
from jetdoctor.types import UsageError
from jetdoctor.wording import did_you_mean

#: Bytes of a configuration, and of one of its lines: the TOML parser takes a table for each dot of a key.
LIMIT = 1 << 20
LONGEST_LINE = 4096

#: Setting -> what it is, in the order of docs/configuration.md.
SETTINGS = {
    "targets": "what you ship to, in the syntax of --target",
    "select": "only these rules",
    "ignore": "rules that do not count, each with its reason",
    "fail-on": "error, warning, info or never",
    "baseline": "file of known findings (the baseline)",
    "plugins": "custom operators whose plugin you bring along",
    "policy": "settings for some models or targets only",
    "jobs": "models to check in parallel",
    "cache": "folder of results kept between runs",
}

#: Keys of a table of [[policy]], and of an ignore that is a table.
POLICY_KEYS = ("models", "targets", "ignore", "fail-on")
IGNORE_KEYS = ("reason", "expires", "models", "targets")


@dataclass(frozen=True)
class Config:
    """Settings of a project. ``where`` says of each setting that is made where it stands."""

    path: Optional[str] = None
    targets: Tuple[str, ...] = ()
    select: Tuple[str, ...] = ()
    ignores: Tuple[Ignore, ...] = ()
    fail_on: Optional[str] = None
    plugins: Tuple[str, ...] = ()
    baseline: Optional[str] = None
    gates: Tuple[Gate, ...] = ()
    jobs: Optional[int] = None
    cache: Optional[str] = None
    where: Mapping[str, str] = field(default_factory=dict)


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
        raise UsageError("the configuration %s is nested too deeply" % path) from None
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
    _require_known(path, settings, list(SETTINGS))
    shown = _shown(path)
    place = "%s, [tool.jetdoctor]" % shown if os.path.basename(path) == "pyproject.toml" else shown
    folder = os.path.dirname(path)
    policies = settings.get("policy", [])
    if not isinstance(policies, list) or not all(isinstance(one, dict) for one in policies):
        raise UsageError("%s: policy is a list of tables: write [[policy]]" % path)
    targets = _strings(path, "targets", settings.get("targets", []))
    select = _strings(path, "select", settings.get("select", []))
    with _named(shown):
        make_scope((), [spec for spec in targets if spec.strip().lower() != "local"])
        rule_ids(select)
    ignores = _ignores(shown, settings.get("ignore", {}), Scope(folder=folder))
    gates: Tuple[Gate, ...] = ()
    for number, one in enumerate(policies, 1):
        more, gate = _policy("%s, policy %d" % (shown, number), one, folder)
        ignores, gates = ignores + more, gates + gate
    return Config(
        path,
        tuple(targets),
        tuple(select),
        ignores,
        _fail_on(path, settings.get("fail-on")),
        tuple(_strings(path, "plugins", settings.get("plugins", []))),
        _file(path, settings, "baseline"),
        gates,
        _jobs(path, settings.get("jobs")),
        _file(path, settings, "cache"),
        dict.fromkeys(settings, place),
    )


def _shown(path: str) -> str:
    """The file as seen from here, when it is here or below."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


@contextlib.contextmanager
def _named(place: str) -> Iterator[None]:
    """A name that is wrong in the file is not one that was typed: the error says where it stands."""
    try:
        yield
    except UsageError as error:
        raise UsageError("%s: %s" % (place, error)) from None


def _require_known(place: str, table: Mapping[str, Any], known: List[str]) -> None:
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known, "jetdoctor config")
            raise UsageError("%s: no setting %r: %s" % (place, key, hint))


def _ignores(place: str, table: Any, scope: Scope) -> Tuple[Ignore, ...]:
    """A rule with its reason, or with a table that has a reason and more; never without one."""
    if isinstance(table, (list, str)):
        first = table[0] if table else "JD305"
        raise UsageError("%s: ignore needs a reason: write [ignore] and below it %s = \"why\"" % (place, first))
    if not isinstance(table, dict):
        raise UsageError("%s: ignore is a table of rules, each with its reason" % place)
    found = []
    for name, value in table.items():
        entry = value if isinstance(value, dict) else {"reason": value}
        _require_known("%s, ignore.%s" % (place, name), entry, list(IGNORE_KEYS))
        reason = entry.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise UsageError("%s: ignore needs a reason: %s = \"why\"" % (place, name))
        own = _scope(place, entry, scope.folder) if "models" in entry or "targets" in entry else scope
        with _named(place):
            rules = frozenset(rule_ids([name]))
        found.append(Ignore(rules, reason, place, _date(place, name, entry.get("expires")), own))
    return tuple(found)


def _policy(place: str, table: Mapping[str, Any], folder: str) -> Tuple[Tuple[Ignore, ...], Tuple[Gate, ...]]:
    _require_known(place, table, list(POLICY_KEYS))
    if not table.get("models") and not table.get("targets"):
        raise UsageError("%s: say for which models or targets" % place)
    scope = _scope(place, table, folder)
    fail_on = _fail_on(place, table.get("fail-on"))
    return _ignores(place, table.get("ignore", {}), scope), (Gate(fail_on, scope),) if fail_on else ()


def _scope(place: str, table: Mapping[str, Any], folder: str) -> Scope:
    models = _strings(place, "models", table.get("models", []))
    targets = _strings(place, "targets", table.get("targets", []))
    with _named(place):
        return make_scope(models, targets, folder)


def _date(place: str, name: str, value: Any) -> str:
    """The last day of an ignore as ISO text; TOML has dates of its own, and a text will do."""
    if value is None:
        return ""
    import datetime

    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    try:
        return datetime.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise UsageError("%s: expires of %s is a day such as 2027-03-31, not %s" % (place, name, text)) from None


def _fail_on(place: str, value: Any) -> Optional[str]:
    if value is not None:
        require_fail_on("%s: fail-on" % place, value)
    return value  # type: ignore[no-any-return]


def _jobs(place: str, value: Any) -> Optional[int]:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise UsageError("%s: jobs is a number of processes, 1 or more, not %r" % (place, value))
    return value


def _file(path: str, settings: Mapping[str, Any], key: str) -> Optional[str]:
    """A path, which is seen from the folder of the configuration."""
    value = settings.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError("%s: %s is a path, not %r" % (path, key, value))
    return os.path.join(os.path.dirname(path), value) if value else None


def _strings(path: str, key: str, value: Any) -> List[str]:
    """A list of strings, or one string."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise UsageError("%s: %s is a list of strings" % (path, key))
    return values


def policy_of(
    settings: Config,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    baseline: Optional[str] = None,
    fail_on: Optional[str] = None,
) -> Policy:
    """What counts: the configuration, with what the command line says on top.

    ``ignore`` holds names of rules, or ``NAME=REASON``. ``fail_on`` of the command line stands above all policies.
    """
    reasons = dict(text.partition("=")[::2] if "=" in text else (text, UNSAID) for text in ignore)
    said = make(tuple(select) or settings.select, reasons, baseline or settings.baseline)
    gates = (Gate(settings.fail_on or "error"), *settings.gates) if fail_on is None else (Gate(fail_on),)
    return replace(said, ignores=said.ignores + settings.ignores, gates=gates)
