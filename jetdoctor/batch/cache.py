"""Results kept between runs: keyed by the model, the rule base and the question.

One file for each model, state of jetdoctor and list of targets, with a checksum in front: what is damaged is not read.
It is written beside its place and renamed, so that readers and other writers see a whole file or none; two writers of
one model write the same. Nothing is kept of a model that could not be read or checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
import zlib
from dataclasses import replace
from typing import Any, Dict, Iterator, List, Optional, Tuple

from jetdoctor import own_rules
from jetdoctor.batch.packing import CLASS, pack, unpack
from jetdoctor.types import CRASHED, Result, Target, UsageError

#: Bytes that a folder may hold; beyond them the files that were longest unused go.
LIMIT = 512 << 20

_SUFFIX = ".jdc"
_SECONDS_OF_A_DAY = 86400.0

Group = Tuple[Result, ...]


class Cache:
    """Results in a folder, which is made when something is written. Raises UsageError when it is no folder."""

    def __init__(self, folder: str, targets: Tuple[Target, ...], limit: int = LIMIT) -> None:
        if os.path.exists(folder) and not os.path.isdir(folder):
            raise UsageError("the cache %s is not a folder" % folder)
        self.folder, self.targets, self.limit = folder, targets, limit
        asked = [state(), *(json.dumps(pack(target), sort_keys=True) for target in targets)]
        self.asked = hashlib.sha256("\n".join(asked).encode()).hexdigest()
        self.written = 0

    def find(self, identity: str, path: str) -> str:
        """The file that holds the results, "" when none does."""
        return next(filter(os.path.exists, self._places(identity, path)), "")

    def read(self, place: str, path: str) -> Optional[Group]:
        """The results for all targets in a file that ``find`` gave; None when they are damaged or gone."""
        entry = _read(place)
        if entry is not None:
            _touch(place)
            with contextlib.suppress(KeyError, ValueError, TypeError, IndexError):
                return _results(entry, path, self.targets)
        return None

    def put(self, identity: str, path: str, group: Group) -> None:
        """Keep the results. A full or closed disk is no error: then nothing is kept."""
        if any(r.error or r.not_run or any(f.rule == CRASHED for f in r.findings) for r in group):
            return
        shared, own = self._places(identity, path)
        with contextlib.suppress(OSError):
            _write(own if mentions(group, path) else shared, _packed(group))
            self.written += 1

    def prune(self) -> None:
        """Remove what was longest unused when the folder is over its limit."""
        if not self.written:
            return
        files = sorted(_files(self.folder))
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self.limit:
                return
            with contextlib.suppress(OSError):
                os.remove(path)
            total -= size

    def _places(self, identity: str, path: str) -> Tuple[str, str]:
        """Files for results that hold for any name of the model, and for those that speak of this one."""
        keys = [hashlib.sha256("\n".join((identity, self.asked, name)).encode()).hexdigest() for name in ("", path)]
        return (self._file(keys[0]), self._file(keys[1]))

    def _file(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key[2:] + _SUFFIX)


def mentions(group: Group, path: str) -> bool:
    """Whether a text of the results names the file: then they hold for no other one."""
    name = os.path.splitext(os.path.basename(path))[0]
    return any(name in text for result in group for finding in result.findings for text in _texts(finding))


def _texts(finding: Any) -> List[str]:
    return [finding.message, *finding.consequences, *(fix.title for fix in finding.fixes)]


def state() -> str:
    """What decides a verdict besides model and target: every source and data file of jetdoctor and of the rules of
    others, onnx and Python.
    """
    import jetdoctor
    from jetdoctor.data import rules_folder

    digest = hashlib.sha256()
    others = [source.folder for source in own_rules.sources()[0]]
    for folder in (os.path.dirname(os.path.abspath(jetdoctor.__file__)), rules_folder(), *others):
        for root, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                if name.endswith((".py", ".json", ".jsonl")):
                    status = os.stat(os.path.join(root, name))
                    digest.update(("%s %d %d\n" % (name, status.st_size, status.st_mtime_ns)).encode())
    digest.update(("%s %s %s" % (jetdoctor.__version__, _version("onnx"), sys.version)).encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _packed(group: Group) -> Dict[str, Any]:
    """Findings that several targets share stand once, and so does what their results have in common."""
    findings: Dict[str, int] = {}
    rows: Dict[str, int] = {}
    order = []
    for result in group:
        texts = [json.dumps(pack(finding)) for finding in result.findings]
        rest = {k: v for k, v in pack(replace(result, findings=())).items() if k not in (CLASS, "model", "target")}
        row = json.dumps([[findings.setdefault(text, len(findings)) for text in texts], rest])
        order.append(rows.setdefault(row, len(rows)))
    summary = pack(replace(group[0].model, sha256=None))
    entry: Dict[str, Any] = {"summary": summary, "results": order}
    for key, numbered in (("findings", findings), ("rows", rows)):
        entry[key] = [json.loads(text) for text in numbered]
    return entry


def _results(entry: Dict[str, Any], path: str, targets: Tuple[Target, ...]) -> Group:
    summary = replace(unpack(entry["summary"]), path=path)
    findings = [unpack(one) for one in entry["findings"]]
    rows = [dict(unpack(rest), findings=tuple(findings[n] for n in numbers)) for numbers, rest in entry["rows"]]
    if len(entry["results"]) != len(targets):
        raise ValueError("results for %d targets" % len(entry["results"]))
    return tuple(Result(summary, target, **rows[n]) for target, n in zip(targets, entry["results"]))


def _read(path: str) -> Optional[Dict[str, Any]]:
    """An entry whose checksum is right."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
        if hashlib.sha256(data[32:]).digest() != data[:32]:  # damaged, or written by another program
            return None
        entry: Dict[str, Any] = json.loads(zlib.decompress(data[32:]))
        return entry
    except (OSError, ValueError, zlib.error, TypeError):
        return None


def _write(path: str, entry: Dict[str, Any]) -> None:
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    body = zlib.compress(json.dumps(entry, separators=(",", ":")).encode(), 1)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(body).digest() + body)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def _touch(path: str) -> None:
    """Remember the use, once a day."""
    with contextlib.suppress(OSError):
        if time.time() - os.stat(path).st_mtime > _SECONDS_OF_A_DAY:
            os.utime(path)


def _files(folder: str) -> Iterator[Tuple[float, int, str]]:
    """(time of the last use, size, path) of every file of ours, those that a killed run left behind too."""
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(_SUFFIX) or name.startswith(".writing-"):
                with contextlib.suppress(OSError):
                    status = os.stat(os.path.join(root, name))
                    yield status.st_mtime, status.st_size, os.path.join(root, name)
