"""How far two outputs may lie apart and still count as equal, by element type and precision.

An element passes when ``|candidate - reference| <= rtol * |reference| + atol * scale``, where scale is
the largest finite magnitude in that reference output: rounding noise of a sum follows the size of its
terms, not of its result, so that a small element beside large ones carries the large ones' noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict


@dataclass(frozen=True)
class Tolerance:
    """``rtol`` and ``atol`` as in the module's formula; ``cosine`` is the least cosine similarity."""

    rtol: float = 0.0
    atol: float = 0.0
    cosine: float = -1.0
    why: str = ""


EXACT = Tolerance(why="integers, booleans and strings must be exact")

#: By element type of the output, when both sides compute in that type.
BY_DTYPE: Dict[str, Tolerance] = {
    "float64": Tolerance(1e-9, 1e-11, why="2^-53 = 1.1e-16, with 5 digits for long sums"),
    "float32": Tolerance(1e-4, 1e-5, why="2^-24 = 6e-8; long sums in another order lose 2 to 3 digits"),
    "float16": Tolerance(1e-2, 2e-3, why="2^-11 = 4.9e-4: a few roundings of single operators"),
    "bfloat16": Tolerance(5e-2, 1.6e-2, why="2^-8 = 3.9e-3: a few roundings of single operators"),
}

#: By the precision that an engine computes in, whatever type its outputs have.
BY_PRECISION: Dict[str, Tolerance] = {
    "fp32": Tolerance(1e-3, 1e-4, why="other kernels, other order of summation; TF32 must be off (10 bits)"),
    "tf32": Tolerance(1e-2, 2e-3, why="TF32 keeps 10 bits of mantissa, as half does"),
    "fp16": Tolerance(1e-2, 1e-2, why="2^-11 per layer, through some dozens of layers"),
    "bf16": Tolerance(5e-2, 5e-2, why="2^-8 per layer, through some dozens of layers"),
    "int8": Tolerance(0.1, 0.1, cosine=0.98, why="256 steps per tensor: one step is 0.4 % of the range"),
}


def for_dtype(name: str) -> Tolerance:
    """Tolerance of an element type by its numpy name; exact for everything that is not a float."""
    if name.startswith("float8"):
        return Tolerance(0.25, 0.1, why="3 or 2 bits of mantissa")
    if name.startswith("complex"):
        return BY_DTYPE["float32" if name == "complex64" else "float64"]
    return BY_DTYPE.get(name, EXACT)
