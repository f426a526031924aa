"""Kinds of ONNX attributes by name, so that a damaged one is read as parsers read it: as not given.

From the operator schemas of onnx 1.23, every version of every operator of the default domain: there a name has
one kind wherever it occurs, but for those listed twice.
"""

from __future__ import annotations

from typing import Dict, FrozenSet, Tuple

#: AttributeProto.AttributeType (onnx.proto; stable).
FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS, TENSORS, GRAPHS = range(1, 11)

_NAMES: Tuple[Tuple[int, str], ...] = (
    (
        STRING,
        "approximate auto_pad case_change_action coordinate_transformation_mode delimiter direction equation"
        " keep_aspect_ratio_policy locale mode nearest_mode padding_mode pattern pixel_format reduction round_mode to"
        " update_rule value_string",
    ),
    (FLOATS, "activation_alpha activation_beta scales value_floats weights"),
    (STRINGS, "activations pool_strings stopwords value_strings"),
    (
        INT,
        "align_corners allowzero antialias axis batch_axis batch_dims block_size blocksize broadcast ceil_mode"
        " center_point_box chunk_size count_include_pad detect_negative detect_positive dtype end exclude_outside"
        " exclusive fmod group hidden_size ignore_index input_forget interleaved inverse is_case_sensitive is_causal"
        " is_test k keepdims kv_num_heads largest layout left_window_size linear_before_reset max_gram_length"
        " max_skip_count maxsplit min_gram_length new_axis noop_with_empty_axes num_groups num_heads num_outputs"
        " num_scan_inputs offset_group onesided output_datatype output_dtype output_height output_sequence"
        " output_width periodic precision q_num_heads qk_matmul_output_mode reverse right_window_size"
        " rotary_embedding_dim sample_size sampling_ratio saturate seed select_last_index size softmax_precision"
        " sorted spatial start stash_type storage_order time_axis to training_mode transA transB upper value_int",
    ),
    (
        FLOAT,
        "alpha beta bias clip cubic_coeff_a epsilon extrapolation_value gamma height_scale high lambd low max mean"
        " min momentum ratio scale seed softcap spatial_scale value value_float width_scale",
    ),
    (
        INTS,
        "axes consumed_inputs dilations directions ends kernel_shape ngram_counts ngram_indexes output_padding"
        " output_shape paddings pads perm pool_int64s pooled_shape scan_input_axes scan_input_directions"
        " scan_output_axes scan_output_directions shape split starts strides value_ints",
    ),
    (GRAPH, "body else_branch then_branch"),
    (TENSOR, "value"),
)

#: Attribute name -> the kinds that ONNX knows it in; names that are missing are not ONNX's.
KINDS: Dict[str, FrozenSet[int]] = {}
for _kind, _names in _NAMES:
    for _name in _names.split():
        KINDS[_name] = KINDS.get(_name, frozenset()) | {_kind}
