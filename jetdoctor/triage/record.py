"""What a log says about itself: the program that wrote it, releases, board, command line, and how it ended."""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Tuple

from jetdoctor.triage.lines import Line
from jetdoctor.triage.phrases import Phrases

#: Programs by what only they print; the first in this order that is seen is the one that ran.
_TOOLS: Tuple[Tuple[str, Tuple[str, ...]], ...] = (
    ("trtexec", ("tensorrt.trtexec", " trtexec --", "/trtexec --")),
    ("polygraphy", ("polygraphy ", "[polygraphy]", "| activating ", "trt-runner", "onnxrt-runner")),
    ("deepstream", ("nvdsinfer", "gstnvinfer", "deepstream", "nvinfer_config", "nvstreammux")),
    ("triton", ("tritonserver", "model_repository_manager", "triton server", "tritonbackend", "model_lifecycle.cc")),
    ("isaac-ros", ("isaac_ros", "component_container", "nitros", "gxf/")),
    ("ultralytics", ("ultralytics", "yolo export", "export failure", "export success", "yolov8", "yolov5 ")),
    ("torch-tensorrt", ("torch-tensorrt", "torch_tensorrt")),
    ("tensorrt-llm", ("tensorrt-llm", "tensorrt_llm", "trtllm-build")),
    ("vllm", ("vllm",)),
    ("torch2trt", ("torch2trt",)),
    ("mmdeploy", ("mmdeploy",)),
    ("jetson-inference", ("jetson.inference", "jetson-inference", "detectnet --", "imagenet --", "jetson_inference")),
    ("tf2onnx", ("tf2onnx",)),
    ("onnxruntime", ("onnxruntime",)),
    ("opencv", ("cv2.error", "opencv(", "opencv_dnn", "cv::dnn")),
    ("pytest", ("= test session starts", "= short test summary", "pytest")),
    ("docker", ("docker:", "error response from daemon", "docker build", "docker run", "dockerfile:")),
    ("apt", ("apt-get", " apt ", "dpkg:", "unable to locate package", "unmet dependencies")),
    ("pip", ("pip install", "is not a supported wheel", "no matching distribution found", "building wheel for")),
    ("cmake", ("cmake error", "cmakelists.txt", "collect2:", "make[", "/usr/bin/ld:", "ninja: ")),
    ("ssh", ("ssh: ", "permission denied (publickey", "scp:", "ssh_exchange")),
    ("ldd", (" => not found",)),
    ("tegrastats", ("gr3d_freq", " lfb ")),
)
#: What a logger's prefix says when no program gave its name.
_BY_COMPONENT = {
    "tensorrt": "tensorrt", "onnxruntime": "onnxruntime", "triton": "triton", "deepstream": "deepstream",
    "ros": "isaac-ros",
    "kernel": "kernel", "polygraphy": "polygraphy", "pytest": "pytest", "docker": "docker", "apt": "apt",
}  # fmt: skip

#: What a program was told to use; no program of its own.
_USED: Tuple[Tuple[str, Tuple[str, ...]], ...] = (
    ("dla", ("--usedlacore=", "dlacore: 0", "dlacore: 1", "[dlalayer]", "use dla core")),
    ("all-outputs", ("outputs mark all",)),
    ("calibration-cache", ("--calib=",)),
    ("jetson-index", ("jetson.webredirect.org", "pypi.jetson-ai-lab")),
)

_WORDS = Phrases((word, name) for name, words in _TOOLS + _USED for word in words)

#: (fact, word that a line must hold, pattern)
_FACTS: Tuple[Tuple[str, str, "re.Pattern[str]"], ...] = tuple(
    (name, needle, re.compile(pattern, re.I))
    for name, needle, pattern in (
        ("jetpack", "jetpack", r"jetpack[ :=_-]{0,3}v?(\d(?:\.\d{1,2}){1,2})"),
        ("l4t", "release), revision", r"# ?r(\d\d) \(release\), revision: (\d{1,2}\.\d{1,2})"),
        ("l4t", "l4t", r"l4t[ _:=-]{0,3}r?(\d\d\.\d{1,2}(?:\.\d{1,2})?)"),
        ("l4t", ":r3", r":r(3\d\.\d{1,2}(?:\.\d{1,2})?)"),
        ("cuda", "cuda", r"cuda(?:[ _-]?(?:toolkit|version|runtime))?[ :=_/-]{1,3}v?(\d\d\.\d)\b"),
        ("python", "python", r"python[ :=_/-]{0,2}(\d\.\d{1,2})"),
        ("numpy", "numpy", r"numpy[ :=_-]{1,3}v?(\d\.\d{1,2}\.\d{1,2})"),
        ("board", "orin", r"\b((?:agx )?orin(?: nx| nano)?)\b"),
        ("board", "xavier", r"\b((?:agx )?xavier(?: nx)?)\b"),
        ("board", "jetson nano", r"\b(jetson nano)\b"),
    )
)
_TRTEXEC_LINE = re.compile(r"&&&& \w+ TensorRT\.trtexec \[[^\]]*\](?: \[[^\]]*\])? # (.{1,1500})", re.I)
_MODEL = re.compile(r"--onnx=(\S{1,300})", re.I)


class Record:
    """Follows the lines in order and remembers what each says about the log itself."""

    def __init__(self) -> None:
        self.facts: Dict[str, str] = {}
        self.command = ""
        self._seen: List[str] = []
        self._component = ""

    def see(self, line: Line) -> None:
        key = line.key
        for name in _WORDS.found(key, line.grams):
            if name not in self._seen:
                self._seen.append(name)
        self._component = self._component or _BY_COMPONENT.get(line.component, "")
        for fact, needle, pattern in _FACTS:
            if fact not in self.facts and needle in key:
                found = pattern.search(line.plain)
                if found:
                    self.facts[fact] = ".".join(found.groups())
        if not self.command and "trtexec" in key:
            found = _TRTEXEC_LINE.search(line.text)
            self.command = found.group(1) if found else ""

    def saw(self, tool: str) -> bool:
        """Whether a line of that program, or one that says that something of ``_USED`` was used, was among them."""
        return tool in self._seen

    @property
    def tool(self) -> Optional[str]:
        """Name of the program that wrote the log, None when nothing tells."""
        for name, _ in _TOOLS:
            if name in self._seen:
                return name
        return self._component or None

    @property
    def model(self) -> str:
        """The ONNX file that the command line names, "" when there is none."""
        found = _MODEL.search(self.command)
        return found.group(1) if found else ""
