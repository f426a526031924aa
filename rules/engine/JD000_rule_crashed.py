"""A rule of jetdoctor crashed

## What it detects
A detector raised an exception on this model. The other rules still ran, and the exit code is 3.

## Why it fails
It is a defect of jetdoctor, not of the model: the verdict is `unknown` because one question went
unanswered.

## Fix
Report it with the output of `jetdoctor report MODEL -o bundle.zip`; `--debug` prints the traceback,
`--ignore ID` skips the rule.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD000",
    name="rule-crashed",
    severity="error",
    outcome="environment",
    sources=("jetdoctor itself",),
)
