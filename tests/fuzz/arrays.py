"""Changed archives of arrays: zip files that open, whose entries claim other types and sizes than they have."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any, Dict, Sequence

_TYPES = ("<f4", ">f4", "<f8", "<i8", "|u1", "|b1", "|O", "|V7", "<U3", "<m8[ns]", "<f4,<i4", "nonsense", "")
_SIZES = (0, 1, 2, 3, 32, -1, 1 << 31, 1 << 40, 1 << 62, 1 << 63, 1.5, "32", None, True)
_NAMES = ("image", "images", "", "../x", "/etc/x", "a" * 300, "\u202e", "image.npy", "x\x1b[31m")


def changed_npz(data: bytes, steps: Sequence[Any]) -> bytes:
    """The archive with an array that cannot be used, after one change for each ``random.Random`` of ``steps``."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    entries["image.npy"] = _entry(steps[0])  # one that fits costs a run of the model
    for random in steps:
        _change(entries, random)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, entry in entries.items():
            archive.writestr(name, entry)
    return buffer.getvalue()


def _change(entries: Dict[str, bytes], random: Any) -> None:
    name = random.choice(sorted(entries)) if entries else "image.npy"
    way = random.choice(("header", "header", "header", "name", "another", "length"))
    if way == "header":
        entries[name] = _entry(random)
    elif way == "name" and entries:
        entries[random.choice(_NAMES) + random.choice((".npy", "x"))] = entries.pop(name)
    elif way == "another":
        entries["%s.npy" % random.choice(_NAMES)] = entries.get(name) or _entry(random)
    else:
        entries[name] = entries.get(name, b"") + bytes(random.choice((1, 4, 1000)))


def _entry(random: Any) -> bytes:
    """An array by its header (NEP 1), with data that fit the model's input."""
    odd = tuple(random.choice((1, 3, 32, *_SIZES)) for _ in range(random.randrange(6)))
    fits = random.random() < 0.5
    shape, types = ((1, 3, 32, 32), _TYPES[1:]) if fits else (odd, _TYPES)
    head = {"descr": random.choice(types), "fortran_order": random.choice((False, True, 7)), "shape": shape}
    if random.random() < 0.1:
        head.pop(random.choice(sorted(head)))
    text = repr(head).encode() + b"\n"
    version = random.choice((1, 1, 1, 2, 3, 9))
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + bytes(random.choice((1, 0)) * 4 * 3 * 32 * 32)
