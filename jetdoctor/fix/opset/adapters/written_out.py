"""Operators that an older opset lacks, and forms of them, decomposed by their recipes."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import written_out
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

written_out("AffineGrid", affine_grid, 20)
written_out("BitShift", bits, 11)
written_out("BitwiseAnd BitwiseOr BitwiseXor BitwiseNot", bits, 18)
written_out("CastLike", arithmetic.cast_like, 15)
written_out("Celu", activations.celu, 12)
written_out("Col2Im", col2im, 18)
written_out("CumSum", cumulative_sum, 11)
written_out("DeformConv", deform_conv, 19)
written_out("Det", determinant, 11)
written_out("DFT", dft, 17)
written_out("Einsum", einsum, 12)
written_out("GatherElements", gather_elements, 11)
written_out("GatherND", gather_nd, 11)
written_out("Gelu", activations.gelu, 20)
written_out("GreaterOrEqual LessOrEqual", arithmetic.strict_or_equal, 12)
written_out("GridSample", grid_sample, 16)
written_out("GroupNormalization", normalization.group_normalization, 21, 18)
written_out("HardSwish", activations.hard_swish, 14)
written_out("IsInf", arithmetic.is_infinite, 10)
written_out("LayerNormalization", normalization.layer_normalization, 17)
written_out("Mish", activations.mish, 18)
written_out("Mod", arithmetic.integer_remainder, 10)
written_out("RMSNormalization", normalization.rms_normalization, 23)
written_out("Round", arithmetic.round_half_to_even, 11)
written_out("ScatterND", by_hits, 11)
written_out("STFT", stft, 17)
written_out("Swish", activations.swish, 24)
written_out("ThresholdedRelu", activations.thresholded_relu, 10)
written_out("Trilu", trilu, 14)
