"""Stages of a deployment as a log shows them, and how it ended. What came before a success is no failure."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from jetdoctor.triage.lines import Line
from jetdoctor.triage.phrases import Phrases

STAGES = ("export", "parse", "build", "calibrate", "load", "run")

#: (what a line holds, stage that begins or goes on there)
_STAGE_WORDS: Tuple[Tuple[str, str], ...] = (
    ("onnx: starting export", "export"), ("torch.onnx.export", "export"), ("torch/onnx/", "export"),
    ("tf2onnx", "export"),
    ("onnx: export failure", "export"), ("exporting the operator", "export"), ("torch.onnx.errors", "export"),
    ("modelimporter.cpp", "parse"), ("while parsing node", "parse"), ("start parsing network model", "parse"),
    ("parsing model", "parse"), ("parsing onnx", "parse"), ("in function parsegraph", "parse"),
    ("onnx ir version", "parse"),
    ("importer registered for op", "parse"), ("failed to parse onnx", "parse"), ("onnxopimporters.cpp", "parse"),
    ("builtin_op_importers.cpp", "parse"), ("onnx2trt_utils.cpp", "parse"),
    ("buildserializednetwork", "build"), ("computecosts", "build"), ("timing runner", "build"), ("tactic", "build"),
    ("building engine", "build"), ("engine generation", "build"), ("builder.cpp", "build"), ("optimizer.cpp", "build"),
    ("local timing cache", "build"), ("buildengine", "build"), ("building tensorrt engine", "build"),
    ("myelin", "build"),
    ("starting export with tensorrt", "build"), ("trt_builder", "build"), ("building serialized network", "build"),
    ("calibrat", "calibrate"),
    ("deserializecudaengine", "load"), ("deserializeengine", "load"), ("engine deserialization", "load"),
    ("loaded engine size", "load"), ("loading engine", "load"), ("runtime.cpp", "load"), ("plan file", "load"),
    ("serialized engine", "load"), ("magictag", "load"), ("for tensorrt inference", "load"),
    ("enqueue", "run"), ("executev2", "run"), ("executecontext", "run"), ("execution context", "run"),
    ("setinputshape", "run"),
    ("starting inference", "run"), ("execute_async", "run"), ("non-zero status code returned while running", "run"),
)  # fmt: skip

#: A program says so only when that step went well.
_SUCCESSES = (
    "&&&& passed", "engine generation completed in", "engine built in", "created engine with size", "engine saved",
    "saved engine", "successfully created engine", "export success", "export complete", "export succeeded",
    "passed | runtime", "passed | command",
    "finish parsing network model", "finished parsing network model",
    "serialize cuda engine to file", "serialized engine to", "engine has been saved",
    "successfully serialized the engine", "=== performance summary", "successfully loaded engine",
    "deserialization required", "use deserialized engine model", "conversion completed successfully",
    "export was successful", "load new model", "successfully installed",
    "engine serialized. total time", "total time of building all engines",
)  # fmt: skip

#: (what a line holds, outcome)
_FAILURES: Tuple[Tuple[str, str], ...] = (
    ("&&&& failed", "failed"), ("traceback (most recent call last)", "failed"), ("export failure", "failed"),
    ("failed | runtime", "failed"), ("failed | command", "failed"), ("engine set up failed", "failed"),
    ("engine could not be created", "failed"), ("failed to parse onnx file", "failed"),
    ("build engine failed", "failed"),
    ("segmentation fault", "crashed"), ("core dumped", "crashed"), ("aborted", "crashed"),
    ("illegal instruction", "crashed"),
    ("terminate called", "crashed"), ("exit code 139", "crashed"), ("exit code -11", "crashed"),
    ("exit code 134", "crashed"),
    (" killed", "killed"), ("exit code 137", "killed"), ("exit code -9", "killed"), ("exited with code 137", "killed"),
    ("out of memory: kill", "killed"), ("oom-kill", "killed"),
)  # fmt: skip
_STAGES_BY_WORDS, _BY_FAILURE = Phrases(_STAGE_WORDS), Phrases(_FAILURES)
_BY_SUCCESS = Phrases((words, True) for words in _SUCCESSES)
_WORST = ("failed", "crashed", "killed")
_EXCEPTION = re.compile(r"[\w.]{1,100}(?:Error|Exception|Fault)(?::|$)")


class Progress:
    """Follows the lines in order."""

    def __init__(self) -> None:
        self.stage: Optional[str] = None
        self._outcome: Optional[str] = None
        self._since = 0  # number of the line of the last failure
        self._successes: List[Tuple[int, int]] = []  # (from, to): lines that a success speaks for

    def see(self, line: Line) -> None:
        key = line.key
        stages = _STAGES_BY_WORDS.found(key, line.grams)
        self.stage = stages[0] if stages else self.stage
        if line.severity != "verbose" and _BY_SUCCESS.found(key, line.grams):
            self._successes.append((self._since, line.number))
            self._outcome = "succeeded"
        for outcome in _BY_FAILURE.found(key, line.grams):
            if line.severity not in ("info", "verbose"):
                self.fail(line.number, outcome)
        if _EXCEPTION.match(line.body):
            self.fail(line.number)

    def fail(self, number: int, outcome: str = "failed") -> None:
        """A line says that something failed, here and for good."""
        self._since = number
        before = self._outcome if self._outcome in _WORST else "failed"
        self._outcome = max(before, outcome, key=_WORST.index)

    def settled(self, number: int) -> bool:
        """Whether a later success shows that the line of that number stopped nothing."""
        return any(start < number <= end for start, end in self._successes)

    @property
    def outcome(self) -> Optional[str]:
        """"succeeded", "failed", "crashed" or "killed"; None when the log does not tell."""
        return self._outcome
