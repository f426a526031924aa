"""Write the pages that check.mjs drives: ``python -m tests.browser.pages DIR``. Exit code 1 when a command fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import List, Tuple

import onnx
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[2]
SEED = "fixtures/models/gap_classifier_dynamo_opset18.onnx"
EVIL = '</script><script>document.title="run"</script><img src=x onerror="document.title=\'run\'">\u202etxt'
#: What else a stranger may write: Hebrew in an override, Markdown, a very long word, a line of its own.
STRANGE = "\u202e\u05e9\u05dc\u05d5\u05dd\u2066 **bold** [link](javascript:alert(1)) " + "long" * 400 + "\nsecond line"
#: So many findings must stay light.
MANY = 3000


def chain(op_type: str, count: int, name: str) -> onnx.ModelProto:
    """``count`` operators one after the other; ``name`` stands in every name."""
    tensor = lambda i: "%s.%d" % (name, i)  # noqa: E731
    nodes = [helper.make_node(op_type, [tensor(i)], [tensor(i + 1)], "%s node %d" % (name, i)) for i in range(count)]
    ends = [helper.make_tensor_value_info(tensor(i), TensorProto.FLOAT, [1, 3, 8, 8]) for i in (0, count)]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def strange() -> onnx.ModelProto:
    """Evil and strange words wherever a model holds text: producer, documentation, metadata, domains, attributes."""
    model = chain("Mish", 2, STRANGE)
    model.producer_name, model.producer_version, model.domain = EVIL + STRANGE, "<b>1</b>", EVIL
    model.doc_string = model.graph.doc_string = model.graph.node[0].doc_string = EVIL
    model.graph.name = EVIL
    model.metadata_props.add(key=EVIL, value=STRANGE)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = EVIL
    own = model.graph.node.add(op_type=EVIL, domain=EVIL, input=[STRANGE + ".0"], output=["own"], name=STRANGE)
    own.attribute.append(helper.make_attribute(EVIL, STRANGE))
    model.opset_import.add(domain=EVIL, version=1)
    return model


def findings(count: int) -> onnx.ModelProto:
    """A model with ``count`` findings of their own: splits into unequal parts, each of other sizes."""
    nodes, values, outputs, sizes = [], [], [], []
    for index in range(count):
        parts = [1, index + 2]
        values.append(helper.make_tensor_value_info("in.%d" % index, TensorProto.FLOAT, [1, sum(parts)]))
        sizes.append(helper.make_tensor("sizes.%d" % index, TensorProto.INT64, [2], parts))
        made = ["out.%d.%d" % (index, part) for part in range(2)]
        nodes.append(helper.make_node("Split", ["in.%d" % index, "sizes.%d" % index], made, "split.%d" % index, axis=1))
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, n]) for name, n in zip(made, parts)]
    graph = helper.make_graph(nodes, "g", values, outputs, sizes)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)


def commands(there: Path) -> List[Tuple[str, List[str]]]:
    """Page and the command that writes it."""
    fixed = str(there / "seed.fixed.onnx")
    trtexec = ["--backend", "trtexec", "--trtexec", str(there / "trtexec")]
    return [
        ("seed", ["check", SEED]),
        ("clean", ["check", str(there / "clean.onnx"), "-t", "jetpack-6.2"]),
        ("dla", ["check", SEED, "-t", "agx-orin@jetpack-6.2", "--dla"]),
        ("evil", ["check", str(there / "evil.onnx"), "-t", "jetpack-5.0.2"]),
        ("strange", ["check", str(there / "<b>\u202estrange **x**.onnx")]),
        ("evil.log", ["triage", str(there / "evil.log")]),
        ("many", ["check", str(there / "many.onnx"), "-t", "jetpack-4.4", "-t", "jetpack-6.2"]),
        ("models", ["check", "fixtures/models"]),
        ("fix", ["fix", SEED, "-t", "jetpack-5.0.2", "--diff"]),
        ("plan", ["plan", SEED, "-t", "jetpack-5.0.2"]),
        ("write", ["fix", SEED, "-t", "jetpack-5.0.2", "-o", fixed]),
        ("verify", ["verify", fixed, "--reference", SEED, "--backend", "onnxruntime"]),
        ("differs", ["verify", SEED, "--reference", str(there / "other.onnx"), "--backend", "onnxruntime"]),
        ("simplified", ["fix", SEED, "-t", "jetpack-5.0.2", "--simplify"]),
        ("timed", ["verify", fixed, "-t", "jetpack-5.0.2", *trtexec]),
        ("repaired", ["fix", str(there / "evil.mean.onnx"), "-t", "jetpack-5.0.2"]),
        ("emulation", ["verify", str(there / "mean.onnx"), "--as-parsed", "jetpack-5.0.2"]),
        ("device", ["device", "--root", next(map(str, (ROOT / "fixtures/devices").glob("agx-xavier*")))]),
        ("triage", ["triage", "fixtures/logs/trtexec_seed_8.4.1.log"]),
    ]


def main(there: Path) -> int:
    there.mkdir(parents=True, exist_ok=True)
    onnx.save(chain("Relu", 3, "relu"), there / "clean.onnx")
    onnx.save(chain("Mish", 3, EVIL), there / "evil.onnx")
    onnx.save(strange(), there / "<b>\u202estrange **x**.onnx")
    line = "[E] %s: reshape changes volume. Reshaping [1,1,1,1] to [1,1280] %s" % (EVIL, STRANGE.replace("\n", " "))
    (there / "evil.log").write_text("[I] TensorRT v8401 %s\n%s\n" % (EVIL, line), encoding="utf-8")
    stand_in = '#!/bin/sh\nexec %s %s/tests/stand_in_trtexec.py "$@"\n' % (sys.executable, ROOT)
    (there / "trtexec").write_text(stand_in, encoding="utf-8")
    (there / "trtexec").chmod(0o755)
    onnx.save(findings(MANY), there / "many.onnx")
    onnx.save(image_mean(), there / "mean.onnx")
    onnx.save(image_mean(EVIL), there / "evil.mean.onnx")
    onnx.save(other(), there / "other.onnx")
    worst = 0
    for name, arguments in commands(there):
        page = [] if name == "write" else ["--format", "html"]
        done = subprocess.run([sys.executable, "-m", "jetdoctor", *arguments, *page], cwd=ROOT, capture_output=True)
        if done.returncode > 1 or done.stderr.startswith(b"jetdoctor: failed"):
            print("%s: exit %d: %s" % (name, done.returncode, done.stderr.decode("utf-8", "replace")))
            worst = 1
        if page:
            (there / (name + ".html")).write_bytes(done.stdout)
    return worst


def other() -> onnx.ModelProto:
    """The seed with another value in the middle of it."""
    model = onnx.load(str(ROOT / SEED))
    (mean,) = (node for node in model.graph.node if node.op_type == "ReduceMean")
    mean.op_type = "ReduceMax"
    return model


def image_mean(name: str = "mean") -> onnx.ModelProto:
    """An image minus its mean over the channels; an old parser takes the mean over everything."""
    mean = helper.make_node("ReduceMean", ["x", "axes"], [name], name)
    nodes = [mean, helper.make_node("Sub", ["x", name], ["y"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 32, 32]) for name in "xy"]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [axes])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
