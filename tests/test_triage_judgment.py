"""Triage judges: how a log ended, what the release has, what model and device confirm, what it asks for."""

from __future__ import annotations

import pytest

from jetdoctor.target import resolve
from jetdoctor.triage import lines_of, read, triage, weighed
from jetdoctor.triage.masks import masked
from jetdoctor.triage.prefixes import split
from jetdoctor.triage.signatures import book, entries
from jetdoctor.types import Finding, Location

MISSING = """[E] [TRT] ModelImporter.cpp:726: While parsing node number 3 [%s -> "out"]:
[E] [TRT] ModelImporter.cpp:732: ERROR: builtin_op_importers.cpp:5428 In function importFallbackPluginImporter:
[8] Assertion failed: creator && "Plugin not found, are the plugin name, version, and namespace correct?"
&&&& FAILED TensorRT.trtexec [TensorRT v%s] # trtexec --onnx=net.onnx"""


def best(text, **options):
    return triage(text, **options)[0]


def test_prefixes_of_the_loggers():
    wanted = {
        "[11/28/2023-15:47:38] [E] [TRT] 2: it": ("error", "tensorrt", "2: it"),
        "[TRT] [W] it": ("warning", "tensorrt", "it"),
        "[TensorRT] ERROR: it": ("error", "tensorrt", "it"),
        "[2020-07-14 10:29:28   ERROR] it": ("error", "tensorrt", "it"),
        "2024-01-01 10:00:00.123456789 [E:onnxruntime:Default, a.cc:1 F] it": ("error", "onnxruntime", "it"),
        "E0320 10:11:12.123456 1 model_lifecycle.cc:621] it": ("error", "triton", "it"),
        "0:00:02.1  12  0x55d5 WARN  nvinfer gstnvinfer.cpp:676:f:<g> it": ("warning", "deepstream", "it"),
        "[component_container_mt-1] 2023-09-15 14:33:11.362 ERROR gxf/std/a.cpp@104: it": ("error", "ros", "it"),
        "[ 1234.567890] it": ("", "kernel", "it"),
        "Nov 28 12:00:00 host kernel: it": ("", "kernel", "it"),
        "#12 3.456 it": ("", "docker", "it"),
        "[!] it": ("error", "polygraphy", "it"),
        "E   ImportError: it": ("", "pytest", "ImportError: it"),
        "plain words": ("", "", "plain words"),
    }
    assert {text: (p.severity, p.component, p.body) for text, p in ((t, split(t)) for t in wanted)} == wanted


def test_names_are_masked_and_libraries_stay():
    assert masked("Invalid Node - /head/TopK_2 in /home/me/fp16_nan.onnx") == "Invalid Node - <name> in <file>.onnx"
    assert masked("{ForeignNode[Transpose_3...GridSample_7]}") == "{ForeignNode[<name>]}"
    kept = "/usr/lib/libnvinfer.so.10: undefined symbol Q/DQ and/or version GLIBC_2.28 missing in a/b.cpp:12"
    assert masked(kept) == kept


def test_a_word_in_a_name_is_no_evidence():
    text = "[E] Error[10]: Could not find any implementation for node {ForeignNode[/TopK...GridSample_7]}."
    assert best(text).category == "no-implementation"


def test_the_source_that_a_traceback_quotes_is_no_evidence():
    frame = '  File "/usr/lib/python3/dist-packages/torch/onnx/utils.py", line 91, in export\n'
    assert not triage(frame + "    use_external_data_format=use_external_data_format)")
    assert triage(frame + "RuntimeError: CUDA error: out of memory")[0].category == "out-of-memory"
    assert triage("RuntimeError: use_external_data_format")[0].category == "external-data-2gb"


@pytest.mark.parametrize(
    "line, category",
    [
        ("段错误 (核心已转储)", "internal-error"),
        ("Speicherzugriffsfehler (Speicherabzug geschrieben)", "internal-error"),
        ("已杀死", "out-of-memory"),
        ("cp: libcudnn.so.8 : Aucun espace disponible sur le périphérique", "disk-full"),
    ],
)
def test_shells_and_libraries_speak_other_languages(line, category):
    assert triage(line)[0].category == category


def test_a_hint_that_is_a_warning_does_not_hide_the_error():
    hint = "[W] [TRT] Calibrator won't be used in explicit precision mode. Use quantization aware training\n"
    error = "[E] Error[10]: Could not find any implementation for node Conv_7.\n"
    assert triage(hint + error)[0].category == "no-implementation"
    assert triage(hint)[0].category == "int8-calibration"


def test_a_log_that_ended_well_has_remarks_only():
    text = "[W] [TRT] Skipping tactic 4 due to insufficient memory on requested size of 66048 detected.\n"
    done = read(text + "[I] [TRT] Engine generation completed in 31.7 seconds.")
    assert (done.diagnoses, done.outcome) == ((), "succeeded")
    assert [(r.category, r.confidence) for r in done.remarks] == [("out-of-memory", "low")]
    assert best(text).category == "out-of-memory"
    then = "[I] Engine built in 3 sec.\nTraceback (most recent call last):\nImportError: No module named 'tensorrt'"
    failed = read(text + then)
    assert failed.diagnoses[0].category == "python-bindings" and failed.outcome == "failed"


def test_a_script_that_goes_on_after_a_failed_parse_succeeds_in_nothing():
    text = "[TRT] [E] If_5_OutputLayer: IIfConditionalOutputLayer inputs must have the same shape.\n"
    text += "Completed parsing of ONNX file\n[TRT] [E] 4: [network.cpp] (Network must have at least one output)"
    found = read(text)
    assert [d.category for d in found.diagnoses] == ["if-loop"] and found.follow == 1


def test_outcome_stage_and_tool():
    found = read("&&&& RUNNING TensorRT.trtexec [TensorRT v8602] # trtexec --onnx=a.onnx\nBuilding engine\nKilled")
    assert (found.outcome, found.stage, found.tool, found.tensorrt) == ("killed", "build", "trtexec", "8.6.2")
    assert best("[TRT] [I] Loaded engine size: 14 MiB\nSegmentation fault").category == "engine-device-mismatch"
    assert best("[I] Start parsing network model.\nSegmentation fault").category == "internal-error"
    document = read("E0320 10:11:12.1 1 a.cc:1] CUDA out of memory").to_json()
    assert document["log"]["tool"] == "triton" and "tool" not in document
    assert document["diagnoses"][0]["tool"] == "triton"


def test_an_operator_that_the_release_has_is_not_missing():
    foreign = best(MISSING % ("GridSample", "8503"))
    assert foreign.category == "library-mix" and "upgrade" not in (foreign.cause + foreign.fix).lower()
    missing = best(MISSING % ("GridSample", "8201"))
    assert (missing.category, missing.rule) == ("gridsample", "JD301") and "TensorRT 8.5" in missing.fix
    norm = best(MISSING % ("LayerNormalization", "8502"))
    assert "jetdoctor fix net.onnx --target tensorrt-8.5.2 --apply" in norm.fix and "opset 16" in norm.fix
    assert best(MISSING % ("YoloLayer_TRT", "8502")).category == "plugin-not-found"


def test_no_upgrade_to_what_the_log_already_shows():
    line = "[E] [checkSanity.cpp::checkLinks::218] Error Code 2: Internal Error (Assertion item.second failed."
    assert "TensorRT 10.7 or later" in best(line).fix
    assert "or later" not in best("TensorRT version: 10.13.3\n" + line).fix


def test_no_kernel_before_too_little_memory_is_too_little_memory():
    memory = "[W] [TRT] Tactic Device request: 143MB Available: 112MB. Device memory is insufficient to use tactic.\n"
    found = best(memory + "[E] Error Code 10: Internal Error (Could not find any implementation for node a.)")
    assert found.category == "out-of-memory"


def test_python_of_the_log_against_its_jetpack():
    text = "Python 3.11.4\n# R36 (release), REVISION: 4.3\nModuleNotFoundError: No module named 'tensorrt'"
    found = best(text)
    assert found.confidence == "high" and "Python 3.10" in found.cause
    assert "No module named" in best("Python 3.10.12\nJetPack 6.1\nNo module named 'tensorrt'").line


def finding(rule, **options):
    return Finding(rule=rule, name="x", severity="error", outcome="rejected", message="m", **options)


def test_model_and_device_confirm_or_refute():
    line = "IShuffleLayer view: reshape changes volume. Reshaping [1,1,1,1] to [1,1280]."
    found = read(line, target=resolve("jetpack-5.0.2")[0])
    sure = weighed(found, model=[finding("JD204", location=Location(node_name="mean", op_type="ReduceMean"))])
    assert sure.diagnoses[0].confidence == "high" and "confirmed: jetdoctor check" in sure.diagnoses[0].evidence
    doubted = weighed(found, model=[]).diagnoses[0]
    assert doubted.confidence == "medium" and doubted.evidence.startswith("not confirmed")
    bindings = read("No module named 'tensorrt'")
    assert weighed(bindings, device=[finding("JD106")]).diagnoses[0].confidence == "high"
    other = weighed(read("TensorRT version: 8.6.1\nKilled"), device=[], board="10.3.0")
    assert any("another board" in ask for ask in other.asks)


def test_a_known_fault_of_the_builder_confirms_what_the_builder_says():
    found = read("[E] Error Code 10: Internal Error (Could not find any implementation for node Conv_1 + PWN(a).)")
    assert weighed(found, model=[finding("JD622")]).diagnoses[0].rule == "JD622"


def test_what_would_make_it_surer():
    found = read("[E] [TRT] 1: [codeGenerator.cpp::compileGraph::894] Error Code 1: Myelin (No Myelin Error exists)")
    asks = " ".join(found.asks)
    assert "paste the lines before" in asks and "-t jetpack-X" in asks and "--model" in asks
    assert read("hello").asks and not read("No module named 'numpy._core'").asks


def test_a_rule_foretells_its_lines():
    assert "attribute not found: allowzero" in [line.lower() for line in lines_of("JD202")]
    assert any("no module named tensorrt" in line for line in lines_of("JD106"))
    assert lines_of("JD999") == ()


def test_each_rule_that_entries_name_is_led_back_to():
    """Messages of facts need their operator around them: see test_no_message_of_a_fact_is_unknown."""
    named = {e.get("rule", book().categories[e["category"]]["rule"]) for e in entries()} - {None}
    lost = []
    for rule in sorted(named):
        texts = ["[E] " + line.replace(" ... ", " x ") for line in lines_of(rule)]
        if not any(rule == found.rule for text in texts for found in triage(text)):
            lost.append(rule)
    assert len(named) > 30 and not lost


def test_what_one_line_cannot_tell_its_surroundings_tell():
    """Public reports whose only quoted line stands in reports of other causes too (NVIDIA/TensorRT 3847, 1703, ...)."""
    trtexec = "\n&&&& FAILED TensorRT.trtexec [TensorRT v8502] # trtexec --onnx=a.onnx --int8 "
    no_kernel = "Error Code 10: Internal Error (Could not find any implementation for node {ForeignNode[/a/Conv]}"
    assert best(no_kernel).category == "no-implementation"
    assert best(no_kernel + trtexec + "--useDLACore=0").category == "dla"
    memory = "terminate called after throwing an instance of 'std::bad_alloc'"
    assert best(memory + trtexec).category == "out-of-memory"
    assert best(memory + trtexec + "--calib=calib.cache").category == "int8-calibration"
    wrong_type = "[8] Found invalid input type of INT32"
    assert best(wrong_type).category == "dtype"
    assert best('[E] [TRT] While parsing node number 3 [TopK -> "out"]:\n' + wrong_type).category == "topk"
    printed = '[TRT] [E] ModelImporter.cpp:774: --- Begin node ---\nname: "If_380"\nop_type: "If"'
    assert best(printed).category == "if-loop" and not triage('node {\n  name: "If_380"\n  op_type: "If"\n}')


def test_a_cdi_specification_that_names_what_is_gone():
    """As podman with runc prints it when it was tried."""
    line = "Error: runc: runc create failed: unable to start container process: error during container init: "
    line += 'error mounting "/usr/lib/libcuda.gone" to rootfs at "/opt/libcuda.so.1.1": stat /usr/lib/libcuda.gone: '
    found = best(line + "no such file or directory: OCI runtime attempted to invoke a command that was not found")
    assert (found.category, found.rule) == ("container-host-mismatch", "JD140") and "cdi generate" in found.fix


CORRUPT = "[E] The engine plan file is not compatible with this version of TensorRT, expecting 8.4.1 got 8.5.2"


def test_an_earlier_error_that_nobody_knows_is_a_reason_to_doubt():
    unknown = "[E] the flux capacitor is empty"
    sure = triage(CORRUPT)[0]
    assert sure.confidence == "high" and not read(CORRUPT).asks
    doubted = read(unknown + "\n" + CORRUPT)
    assert doubted.diagnoses[0].category == sure.category and doubted.diagnoses[0].confidence == "medium"
    assert "line 1" in doubted.asks[0]


@pytest.mark.parametrize(
    "before",
    [
        "[I] the flux capacitor is empty", "[W] the flux capacitor is empty",
        "[E] ModelImporter.cpp:773: While parsing node number 3 [Conv -> out]:", "[E] In function importModel:",
        "[E] expecting 8.4.1 got 8.5.2",
        "[E] the flux capacitor is empty\n&&&& PASSED TensorRT.trtexec",
    ],
)  # fmt: skip
def test_what_is_no_error_of_its_own_raises_no_doubt(before):
    assert triage(before + "\n" + CORRUPT)[0].confidence == "high"


def test_what_is_asked_for_fits_the_program():
    assert read("make[2]: it went wrong").asks == ("give the whole output of the program, from its first line",)
    assert "trtexec --verbose" in read("it went wrong").asks[0]


def test_a_warning_does_not_name_what_failed_after_it():
    warning = "[W] [TRT] Dynamic dimensions required for input: images, but no shapes were provided."
    assert triage(warning)[0].confidence == "high"
    assert triage(warning + "\n[E] the flux capacitor is empty")[0].confidence == "medium"
