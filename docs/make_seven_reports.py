"""Write docs/seven-reports.md by running every command in it: python3 docs/make_seven_reports.py"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

HEAD = """# Seven reports, told end to end

Each report: what people saw on a board or in a log, what jetdoctor says before anything is built, the fix, its proof.
`python3 docs/make_seven_reports.py` runs every command and writes its output into this page. The models are the
smallest that show the problem, from the case files in `fixtures/rules/`. No engine was built for this page: "proof"
means ONNX Runtime before and after. Only the board itself can confirm it (`jetdoctor verify --ssh`).
"""

#: Depthwise Conv and Swish with Q/DQ in front of the full Conv before it alone.
LEFT_OUT = """<ir_version: 7, opset_import: ["" : 13]>
g (float[1,4,4,4] x) => (float[1,4,4,4] y)
<float[4,1,1,1] w = {1,1,1,1}>
{
  c = Conv <kernel_shape = [1, 1], group = 4> (x, w)
  s = Sigmoid (c)
  y = Mul (c, s)
}"""

Story = Tuple[str, str, Dict[str, Tuple[str, str]], Sequence[str], str]

#: title, what was reported, models by file name (rule and case, or the text), commands, what follows from it.
STORIES: List[Story] = [
    (
        "Two CumSum become one",
        "After an update from TensorRT 10.7 a model lost accuracy, and no log mentions it. Two threads "
        "([TensorRT#4551](https://github.com/NVIDIA/TensorRT/issues/4551), "
        "[#4513](https://github.com/NVIDIA/TensorRT/issues/4513)) found the cause: since 10.8, two CumSum "
        "layers on one tensor both run along the axis of one of them. DETR computes its position encodings "
        "this way.",
        {
            "cumsum.onnx": ("JD620", "two CumSum of one tensor on different axes, 10.11"),
        },
        (
            "check cumsum.onnx -t tensorrt-10.11",
            "fix cumsum.onnx -t tensorrt-10.11 -o cumsum.fixed.onnx",
        ),
        "A CumSum is a product with a triangular matrix of ones, and the fix writes one of them as such. ONNX "
        "Runtime computes the same before and after.",
    ),
    (
        "GroupNormalization with one group normalizes each channel",
        "[TensorRT#4756](https://github.com/NVIDIA/TensorRT/issues/4756): on 10.16, which JetPack 7.2 ships, "
        "GroupNormalization with `num_groups=1` gives the result of InstanceNormalization, without a message. A "
        "[pull request](https://github.com/onnx/onnx-tensorrt/pull/1052) names the line in the importer.",
        {
            "groupnorm.onnx": ("JD356", ""),
        },
        (
            "check groupnorm.onnx -t jetpack-7.2",
            "fix groupnorm.onnx -t jetpack-7.2 -o groupnorm.fixed.onnx",
        ),
        "The fix joins the channels of a group, normalizes them as one instance and scales the result, as ONNX "
        "defines the operator.",
    ),
    (
        "GridSample since 10.14",
        "[TensorRT#4813](https://github.com/NVIDIA/TensorRT/issues/4813): a detector with deformable "
        "attention is exact on 10.13.3 and loses a third of its recall on 11.1; "
        "according to [pytorch/TensorRT#4074](https://github.com/pytorch/TensorRT/issues/4074) it began with "
        "10.14.1. The build prints no warning.",
        {
            "gridsample.onnx": ("JD620", "GridSample in 10.16"),
        },
        (
            "check gridsample.onnx -t jetpack-7.2",
            "fix gridsample.onnx -t jetpack-7.2 -o gridsample.fixed.onnx --select JD620",
        ),
        "This is a warning, not an error: nobody knows which sizes are safe, and the outputs of some models are "
        "right. Compare them first (`jetdoctor verify MODEL --ssh USER@HOST`); the rewrite is slower than the "
        "layer.",
    ),
    (
        "If, Transpose, Resize",
        "[TensorRT#4846](https://github.com/NVIDIA/TensorRT/issues/4846): with open sizes, TensorRT 11.1 and "
        "11.2 compute a cubic Resize behind a Transpose of an If wrongly. Each of the three alone is right.",
        {
            "resize.onnx": ("JD620", "If, Transpose, Resize at open sizes"),
            "moved.onnx": ("JD620", "the Transpose before the If"),
        },
        (
            "check resize.onnx -t tensorrt-11.1",
            "check moved.onnx -t tensorrt-11.1",
            "verify moved.onnx --reference resize.onnx --backend onnxruntime",
        ),
        "The thread's solution, a Transpose before the If, changes the exporting code. The last command shows "
        "that nothing else changes.",
    ),
    (
        "A quantized depthwise Conv with Swish has no kernel",
        "[TensorRT#3385](https://github.com/NVIDIA/TensorRT/issues/3385), AGX Orin with JetPack 5.1.2: `Could "
        "not find any implementation for node w + node_of_dqconv.dwconv + PWN(node_of_swish.sigmoid, "
        "node_of_swish.mul)`, after minutes of building. The reporter tried the neighbors: a full Conv with "
        "Swish builds, a depthwise one with Relu builds.",
        {
            "depthwise.onnx": ("JD621", "a quantized depthwise Conv and Swish"),
            "left_out.onnx": ("", LEFT_OUT),
        },
        (
            "check depthwise.onnx -t agx-orin@jetpack-5.1.2",
            "check left_out.onnx -t agx-orin@jetpack-5.1.2",
        ),
        "No rewrite can be safe here: which layers are quantized is a decision about accuracy. With this Conv "
        "excluded in the quantizer the model builds, at little cost: depthwise convolutions are limited by "
        "memory, not by arithmetic.",
    ),
    (
        "DLA takes nothing of a model with an open batch",
        "[TensorRT#4413](https://github.com/NVIDIA/TensorRT/issues/4413) and "
        "[mmdeploy#1063](https://github.com/open-mmlab/mmdeploy/issues/1063): `DLA requests all profiles have "
        "same min, max, and opt value. All dla layers are falling back to GPU`. The static export of the same "
        "model runs on the DLA.",
        {
            "open.onnx": ("JD704", "an open batch"),
        },
        (
            "check open.onnx -t agx-orin@jetpack-6.2 --dla --precision fp16",
            "fix open.onnx -t agx-orin@jetpack-6.2 --freeze x=4x3x8x8 -o batch4.onnx",
            "check batch4.onnx -t agx-orin@jetpack-6.2 --dla --precision fp16",
        ),
        "Build one engine per batch size. JD702 reports, for each cause, what else stays on the GPU and what "
        "would move it to the DLA.",
    ),
    (
        "A module that TensorRT does not know",
        "[TensorRT#1866](https://github.com/NVIDIA/TensorRT/issues/1866): on a Xavier NX with 16 GB and "
        "JetPack 4.6.2 every build ends with `Unknown embedded device detected. Please update the table with "
        "the entry`, whatever the model.",
        {
            "any.onnx": ("JD622", "a Xavier NX 16 GB with 8.2.1"),
        },
        (
            "check any.onnx -t xavier-nx-16gb@jetpack-4.6.2",
            "check any.onnx -t xavier-nx@jetpack-4.6.2",
        ),
        "The table is part of libnvinfer; the next patch, 8.2.1.9, has the entry. No change of the model helps.",
    ),
]


def write_models(story: Story, folder: Path) -> None:
    """The models of a story as files."""
    import onnx

    from tests.cases import FOLDER, read_cases

    for name, (rule, text) in story[2].items():
        if rule:
            cases = read_cases(FOLDER / (rule + ".md"))
            text = next(case for case in cases if case.title == text or not text and case.fires).blocks["onnx"]
        onnx.save(onnx.parser.parse_model(text), str(folder / name))


def run(command: str) -> str:
    """What the command prints on a terminal of 80 columns, with its exit code."""
    from jetdoctor import cli

    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        code = cli.main(command.split())
    return "$ jetdoctor %s\n%s[exit %d]" % (command, shown.getvalue().rstrip("\n") + "\n", code)


def section(number: int, story: Story) -> str:
    """One report as Markdown; commands run in a folder of their own."""
    title, reported, _, commands, after = story
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        write_models(story, Path(folder))
        os.chdir(folder)
        try:
            shown = ["```console\n%s\n```" % run(command) for command in commands]
        finally:
            os.chdir(here)
    return "\n\n".join(["## %d. %s" % (number, title), reported, *shown, after])


def page() -> str:
    os.environ.update(COLUMNS="80", NO_COLOR="1")
    parts = [section(number, story) for number, story in enumerate(STORIES, 1)]
    return HEAD + "\n" + "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (HERE / "seven-reports.md").write_text(page(), encoding="utf-8")
