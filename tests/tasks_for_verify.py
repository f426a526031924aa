"""Tasks that the tests run in a child."""

import os
import time

from jetdoctor.types import UsageError


def double(job, folder):
    return {"doubled": 2 * job["number"]}


def die(job, folder):
    if job["way"] == "abort":
        os.abort()
    if job["way"] == "exit":
        os._exit(5)
    time.sleep(300)


def complain(job, folder):
    raise UsageError("one clear line")


def litter(job, folder):
    import tempfile

    handle, path = tempfile.mkstemp()
    os.close(handle)
    return {"path": path}
