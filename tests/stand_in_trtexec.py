#!/usr/bin/env python3
"""Stands in for trtexec where there is no GPU: the release's own options and file formats, ONNX Runtime
for the arithmetic. STAND_IN_TENSORRT names the release (8.4.1); STAND_IN_FAULT makes it misbehave.

Options by release, the banner, "Unknown option" and the exit status follow samples/trtexec/trtexec.cpp and
samples/common/sampleOptions.cpp of the release tags of github.com/NVIDIA/TensorRT.
"""

import json
import os
import re
import sys
import time

RELEASE = tuple(int(part) for part in os.environ.get("STAND_IN_TENSORRT", "8.4.1").split("."))
FAULT = os.environ.get("STAND_IN_FAULT", "")

EVERY = (
    "--onnx --saveEngine --loadEngine --loadInputs --exportOutput --exportTimes --minShapes --optShapes "
    "--maxShapes --shapes --int8 --noTF32 --iterations --duration --warmUp --useSpinWait --verbose --help "
    "--timingCacheFile --percentile"
).split()
SINCE = {
    "--memPoolSize": (8, 4),
    "--skipInference": (8, 6),
    "--layerPrecisions": (8, 4),
    "--precisionConstraints": (8, 2),
    "--bf16": (10, 0),
    "--stronglyTyped": (10, 0),
    "--profile": (10, 0),
}
UNTIL = {
    "--workspace": (10, 0),
    "--explicitBatch": (10, 0),
    "--buildOnly": (10, 0),
    "--fp16": (11, 0),
    "--bf16": (11, 0),
    "--best": (11, 0),
    "--calib": (11, 0),
    "--layerPrecisions": (11, 0),
    "--precisionConstraints": (11, 0),
}


def taken(option):
    if option in EVERY:
        return True
    known = option in SINCE or option in UNTIL
    return known and SINCE.get(option, (0,)) <= RELEASE and RELEASE < UNTIL.get(option, (99,))


def banner(word, arguments):
    scale = (1000, 100) if RELEASE[0] < 10 else (10000, 100)
    number = RELEASE[0] * scale[0] + RELEASE[1] * scale[1] + RELEASE[2]
    print("&&&& %s TensorRT.trtexec [TensorRT v%d] # trtexec %s" % (word, number, " ".join(arguments)))
    sys.stdout.flush()


def failed(arguments, *lines):
    for line in lines:
        print("[01/01/2026-00:00:00] [E] " + line)
    banner("FAILED", arguments)
    return 1


def pairs(text):
    found = {}
    for item in re.findall(r"(?:'[^']*'|[^,'])+", text):
        name, _, value = item.rpartition(":")
        found[name.strip("'")] = value
    return found


def build(options):
    with open(options["--onnx"], "rb") as stream:
        model = stream.read()
    import onnx

    proto = onnx.load_model_from_string(model)
    for node in proto.graph.node:
        if node.domain not in ("", "ai.onnx"):
            return "No importer registered for op: %s. Attempting to import as plugin." % node.op_type
    size = RELEASE + (0,) * (4 - len(RELEASE))
    try:
        with open("/dev/full" if FAULT == "nospace" else options["--saveEngine"], "wb") as stream:
            stream.write(b"ftrt" + bytes(20) + bytes(size) + model)
    except OSError:
        return "Saving engine to file failed."
    return ""


def infer(options):
    import numpy
    import onnxruntime

    with open(options["--loadEngine"], "rb") as stream:
        blob = stream.read()
    if tuple(blob[24:27]) != (RELEASE + (0, 0))[:3]:
        return "The engine plan file is not compatible with this version of TensorRT"
    session = onnxruntime.InferenceSession(blob[28:], providers=["CPUExecutionProvider"])
    shapes = {k: [int(d) for d in v.split("x")] for k, v in pairs(options.get("--shapes", "")).items()}
    files, feeds = pairs(options.get("--loadInputs", "")), {}
    for value in session.get_inputs():
        kind = {"float": "float32", "double": "float32", "float16": "float16"}.get(value.type[7:-1], value.type[7:-1])
        narrow = "int32" if kind == "int64" and RELEASE < (10,) else kind
        shape = shapes.get(value.name, value.shape)
        if value.name not in files:
            feeds[value.name] = numpy.ones([d if isinstance(d, int) else 1 for d in shape]).astype(kind)
            continue
        data = numpy.fromfile(files[value.name], dtype=narrow)
        if data.size != int(numpy.prod(shape)):
            return "Input %s: file holds %d elements, the binding %s" % (value.name, data.size, shape)
        feeds[value.name] = data.reshape(shape).astype(kind)
    outputs = session.run(None, feeds)
    if FAULT == "wrong":
        outputs = [output * 1.05 if output.dtype.kind == "f" else output for output in outputs]
    items = []
    for value, output in zip(session.get_outputs(), outputs):
        numbers = ", ".join("%g" % float(number) for number in output.ravel())
        dims = "x".join(str(size) for size in output.shape)
        items.append(
            '  { "name" : "%s"\n  , "dimensions" : "%s"\n  , "values" : [ %s ]\n  }' % (value.name, dims, numbers)
        )
    with open(options.get("--exportOutput", os.devnull), "w") as stream:
        stream.write("[\n" + "\n,".join(items) + "\n]\n")
    if "--exportTimes" in options:
        times = [{"startEnqMs": n, "computeMs": 1.0 + n / 100.0, "latencyMs": 1.5 + n / 100.0} for n in range(100)]
        with open(options["--exportTimes"], "w") as stream:
            json.dump(times, stream)
    return ""


def misbehave():
    if FAULT == "crash":
        os.abort()
    if FAULT == "hang":
        time.sleep(600)
    if FAULT == "oom":
        os.kill(os.getpid(), 9)
    if FAULT == "memory":
        hoard = []
        while True:
            hoard.append(bytearray(os.urandom(1 << 20) * 32))
    if FAULT == "flood":
        line = ("[V] " + "x" * 1000 + "\n") * 1000
        for _ in range(int(os.environ.get("STAND_IN_MEGABYTES", "16"))):
            sys.stdout.write(line)
    if FAULT == "child":
        import subprocess

        subprocess.Popen(["sleep", "613"], start_new_session=False)


def main(arguments):
    options = dict(argument.partition("=")[::2] for argument in arguments)
    if FAULT == "broken":
        os.abort()
    banner("RUNNING", arguments)
    if "--help" in options:
        return 0
    unknown = [option for option in options if not taken(option)]
    if unknown:
        return failed(arguments, *["Unknown option: %s %s" % (o, options[o]) for o in unknown])
    misbehave()
    building = "--onnx" in options
    trouble = build(options) if building else infer(options)
    if trouble:
        return failed(arguments, trouble, "Engine set up failed" if building else "Inference set up failed")
    banner("PASSED", arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
