"""Operators that an older opset lacks, and forms of them, decomposed by their recipes."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import decomposed
from jetdoctor.recipes import activations, arithmetic, normalization
from jetdoctor.recipes.affine_grid import affine_grid
from jetdoctor.recipes.bits import bits
from jetdoctor.recipes.col2im import col2im
from jetdoctor.recipes.deform_conv import deform_conv
from jetdoctor.recipes.einsum import einsum
from jetdoctor.recipes.fourier import dft, stft
from jetdoctor.recipes.gather import gather_elements, gather_nd
from jetdoctor.recipes.grid_sample import grid_sample
from jetdoctor.recipes.matrices import cumulative_sum, determinant
from jetdoctor.recipes.scatter import by_hits
from jetdoctor.recipes.triangle import trilu

decomposed("AffineGrid", affine_grid, 20)
decomposed("BitShift", bits, 11)
decomposed("BitwiseAnd BitwiseOr BitwiseXor BitwiseNot", bits, 18)
decomposed("CastLike", arithmetic.cast_like, 15)
decomposed("Celu", activations.celu, 12)
decomposed("Col2Im", col2im, 18)
decomposed("CumSum", cumulative_sum, 11)
decomposed("DeformConv", deform_conv, 19)
decomposed("Det", determinant, 11)
decomposed("DFT", dft, 17)
decomposed("Einsum", einsum, 12)
decomposed("GatherElements", gather_elements, 11)
decomposed("GatherND", gather_nd, 11)
decomposed("Gelu", activations.gelu, 20)
decomposed("GreaterOrEqual LessOrEqual", arithmetic.strict_or_equal, 12)
decomposed("GridSample", grid_sample, 16)
decomposed("GroupNormalization", normalization.group_normalization, 21, 18)
decomposed("HardSwish", activations.hard_swish, 14)
decomposed("IsInf", arithmetic.is_infinite, 10)
decomposed("LayerNormalization", normalization.layer_normalization, 17)
decomposed("Mish", activations.mish, 18)
decomposed("Mod", arithmetic.integer_remainder, 10)
decomposed("RMSNormalization", normalization.rms_normalization, 23)
decomposed("Round", arithmetic.round_half_to_even, 11)
decomposed("ScatterND", by_hits, 11)
decomposed("STFT", stft, 17)
decomposed("Swish", activations.swish, 24)
decomposed("ThresholdedRelu", activations.thresholded_relu, 10)
decomposed("Trilu", trilu, 14)
