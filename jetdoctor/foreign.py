"""Files that somebody else wrote: read only as far as is sensible, and never waited for.

A baseline, a sidecar or a snapshot has some kilobytes. What is a pipe without a writer, a device without an end, a
gigabyte, or brackets nested deeper than Python follows is refused in one line.
"""

from __future__ import annotations

import json
import os
import stat
from typing import Any

from jetdoctor.types import UsageError

#: Bytes of the largest side file that is read; real ones have kilobytes, the report of many models some megabytes.
LIMIT = 64 << 20


def require_regular(path: str, what: str) -> None:
    """UsageError when ``path`` is missing, a folder, a pipe or a device: nothing is opened."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise UsageError("%s %s does not exist" % (what, path)) from None
    except OSError as error:
        raise UsageError("%s %s cannot be read: %s" % (what, path, (error.strerror or str(error)).lower())) from None
    except ValueError as error:  # a zero byte in the name
        raise UsageError("%s %s cannot be read: %s" % (what, path, error)) from None
    if not stat.S_ISREG(mode):
        kind = "a folder: give a file" if stat.S_ISDIR(mode) else "not a regular file"
        raise UsageError("%s %s is %s" % (what, path, kind))


def is_read_only(path: str) -> bool:
    """Whether a file is not to be written: no permission, or no write bit at all, which root would not notice."""
    return not os.access(path, os.W_OK) or not os.stat(path).st_mode & 0o222


def read(path: str, what: str, limit: int = LIMIT) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes.

    ``what`` names the file's purpose in the error ("the baseline"). Raises UsageError.
    """
    require_regular(path, what)
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > limit:
                text = "%s %s has %d MiB, above the limit of %d MiB"
                raise UsageError(text % (what, path, size >> 20, limit >> 20))
            return stream.read(limit)
    except OSError as error:
        raise UsageError("%s %s cannot be read: %s" % (what, path, (error.strerror or str(error)).lower())) from None


def read_json(path: str, what: str, limit: int = LIMIT) -> Any:
    """The document in a JSON file. Raises UsageError."""
    data = read(path, what, limit)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("%s %s is not JSON: it is not text" % (what, path)) from None
    except RecursionError:
        raise UsageError("%s %s is not read: its brackets are nested too deeply" % (what, path)) from None
    except ValueError as error:  # also an integer of more digits than Python converts
        at = " (line %d)" % error.lineno if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError("%s %s is not JSON%s" % (what, path, at)) from None

