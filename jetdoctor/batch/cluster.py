"""Models checked on an engine that is there already, through joblib: a Dask or a Ray cluster.

The workers need jetdoctor installed and the models readable under the same paths (a shared file system, or an object
store). Work whose worker dies is done again by the cluster; results come back in the order of the list.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterable, Iterator, List, Sequence, Tuple

from jetdoctor.types import JetdoctorError, Result, UsageError

Group = Tuple[Result, ...]

#: Models that travel together: a check takes milliseconds, a message about as long.
CHUNK = 16

#: Chunks handed out before the first results are waited for, so that neither side holds everything.
AHEAD = 64

#: Scheme of the address -> name of the extra that brings the engine.
ENGINES = {"dask": "dask", "ray": "ray"}


def on_cluster(url: str, paths: Iterable[str], ask: Callable[[str], Group]) -> Iterator[Group]:
    """``ask`` of every path, in order. UsageError for an address that is none or a package that is missing."""
    scheme, separator, address = url.partition("://")
    if not separator or scheme not in ENGINES or not address:
        raise UsageError("--cluster %s: write dask://HOST:PORT or ray://HOST:PORT" % url)
    try:
        import joblib

        connected = _dask(address) if scheme == "dask" else _ray(url)
    except ImportError as error:
        how = "pip install 'jetdoctor[%s]'" % ENGINES[scheme]
        raise UsageError("--cluster %s needs %s: %s" % (url, error.name, how)) from None
    chunks = _chunks(list(paths), CHUNK)
    with connected:
        for start in range(0, len(chunks), AHEAD):
            work = (joblib.delayed(_check)(ask, chunk) for chunk in chunks[start : start + AHEAD])
            try:
                answers = joblib.Parallel()(work)
            except Exception as error:
                raise JetdoctorError("the cluster %s failed: %s: %s" % (url, type(error).__name__, error)) from None
            for groups in answers:
                yield from groups


def _check(ask: Callable[[str], Group], chunk: Sequence[str]) -> List[Group]:
    """What a worker does."""
    return [ask(path) for path in chunk]


def _chunks(paths: List[str], size: int) -> List[List[str]]:
    return [paths[start : start + size] for start in range(0, len(paths), size)]


@contextlib.contextmanager
def _dask(address: str) -> Iterator[Any]:
    import joblib
    from distributed import Client

    try:
        client = Client("tcp://" + address, timeout=10)
    except (OSError, TimeoutError) as error:
        raise JetdoctorError("no Dask scheduler answers at %s: %s" % (address, error)) from None
    with client, joblib.parallel_config("dask", client=client, wait_for_workers_timeout=60):
        yield client


@contextlib.contextmanager
def _ray(url: str) -> Iterator[Any]:
    import joblib
    import ray
    from ray.util.joblib import register_ray

    register_ray()
    try:
        ray.init(url, log_to_driver=False)
    except (ConnectionError, OSError) as error:
        raise JetdoctorError("no Ray cluster answers at %s: %s" % (url, error)) from None
    try:
        with joblib.parallel_config("ray"):
            yield ray
    finally:
        ray.shutdown()
