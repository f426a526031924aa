"""A real compiler refuses the model

## What it detects
`jetdoctor verify` gave the model to TensorRT, trtexec or TensorRT-RTX, which refused it with a message that
no other rule explains.

## Why it fails
The compiler's own message is in the finding. TensorRT-RTX is a different product from the
TensorRT of a Jetson: it has no plugins, so it refuses NonZero and custom operators that a board accepts.

## Fix
Look for the node in `jetdoctor check MODEL --target T`. When only TensorRT-RTX refuses and the message is about
a plugin, build on the board: `jetdoctor verify MODEL --ssh USER@HOST`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD610",
    name="compiler-refuses",
    severity="error",
    outcome="rejected",
    sources=("the compiler's own message",),
)
