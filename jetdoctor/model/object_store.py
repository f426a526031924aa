"""Models in an object store (``s3://``, ``gs://``, ``hf://``), through fsspec: found there, fetched when they are read.

A model is fetched into a folder of its own, and the folder goes when the work is done. External data is not fetched,
since only its size matters: a file of holes stands in its place.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from typing import Any, Callable, Iterator, List, Tuple

from jetdoctor.model.unreadable import UnreadableModel
from jetdoctor.types import JetdoctorError, UsageError

#: Scheme -> (package that speaks it, the extra that brings it).
SCHEMES = {"s3": ("s3fs", "s3"), "gs": ("gcsfs", "gs"), "hf": ("huggingface_hub", "hf")}

#: Longest wait for the list of a folder, in seconds.
SECONDS = 30

_URL = re.compile(r"^([a-z][a-z0-9]*)://")


def is_remote(path: str) -> bool:
    """Whether a path names an object in a store; the scheme of another kind is a UsageError."""
    match = _URL.match(path)
    if not match:
        return False
    if match.group(1) not in SCHEMES:
        known = ", ".join("%s://" % scheme for scheme in SCHEMES)
        raise UsageError("%s: models are read from %s and from files: download it first" % (path, known))
    return True


def expand(url: str) -> List[str]:
    """The models that a URL names: itself, all below a folder, or what fits a pattern, sorted. Itself without any."""
    system, path = _open(url)
    scheme = url.partition("://")[0]
    found: List[str] = []
    with contextlib.suppress(UnreadableModel), _told(url):
        found = _in_time(lambda: _listed(system, path))
    return ["%s://%s" % (scheme, name) for name in found] or [url]


def _listed(system: Any, path: str) -> List[str]:
    if any(character in path for character in "*?["):
        return sorted(system.glob(path))
    if system.isfile(path):
        return [path]
    return sorted(name for name in system.find(path) if name.endswith(".onnx"))


def _in_time(work: Callable[[], List[str]]) -> List[str]:
    """What ``work`` gives: a client that tries again for minutes must not hold up everything."""
    answer: List[Any] = []

    def run() -> None:
        try:
            answer.append(work())
        except Exception as error:  # raised below, by the thread that waits
            answer.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    if not answer:
        raise JetdoctorError("no answer within %d s" % SECONDS)
    if isinstance(answer[0], Exception):
        raise answer[0]
    found: List[str] = answer[0]
    return found


@contextlib.contextmanager
def fetched(url: str) -> Iterator[str]:
    """The model as a file, for as long as the block lasts.

    Raises UnreadableModel when there is no such object, JetdoctorError when the store does not answer.
    """
    from jetdoctor.child import workplace

    system, path = _open(url)
    with workplace.folder() as folder:
        local = os.path.join(folder, os.path.basename(path))
        with _told(url):
            if not system.isfile(path):
                raise UnreadableModel("%s does not exist" % url)
            system.get_file(path, local)
            for name in _beside(local):
                _holes(system, os.path.dirname(path), name, folder)
        yield local


def _beside(local: str) -> List[str]:
    """Names of the external data of a model; none for what is no model, which will be said later."""
    from jetdoctor.model.identity import locations_of

    try:
        return [name for name in locations_of(local) if ".." not in name.split("/") and not os.path.isabs(name)]
    except UnreadableModel:
        return []


def _holes(system: Any, remote: str, name: str, folder: str) -> None:
    """A file of holes that is as long as the external data. What is not there stays away."""
    local = os.path.join(folder, name)
    try:
        size = int(system.info("%s/%s" % (remote, name))["size"])
    except FileNotFoundError:
        return
    os.makedirs(os.path.dirname(local), exist_ok=True)
    with open(local, "wb") as stream:
        stream.truncate(size)


def _open(url: str) -> Tuple[Any, str]:
    """The file system of a URL and the path in it."""
    package, extra = SCHEMES[url.partition("://")[0]]
    import logging

    try:
        import fsspec

        logging.getLogger(package).setLevel(logging.CRITICAL)  # its errors come as exceptions, too
        system, path = fsspec.core.url_to_fs(url)
    except ImportError:
        text = "%s needs %s: pip install 'jetdoctor[%s]'"
        raise UsageError(text % (url, package, extra)) from None
    except Exception as error:  # what the package makes of a URL that it cannot read
        raise UsageError("%s: %s" % (url, _line(error))) from None
    return system, path


@contextlib.contextmanager
def _told(url: str) -> Iterator[None]:
    """Errors of the store in one line: what is not there or not allowed is the caller's, the rest the store's."""
    try:
        yield
    except UnreadableModel:
        raise
    except FileNotFoundError:
        raise UnreadableModel("%s does not exist" % url) from None
    except PermissionError as error:
        raise UnreadableModel("%s may not be read: %s" % (url, _line(error))) from None
    except Exception as error:  # each store has errors of its own
        raise JetdoctorError("%s cannot be reached: %s" % (url, _line(error))) from None


def _line(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:300]
