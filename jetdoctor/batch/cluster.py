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

#: Longest wait for the scheduler's answer, and for a worker that takes work, in seconds.
ANSWER_SECONDS, WORKER_SECONDS = 10, 60

#: Scheme of the address -> name of the extra that brings the engine.
ENGINES = {"dask": "dask", "ray": "ray"}


def on_cluster(url: str, paths: Iterable[str], ask: Callable[[str], Group]) -> Iterator[Group]:
    """``ask`` of every path, in order. UsageError for an address that is none or a package that is missing.

    JetdoctorError for a cluster that does not answer, or has no worker within WORKER_SECONDS.
    """
    scheme, separator, address = url.partition("://")
    if not separator or scheme not in ENGINES or not address:
        raise UsageError("--cluster %s: write dask://HOST:PORT or ray://HOST:PORT" % url)
    chunks = _chunks(list(paths), CHUNK)
    with contextlib.ExitStack() as stack:
        try:
            import joblib

            stack.enter_context(_dask(address) if scheme == "dask" else _ray(url))
        except ImportError as error:
            how = "pip install 'jetdoctor[%s]'" % ENGINES[scheme]
            raise UsageError("--cluster %s needs %s: %s" % (url, error.name, how)) from None
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
        client = Client("tcp://" + address, timeout=ANSWER_SECONDS)
    except Exception as error:  # what a network can do, and an address that is none
        raise JetdoctorError("no Dask scheduler answers at %s: %s" % (address, _line(error))) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except Exception as error:  # nobody works there, or the connection is lost meanwhile
            text = "the Dask cluster at %s has no worker within %d s: %s"
            raise JetdoctorError(text % (address, WORKER_SECONDS, _line(error))) from None
        with joblib.parallel_config("dask", client=client, wait_for_workers_timeout=WORKER_SECONDS):
            yield client


@contextlib.contextmanager
def _ray(url: str) -> Iterator[Any]:
    import logging
    import warnings

    import joblib
    import ray
    from ray.util.joblib import register_ray

    logging.getLogger("ray.client_builder").setLevel(logging.ERROR)  # it tells what it was given
    register_ray()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(url, log_to_driver=False)
    except Exception as error:  # nobody there, another version of Ray or Python
        raise JetdoctorError("no Ray cluster answers at %s: %s" % (url, _line(error))) from None
    try:
        try:
            ray.get(ray.remote(num_cpus=1)(_here).remote(), timeout=WORKER_SECONDS)
        except Exception as error:
            text = "the Ray cluster at %s does no work within %d s: %s"
            raise JetdoctorError(text % (url, WORKER_SECONDS, _line(error))) from None
        with joblib.parallel_config("ray"):
            yield ray
    finally:
        ray.shutdown()


def _here() -> bool:
    """A task that shows that there is a worker with jetdoctor on it."""
    return True


def _line(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:300]
