"""``check s3://...`` with a real S3 server on this machine: python -m pytest tests/with_s3.py.

Needs moto[server] and s3fs; .ci/run brings them.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys

import pytest

boto3 = pytest.importorskip("boto3")
pytest.importorskip("s3fs")
moto = pytest.importorskip("moto.server")

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = sorted(glob.glob(os.path.join(ROOT, "fixtures", "models", "*.onnx")))


@pytest.fixture(scope="module")
def environment():
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = "http://%s:%d" % (host, port)
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_bucket(Bucket="nets")
    for path in MODELS:
        client.upload_file(path, "nets", "models/" + os.path.basename(path))
    yield dict(os.environ, FSSPEC_S3=json.dumps({"endpoint_url": address}), PYTHONPATH=ROOT, **keys)
    server.stop()


def check(environment, folder, *arguments):
    command = [sys.executable, "-m", "jetdoctor", "check", *arguments, "-t", "jp5.0.2", "--format", "json"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=str(folder))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_report_is_that_of_the_files(environment, tmp_path, jobs):
    os.symlink(os.path.join(ROOT, "fixtures", "models"), str(tmp_path / "models"))
    there = check(environment, tmp_path, "s3://nets/models/", "-j", jobs)
    here = check(environment, tmp_path, "models")
    assert there.returncode == here.returncode == 1, there.stderr
    assert len(json.loads(there.stdout)["results"]) == len(MODELS)
    for path in MODELS:  # commands name the file alone
        name = os.path.basename(path)
        here.stdout = here.stdout.replace("models/" + name, name)
        there.stdout = there.stdout.replace("s3://nets/models/" + name, name)
    assert there.stdout == here.stdout


def test_what_is_not_there(environment, tmp_path):
    done = check(environment, tmp_path, "s3://nets/none.onnx", "s3://nobody/none.onnx", "s3://nets/models/gap*.onnx")
    results = json.loads(done.stdout)["results"]
    assert done.returncode == 2 and [r["verdict"] == "unreadable" for r in results] == [True, True, False, False]
