"""Which rule a derived fact row is reported under, and which fixes it asks for.

A fix request is the name of a rewrite in ``rules/rewrites/`` or ``lower_opset:N``; of those that work
the one wins that adds the fewest nodes, and of equals the first.
"""

from __future__ import annotations

#: fix id of the facts -> requests.
FIX_REQUESTS = {
    "reduce_axes_to_attribute": ["lower_opset:17", "reduce_via_reduce_sum"],
    "softmax_explicit_last_axis": ["lower_opset:12"],
    "axes_to_attribute": ["lower_opset:12"],
    "split_sizes_to_attribute": ["lower_opset:12"],
    "attention_inline": ["attention_inline"],
    "fold_constant": ["fold_constants"],
    "fold_window": ["fold_constants"],
    "fold_if": ["fold_if", "fold_constants"],
    "version_convert_up": ["raise_opset"],
    "qdq_symmetric": ["dequantise_weights", "quantised_in_float"],
    "qdq_unblock": ["dequantise_weights"],
    "qdq_int8": ["dequantise_weights", "quantised_in_float"],
    "qdq_uint8_to_int8": ["qdq_uint8_to_int8", "quantised_in_float"],
    "pad_to_concat_or_slice": ["pad_decompose"],
    "pad_wrap_to_concat": ["pad_decompose"],
    "pad_negative_to_slice": ["pad_decompose"],
    "pad_value_float_or_cast": ["pad_decompose"],
    "resize_cubic_to_linear_or_plugin": ["resize_to_matrices", "resize_at_run_time"],
    "resize_drop_antialias": ["resize_to_matrices", "resize_at_run_time"],
    "resize_normalise_modes": ["resize_to_matrices", "resize_at_run_time"],
    "resize_resolve_sizes": ["resize_to_matrices", "resize_at_run_time"],
    "resize_symmetric_to_half_pixel": ["resize_to_matrices", "resize_at_run_time"],
    "gridsample_mode_names": ["gridsample_mode_names", "lower_opset:19"],
    "scatter_reduction_rewrite": ["scatter_reduction_rewrite", "scatter_by_hits"],
    "maxpool_drop_indices": ["maxpool_drop_indices", "maxpool_indices"],
    "pow_cast_float": ["pow_cast_float"],
    "rename_or_rewrite_contrib": ["rewrite_contrib", "contrib_attention", "dequantise_weights", "quantised_in_float"],
    "bn_inference_mode": ["bn_batch_statistics", "bn_inference_mode"],
}
for _name in (
    "drop_noop_reduce noop_composite_to_elementwise hardmax_to_argmax_onehot squeeze_explicit_axes "
    "split_explicit_sizes clip_fp32_or_minmax clip_to_minmax pad_decompose "
    "pad_full_rank_pads slice_fill_axes "
    "resize_trim_inputs resize_full_rank "
    "topk_negate cast_to_float "
    "dropout_remove drop_training_outputs reshape_add_allowzero "
    "shape_then_slice cumsum_to_matmul gridsample_decompose gridsample_mode_names roialign_explicit_sampling "
    "scatter_reduction_rewrite scatternd_drop_none layernorm_decompose groupnorm_decompose "
    "instancenorm_decompose dilated_pool_rewrite maxpool_drop_indices lppool_decompose gelu_decompose "
    "isinf_decompose cast_int32 double_to_float castlike_to_cast remove_sequence qdq_int8_zero_point "
    "qdq_symmetric qdq_explicit_axis qdq_unblock qdq_int8 qdq_uint8_to_int8 dq_output_dtype_to_cast "
    "rnn_layout_transpose onehot_to_equal mod_decompose "
    "gather_wrap_indices einsum_to_matmul trilu_mask hardswish_decompose mish_decompose rmsnorm_decompose "
    "rotary_decompose tensorscatter_to_scatternd swish_decompose dft_matmul stft_conv cast_bool "
    "where_bool_to_logic equal_bool_to_xor argmax_flip constant_to_value_tensor gemm_zero_bias pow_cast_float "
    "densify inline_functions rewrite_contrib "
    "normalise_default_domain bf16_to_fp32"
).split():
    FIX_REQUESTS.setdefault(_name, [_name])

#: (operator, first word of the change) -> requests, where the facts name none or one that does not reach.
FORM_FIXES = {
    ("Celu", "introduced"): ["celu_decompose"],
    ("ReduceSum", "axes"): ["lower_opset:12"],  # its axes moved at 13, not at 18
    ("ReduceSum", "empty"): ["lower_opset:12"],
    ("Flatten", "axis"): ["flatten_to_reshape"],
    ("Flatten", "rank-1"): ["flatten_to_reshape"],
    ("MaxPool", "ceil_mode=1"): ["pool_floor_mode"],
    ("AveragePool", "ceil_mode=1"): ["pool_floor_mode"],
    ("MatMul", "rank-1"): ["matmul_vector_as_row"],
    ("Pow", "float"): ["pow_cast_float"],
    ("ConvInteger", "introduced"): ["integer_to_qdq"],
    ("DynamicQuantizeLinear", "introduced"): ["integer_to_qdq"],
    ("MatMulInteger", "introduced"): ["integer_to_qdq"],
    ("QLinearConv", "introduced"): ["integer_to_qdq"],
    ("QLinearMatMul", "introduced"): ["integer_to_qdq"],
}

_SEQUENCES = ["remove_sequence", "fold_if", "unroll_loop"]

#: operator without importer -> requests.
OPERATOR_FIXES = {
    "AffineGrid": ["affinegrid_inline"],
    "Attention": ["attention_inline"],
    "BitShift": ["arithmetic_shift", "bitwise_decompose"],
    "BitwiseAnd": ["bitwise_decompose"],
    "BitwiseNot": ["bitwise_decompose"],
    "BitwiseOr": ["bitwise_decompose"],
    "BitwiseXor": ["bitwise_decompose"],
    "BlackmanWindow": ["fold_constants"],
    "CastLike": ["castlike_to_cast"],
    "Celu": ["celu_decompose"],
    "ConcatFromSequence": _SEQUENCES,
    "Col2Im": ["col2im_to_convtranspose"],
    "ConvInteger": ["integer_to_qdq"],
    "CumSum": ["cumsum_to_matmul"],
    "DeformConv": ["deformconv_decompose"],
    "DFT": ["dft_matmul"],
    "Det": ["det_by_minors"],
    "DynamicQuantizeLinear": ["integer_to_qdq"],
    "Einsum": ["einsum_to_matmul"],
    "EyeLike": ["fold_constants", "eyelike_decompose"],
    "GatherElements": ["gatherelements_to_gather"],
    "GatherND": ["gathernd_to_gather"],
    "Gelu": ["gelu_decompose"],
    "GreaterOrEqual": ["comparison_decompose"],
    "GridSample": ["gridsample_decompose"],
    "GroupNormalization": ["groupnorm_decompose"],
    "HammingWindow": ["fold_constants"],
    "HannWindow": ["fold_constants"],
    "HardSwish": ["hardswish_decompose"],
    "Hardmax": ["hardmax_to_argmax_onehot"],
    "IsInf": ["isinf_decompose"],
    "IsNaN": ["isnan_decompose"],
    "LayerNormalization": ["layernorm_decompose"],
    "LessOrEqual": ["comparison_decompose"],
    "LpNormalization": ["lpnormalization_decompose"],
    "Optional": _SEQUENCES,
    "OptionalGetElement": _SEQUENCES,
    "OptionalHasElement": _SEQUENCES,
    "MatMulInteger": ["integer_to_qdq"],
    "MeanVarianceNormalization": ["mvn_decompose"],
    "Mish": ["mish_decompose"],
    "MaxUnpool": ["maxunpool_to_scatter"],
    "Mod": ["mod_decompose"],
    "NegativeLogLikelihoodLoss": ["loss_inline"],
    "NonZero": ["nonzero_to_where"],
    "OneHot": ["onehot_to_equal"],
    "QLinearConv": ["integer_to_qdq"],
    "QLinearMatMul": ["integer_to_qdq"],
    "RMSNormalization": ["rmsnorm_decompose"],
    "RoiAlign": ["roialign_decompose"],
    "RotaryEmbedding": ["rotary_decompose"],
    "Round": ["round_decompose"],
    "STFT": ["stft_conv"],
    "ScatterElements": ["scatter_reduction_rewrite", "scatter_to_gather", "scatter_by_hits"],
    "ScatterND": ["scatter_reduction_rewrite", "scatter_to_gather", "scatter_by_hits"],
    "SequenceAt": _SEQUENCES,
    "SequenceConstruct": _SEQUENCES,
    "SequenceEmpty": _SEQUENCES,
    "SequenceErase": _SEQUENCES,
    "SequenceInsert": _SEQUENCES,
    "SequenceLength": _SEQUENCES,
    "SequenceMap": ["remove_sequence"],
    "Shrink": ["shrink_decompose"],
    "SplitToSequence": _SEQUENCES,
    "Sign": ["sign_decompose"],
    "SoftmaxCrossEntropyLoss": ["loss_inline"],
    "Swish": ["swish_decompose"],
    "TensorScatter": ["tensorscatter_to_scatternd"],
    "Trilu": ["trilu_mask"],
    "Xor": ["xor_decompose"],
}

#: (operator or None, start of the change text) -> rule; the first that fits.
_SEMANTICS = (
    (None, "axes moved from attribute", "JD204"),
    (None, "noop_with_empty_axes=1", "JD205"),
    (None, "empty axes initializer", "JD206"),
    ("Softmax", "", "JD323"),
    ("LogSoftmax", "", "JD323"),
    ("Squeeze", "axes absent", "JD203"),
    ("Squeeze", "axes attribute", "JD204"),
    ("Unsqueeze", "axes attribute", "JD204"),
    ("Split", "", "JD208"),
    ("Clip", "FLOAT16", "JD314"),
    ("Clip", "integer types", "JD401"),
    ("Pad", "axes input", "JD311"),
    ("Pad", "non-zero constant value", "JD324"),
    ("Pad", "", "JD325"),
    ("Resize", "antialias", "JD312"),
    ("Resize", "keep_aspect", "JD313"),
    ("Resize", "mode nearest", "JD328"),
    ("Resize", "", "JD327"),
    ("TopK", "largest", "JD310"),
    ("TopK", "integer", "JD401"),
    ("BatchNormalization", "training_mode", "JD320"),
    ("BatchNormalization", "extra outputs", "JD305"),
    ("LayerNormalization", "Mean", "JD305"),
    ("MaxPool", "Indices", "JD305"),
    ("Reshape", "allowzero attribute, absent", "JD202"),
    ("Reshape", "allowzero=1", "JD213"),
    ("Shape", "", "JD207"),
    ("GridSample", "mode names", "JD315"),
    ("RoiAlign", "sampling_ratio", "JD316"),
    ("ScatterElements", "reduction", "JD317"),
    ("ScatterND", "reduction attribute add", "JD317"),
    ("ScatterND", "reduction attribute present", "JD303"),
    ("LpPool", "", "JD321"),
    ("AveragePool", "dilations", "JD303"),
    ("MaxPool", "dilations", "JD303"),
    (None, "ceil_mode=1 where", "JD210"),
    ("Flatten", "", "JD209"),
    ("MatMul", "", "JD211"),
    ("Celu", "", "JD322"),
    (None, "layout=1", "JD318"),
    ("LSTM", "input_forget", "JD303"),
    ("Loop", "Loop import", "JD326"),
    (None, "zero point omitted", "JD406"),
    (None, "non-zero zero point", "JD403"),
    (None, "axis attribute omitted", "JD404"),
    (None, "UINT8 zero point", "JD405"),
    ("QuantizeLinear", "output_dtype", "JD406"),
    (None, "block_size", "JD407"),
    (None, "int4 / uint4", "JD407"),
    (None, "INT4", "JD407"),
    (None, "float8 types", "JD407"),
    ("DequantizeLinear", "output_dtype", "JD407"),
    ("Constant", "value_int", "JD319"),
    ("Constant", "value_float", "JD303"),
    ("Constant", "sparse_value", "JD805"),
    ("ArgMax", "select_last", "JD329"),
    ("ArgMin", "select_last", "JD329"),
    ("Cast", "target", None),  # the Cast rows of restrictions.json say it to the type
    ("Cast", "DOUBLE", "JD401"),
    ("Tile", "BOOL", "JD401"),
    ("Where", "BOOL", "JD401"),
    ("Equal", "BOOL", "JD401"),
    ("Pow", "", "JD401"),
    ("Identity", "sequence", "JD804"),
    ("Gemm", "C input", "JD212"),
    ("If", "data-dependent", "JD302"),
    ("(model)", "sparse init", "JD805"),
    ("(model)", "string", "JD402"),
    ("(model)", "ONNX local", "JD801"),
    ("(model)", "custom-domain node whose", "JD802"),
    ("(model)", "custom-domain node without", "JD803"),
    ("(model)", "default domain", "JD806"),
    ("(model)", "opset below", "JD330"),
    ("(model)", "BFLOAT16", "JD402"),
    ("(model)", "UINT8", "JD402"),
)


def semantics_rule(entry, status):
    if entry["op"] == "Pad" and entry["change"].startswith("non-zero") and status == "rejects":
        return "JD325"
    for op, start, rule in _SEMANTICS:
        if op in (None, entry["op"]) and entry["change"].startswith(start):
            return rule
    return "JD306"


#: Inputs that importers count only: an empty name there is an input that is not an initializer.
_COUNTED = (("Dropout", 2), ("Pad", 2))


def restriction_rule(entry, condition, kind):
    """(rule id or None, condition, fix requests) of one restriction."""
    op, note = entry["op"], entry.get("note") or ""
    condition = dict(condition)
    if "NOT asserted" in note or "not asserted in the parser" in note or op == "(network)":
        return None, condition, []
    if op == "Resize" and condition.get("attr") == "nearest_mode" and "when" not in condition:
        condition["when"] = {"mode": "nearest"}
    guarded = {"when_attr_present", "opset_max"} & set(condition)
    if op == "Resize" and condition.get("kind") == "initializer" and not guarded:
        condition.update(when_input_absent=3, opset_min=11)
    if op == "Slice" and condition.get("kind") == "constant-foldable":
        # The parser's shape tensors know the values of weights only: axes computed from constants (an
        # Unsqueeze of a Constant, as in exported detectors) are refused, measured on 8.6 and 10.0.
        condition["kind"] = "initializer"
    counted = op in ("Conv", "ConvTranspose", "NonMaxSuppression") or (op, condition.get("input")) in _COUNTED
    if counted and condition.get("kind") == "initializer":
        condition["placeholder_is_tensor"] = True  # a "" bias is an input that is not an initializer
    if op in ("TopK", "Dropout") and "kind" in condition:
        condition["opset_min"] = 10 if op == "TopK" else 12
    if op in ("QuantizeLinear", "DequantizeLinear") and condition.get("all_equal") == 0:
        return "JD403", condition, ["qdq_uint8_to_int8", "dequantise_weights", "quantised_in_float"]
    if op in ("QuantizeLinear", "DequantizeLinear"):
        if "nb_inputs" in condition:
            return "JD406", condition, ["qdq_int8_zero_point"]
        if "kind" not in condition and "dtype" not in condition:
            return "JD407", condition, ["dequantise_weights", "quantised_in_float"]
    if op == "(graph input)":
        return "JD402", condition, ["bf16_to_fp32", "double_to_float", "narrow_input_type"]
    if op == "(initializer)":
        return "JD402", condition, ["bf16_to_fp32", "double_to_float", "unsigned_as_signed"]
    if "output_dtype" in condition:
        return "JD402", condition, ["cast_int32", "unsigned_as_signed"]
    if condition.get("kind") in ("initializer", "constant-foldable"):
        fixes = ["promote_initializer", "fold_constants"]
        special = {
            "InstanceNormalization": "instancenorm_decompose",
            "CumSum": "cumsum_to_matmul",
            "Pad": "pad_decompose",
            "Clip": "clip_to_minmax",
            "Conv": "conv_bias_to_add",
            "ConvTranspose": "conv_bias_to_add",
        }
        if kind == "forbid":
            return "JD306", condition, []  # random operators: nothing to fold
        trimmed = ["drop_placeholders"] if condition.get("placeholder_is_tensor") else []
        fixes = ["fold_if"] + fixes if op == "If" else fixes
        return "JD302", condition, fixes + trimmed + ([special[op]] if op in special else [])
    if op == "Dropout" or "output" in condition or "more_outputs_than_importer" in condition:
        return "JD305", condition, {"Dropout": ["dropout_remove"],
                                    "MaxPool": ["maxpool_drop_indices", "maxpool_indices"],
                                    "LayerNormalization": ["layernorm_decompose"],
                                    "BatchNormalization": ["bn_batch_statistics", "bn_inference_mode"]}.get(op, [])
    if op == "Resize":
        rule = {"antialias": "JD312", "keep_aspect_ratio_policy": "JD313"}.get(condition.get("attr"), "JD327")
        if "dtype" in condition:
            return "JD401", condition, ["cast_to_float"]
        return rule, condition, ["resize_to_matrices", "resize_at_run_time"]
    if op == "Pad":
        if "dtype" in condition:
            return "JD401", condition, ["cast_to_float"]
        if condition.get("input") == 3 and kind == "forbid":
            return "JD311", condition, ["pad_full_rank_pads"]
        return "JD325", condition, ["pad_decompose"]
    own = {"BatchNormalization": "JD320", "LpPool": "JD321", "Constant": "JD805", "ScatterND": None}
    if "attr" in condition and op in own and condition["attr"] != "p":
        return own[op], condition, {"BatchNormalization": ["bn_batch_statistics", "bn_inference_mode"],
                                    "LpPool": ["lppool_decompose"],
                                    "Constant": ["densify"]}.get(op, [])  # ScatterND: semantics.json says it whole
    if op == "Conv" and "attr_present" in condition:
        return "JD302", condition, ["conv_write_kernel_shape"]
    if "dtype" in condition or op == "Cast":
        return "JD401", condition, _dtype_fixes(op)
    if "attr" in condition or "pads" in condition or "both" in condition or "activations" in condition:
        return "JD303", condition, {"ScatterND": ["scatternd_drop_none", *FIX_REQUESTS["scatter_reduction_rewrite"]],
                                    "Einsum": ["einsum_to_matmul"], "MaxPool": ["dilated_pool_rewrite"],
                                    "AveragePool": ["dilated_pool_rewrite"], "LpPool": ["lppool_decompose"]}.get(op, [])
    if "opset_max" in condition or "opset_min" in condition:
        return "JD330", condition, ["raise_opset"]
    if "branch_output_names" in condition:
        return "JD212", condition, ["fold_if", "if_distinct_outputs"]
    shapes = {"Gemm": ["gemm_zero_bias"], "Trilu": ["trilu_mask"], "EyeLike": ["eyelike_decompose"],
              "ScatterElements": ["scatter_by_hits"], "GatherElements": ["gatherelements_to_gather"],
              "If": ["fold_if"]}
    return "JD212", condition, shapes.get(op, [])


def _dtype_fixes(op):
    if op in ("QuantizeLinear", "DequantizeLinear"):
        return ["dequantise_weights", "quantised_in_float"]
    special = {
        "Where": ["where_bool_to_logic"],
        "Equal": ["equal_bool_to_xor"],
        "Tile": ["cast_bool"],
        "Cast": ["cast_int32", "unsigned_as_signed"],
        "Pow": ["pow_cast_float"],
        "Sign": ["sign_decompose"],
        "Range": ["range_in_int", "range_of_integers"],
        "Mod": ["mod_decompose"],
        "Clip": ["clip_to_minmax"],
        "ArgMax": ["argmax_in_float"],
        "ArgMin": ["argmax_in_float"],
    }
    return special.get(op, []) + ["cast_bool", "cast_to_float"]
