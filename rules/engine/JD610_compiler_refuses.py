"""A real compiler refuses the model

## What it detects
`jetdoctor verify` gave the model to TensorRT, trtexec or TensorRT-RTX and it was refused, with a message that
no other rule explains.

## Why it fails
The compiler's own message says so; it stands in the finding. TensorRT-RTX is another product than the
TensorRT of a Jetson: it brings no plugins, so that it refuses NonZero and custom operators that a board takes.

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
