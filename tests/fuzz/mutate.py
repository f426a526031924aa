"""Changed inputs: bytes of the corpus cut, doubled, flipped and spliced, as hypothesis draws them."""

from __future__ import annotations

from typing import Any, Sequence

from hypothesis import strategies

#: bytes and words that break parsers: lengths, varints, brackets, numbers beyond their types
_ODD = (
    b"\x00", b"\xff", b"\xff" * 9 + b"\x01", b"\x80\x80\x04", b"{", b"[" * 300, b'"', b"\n", b"-1", b"NaN", b"1e999",
    b"9" * 40, b"null", b"\\u0000", "\u202e".encode(), b"..", b"/dev/zero", b"PK\x05\x06",
)  # fmt: skip


@strategies.composite
def changed(draw: Any, corpus: Sequence[bytes]) -> bytes:
    """One of the corpus with up to six changes."""
    data = bytearray(draw(strategies.sampled_from(list(corpus))))
    for _ in range(draw(strategies.integers(0, 6))):
        place = draw(strategies.integers(0, max(0, len(data) - 1)))
        way = draw(strategies.sampled_from(("flip", "odd", "cut", "double", "random")))
        if way == "flip" and data:
            data[place] ^= 1 << draw(strategies.integers(0, 7))
        elif way == "odd":
            data[place:place] = draw(strategies.sampled_from(_ODD))
        elif way == "cut":
            del data[place : place + draw(strategies.integers(1, 64))]
        elif way == "double":
            data[place:place] = data[place : place + draw(strategies.integers(1, 256))]
        else:
            data[place : place + 8] = draw(strategies.binary(max_size=8))
    return bytes(data)
