"""OpenCV was built without CUDA

## What it detects
The OpenCV that Python imports has no CUDA, on a Jetson.

## Why it fails
The wheels of PyPI are built without CUDA, and so is JetPack's own OpenCV according to forum posts. `cv2.dnn`
with DNN_BACKEND_CUDA then warns (`setUpNet DNN module was not built with CUDA backend; switching to CPU`) and
computes on the CPU. TensorRT does not need it.

## Fix
Only if the DNN module is used: build OpenCV with `-D WITH_CUDA=ON -D OPENCV_DNN_CUDA=ON -D
CUDA_ARCH_BIN=7.2` (5.3 Nano, 6.2 TX2, 7.2 Xavier, 8.7 Orin, 11.0 Thor), into a directory of its own.
Undo: delete it. Otherwise leave OpenCV as it is.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD114",
    name="opencv-without-cuda",
    severity="info",
    outcome="environment",
    sources=(
        "https://github.com/opencv/opencv/issues/24617 (a wheel of PyPI on an Orin: switching to CPU)",
        "https://forum.opencv.org/t/3020",
        "https://forums.developer.nvidia.com/t/146321 (JetPack's own OpenCV; forum post)",
    ),
)


def check_device(device):
    if device.get("opencv_cuda") is False and (device.get("jetpack") or device.get("l4t")):
        capability = device.get("compute_capability")
        flag = " -D CUDA_ARCH_BIN=%s" % capability if capability else ""
        yield Match(
            "OpenCV %s has no CUDA: cv2.dnn computes on the CPU" % (device.get("opencv") or ""),
            cause="opencv",
            fixes=(Fix("Only if you use cv2.dnn: build it with -D OPENCV_DNN_CUDA=ON%s" % flag, "manual"),),
        )
