"""A compiler crashed, hung or ran out of memory on the model

## What it detects
The child process in which `jetdoctor verify` builds was ended by a signal, by its time limit, or by a memory
limit (its own or the kernel's out-of-memory killer).

## Why it fails
On a Jetson the CPU and the GPU share the memory: a builder that tries large tactics on a 4 GB board is killed
by the kernel. A crash inside the compiler is a defect of the compiler, which another form of the model may avoid.

## Fix
Out of memory: a smaller `--workspace` (256), a smaller batch, no desktop (`sudo systemctl isolate
multi-user.target`), more swap. Too slow: a longer `--time-limit` and a `--timing-cache`. A crash: fold the
constants first, then report it to NVIDIA with the log.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD611",
    name="compiler-died",
    severity="error",
    outcome="build-risk",
    sources=("exit status of the child process",),
)
