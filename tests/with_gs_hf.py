"""``check gs://...`` and ``hf://...`` with servers on this machine: python -m pytest tests/with_gs_hf.py.

gs:// is answered by gcp-storage-emulator (needs it and gcsfs), hf:// by a stand-in for the addresses of the hub that
huggingface_hub asks.
"""

from __future__ import annotations

import glob
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.request
from urllib.parse import unquote, urlparse

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = sorted(glob.glob(os.path.join(ROOT, "fixtures", "models", "*.onnx")))
FILES = {"nets/" + os.path.basename(path): path for path in MODELS}
COMMIT = "0" * 40


def check(environment, folder, *arguments):
    command = [sys.executable, "-m", "jetdoctor", "check", *arguments, "-t", "jp5.0.2", "--format", "json"]
    whole = dict(os.environ, PYTHONPATH=ROOT, HOME=str(folder), **environment)
    return subprocess.run(command, capture_output=True, text=True, env=whole, cwd=str(folder))


def require_the_report_of_the_files(environment, folder, url):
    os.symlink(os.path.join(ROOT, "fixtures", "models"), str(folder / "nets"))
    there, here = check(environment, folder, url, "-j", "2"), check({}, folder, "nets")
    assert there.returncode == here.returncode == 1, there.stderr
    assert len(json.loads(there.stdout)["results"]) == len(MODELS)
    for path in MODELS:  # commands name the file alone
        name = os.path.basename(path)
        here.stdout = here.stdout.replace("nets/" + name, name)
        there.stdout = there.stdout.replace(url + name, name)
    assert there.stdout == here.stdout


def verdicts(environment, folder, *urls):
    done = check(environment, folder, *urls)
    return done.returncode, [result["verdict"] for result in json.loads(done.stdout)["results"]]


# --- gs://


@pytest.fixture(scope="module")
def cloud():
    emulator = pytest.importorskip("gcp_storage_emulator.server")
    pytest.importorskip("gcsfs")
    server = emulator.create_server("127.0.0.1", 0, in_memory=True, default_bucket="shelf")
    server.start()
    address = "http://127.0.0.1:%d" % server._api._httpd.server_port
    for name, path in FILES.items():
        with open(path, "rb") as stream:
            url = "%s/upload/storage/v1/b/shelf/o?uploadType=media&name=%s" % (address, name)
            kind = {"Content-Type": "application/octet-stream"}
            urllib.request.urlopen(urllib.request.Request(url, stream.read(), kind, method="POST")).close()
    yield {"STORAGE_EMULATOR_HOST": address}
    server.stop()


def test_google_the_report_is_that_of_the_files(cloud, tmp_path):
    require_the_report_of_the_files(cloud, tmp_path, "gs://shelf/nets/")


def test_google_what_is_not_there(cloud, tmp_path):
    code, found = verdicts(cloud, tmp_path, "gs://shelf/none.onnx", "gs://shelf/nets/gap*dynamo*.onnx")
    assert (code, found) == (2, ["unreadable", "fixable"])


# --- hf://


class Hub(http.server.BaseHTTPRequestHandler):
    """The repository me/shelf with the example models."""

    def log_message(self, *_):
        pass

    def answer(self, value, status=200, **headers):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in dict({"Content-Length": str(len(data))}, **headers).items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def missing(self, kind):
        self.answer({"error": "not found"}, 404, X_Error_Code=kind)

    @staticmethod
    def entry(name):
        with open(FILES[name], "rb") as stream:
            data = stream.read()
        return {"type": "file", "oid": hashlib.sha1(data).hexdigest(), "size": len(data), "path": name}

    def do_GET(self):
        parts = unquote(urlparse(self.path).path).strip("/").split("/")
        if parts[:4] == ["api", "models", "me", "shelf"]:
            rest = parts[4:]
            if not rest or rest[0] == "revision":
                self.answer({"id": "me/shelf", "modelId": "me/shelf", "sha": COMMIT, "siblings": []})
            elif rest[0] == "tree":
                under = "/".join(rest[2:])
                names = [name for name in FILES if name.startswith(under)]
                folders = [] if under else [{"type": "directory", "oid": COMMIT, "size": 0, "path": "nets"}]
                self.answer(folders + [self.entry(name) for name in names])
            else:
                self.missing("EntryNotFound")
        elif parts[:3] == ["me", "shelf", "resolve"] and "/".join(parts[4:]) in FILES:
            with open(FILES["/".join(parts[4:])], "rb") as stream:
                self.answer(stream.read(), ETag='"%s"' % COMMIT, X_Repo_Commit=COMMIT)
        else:
            self.missing("EntryNotFound" if parts[:2] == ["me", "shelf"] else "RepoNotFound")

    do_HEAD = do_GET

    def do_POST(self):
        from urllib.parse import parse_qs

        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = json.loads(body) if body.startswith("{") else parse_qs(body)
        if not self.path.startswith("/api/models/me/shelf/paths-info/"):
            self.missing("RepoNotFound")
            return
        paths = form["paths"] if isinstance(form["paths"], list) else [form["paths"]]
        found = [self.entry(name) for name in paths if name in FILES]
        if "nets" in paths:
            found.append({"type": "directory", "oid": COMMIT, "size": 0, "path": "nets"})
        self.answer(found)


@pytest.fixture(scope="module")
def hub():
    pytest.importorskip("huggingface_hub")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"HF_ENDPOINT": "http://127.0.0.1:%d" % server.server_port, "HF_HUB_DISABLE_TELEMETRY": "1"}
    server.shutdown()


def test_hub_the_report_is_that_of_the_files(hub, tmp_path):
    require_the_report_of_the_files(hub, tmp_path, "hf://me/shelf/nets/")


def test_hub_what_is_not_there(hub, tmp_path):
    code, found = verdicts(hub, tmp_path, "hf://me/shelf/none.onnx", "hf://me/shelf/nets/gap*dynamo*.onnx")
    assert (code, found) == (2, ["unreadable", "fixable"])
