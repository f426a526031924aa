"""Changed bytes: cut, doubled, flipped and spliced."""

from __future__ import annotations

from typing import Any, Sequence

#: bytes and words that break parsers: lengths, varints, brackets, numbers beyond their types
_ODD = (
    b"\x00", b"\xff", b"\xff" * 9 + b"\x01", b"\x80\x80\x04", b"{", b"[" * 300, b'"', b"\n", b"-1", b"NaN", b"1e999",
    b"9" * 40, b"null", b"\\u0000", "\u202e".encode(), b"..", b"/dev/zero", b"PK\x05\x06",
)  # fmt: skip


def changed(data: bytes, steps: Sequence[Any]) -> bytes:
    """The bytes after one change for each ``random.Random`` of ``steps``."""
    text = bytearray(data)
    for random in steps:
        _change(text, random)
    return bytes(text)


def _change(data: bytearray, random: Any) -> None:
    place = random.randrange(len(data)) if data else 0
    way = random.choice(("flip", "odd", "cut", "double", "random"))
    if way == "flip" and data:
        data[place] ^= 1 << random.randrange(8)
    elif way == "odd":
        data[place:place] = random.choice(_ODD)
    elif way == "cut":
        del data[place : place + random.randint(1, 64)]
    elif way == "double":
        data[place:place] = data[place : place + random.randint(1, 256)]
    else:
        data[place : place + 8] = bytes(random.randrange(256) for _ in range(random.randrange(9)))
