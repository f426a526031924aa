"""``--cluster`` where no cluster is: what is missing, who does not answer. benchmarks/cluster.py runs real ones."""

from __future__ import annotations

import contextlib
import os
import sys
import types

import pytest

pytest.importorskip("onnx")

from jetdoctor.batch import cluster  # noqa: E402
from jetdoctor.cli import main  # noqa: E402
from jetdoctor.types import JetdoctorError, UsageError  # noqa: E402

MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "models")


class Client:
    """A Dask client: ``fails`` says at which step it raises."""

    fails = ""

    def __init__(self, address, timeout):
        if self.fails == "connect":
            raise OSError("timed out\nafter %d s" % timeout)

    def wait_for_workers(self, count, timeout):
        if self.fails == "workers":
            raise TimeoutError

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def parallel():
    if Client.fails == "work":
        raise RuntimeError("a worker is gone")
    return lambda work: [function(*arguments) for function, arguments in work]


@pytest.fixture(autouse=True)
def packages(monkeypatch):
    """Stand-ins for joblib and distributed that do the work here."""
    joblib, distributed = types.ModuleType("joblib"), types.ModuleType("distributed")
    joblib.delayed = lambda function: lambda *arguments: (function, arguments)
    joblib.Parallel = parallel
    joblib.parallel_config = lambda *args, **more: contextlib.nullcontext()
    distributed.Client = Client
    monkeypatch.setitem(sys.modules, "joblib", joblib)
    monkeypatch.setitem(sys.modules, "distributed", distributed)
    monkeypatch.setattr(Client, "fails", "")


def test_the_work_is_done_in_order():
    paths = ["m%d" % number for number in range(40)]
    assert list(cluster.on_cluster("dask://host:1", paths, lambda path: (path,))) == [(path,) for path in paths]


@pytest.mark.parametrize(
    "step, said",
    [
        ("connect", "no Dask scheduler answers at host:1: timed out after 10 s"),
        ("workers", "the Dask cluster at host:1 has no worker within 60 s: TimeoutError"),
        ("work", "the cluster dask://host:1 failed: RuntimeError: a worker is gone"),
    ],
)
def test_a_cluster_that_does_not_do_it(monkeypatch, capsys, step, said):
    monkeypatch.setattr(Client, "fails", step)
    with pytest.raises(JetdoctorError) as told:
        list(cluster.on_cluster("dask://host:1", ["m"], lambda path: ()))
    assert str(told.value) == said
    assert main(["check", MODELS, "-t", "jp6.2", "--cluster", "dask://host:1"]) == 3
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("package, url", [("joblib", "dask://h:1"), ("distributed", "dask://h:1"), ("ray", "ray://h:1")])
def test_a_package_that_is_missing(monkeypatch, package, url):
    monkeypatch.setitem(sys.modules, package, None)
    said = r"needs .*%s.*: pip install 'jetdoctor\[%s\]'" % (package, url.partition(":")[0])
    with pytest.raises(UsageError, match=said):
        list(cluster.on_cluster(url, ["m"], lambda path: ()))


@pytest.mark.parametrize("url", ["host:8786", "dask:/host", "spark://host:1", "dask://"])
def test_an_address_that_is_none(url):
    with pytest.raises(UsageError, match="write dask://HOST:PORT or ray://HOST:PORT"):
        list(cluster.on_cluster(url, ["m"], lambda path: ()))
