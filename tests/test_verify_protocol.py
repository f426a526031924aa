"""The result of the hardware protocol is read and judged."""

import json

from jetdoctor.verify import protocol


def write(folder, step, **about):
    best = {"status": "passed", "level": "verified", "message": "agrees", "details": {"tensorrt": "8.4.1"}}
    best.update(about)
    (folder / (step + ".json")).write_text(json.dumps({"backends": [best]}))


def test_what_is_expected_depends_on_the_release(tmp_path, capsys):
    for step in protocol.STEPS:
        write(tmp_path, step)
    verdicts = {step: good for step, good, _ in protocol.judge(str(tmp_path))}
    assert verdicts == {"fp32": True, "fp16": True, "dynamic": True, "opset18": False}
    write(tmp_path, "opset18", status="different")
    assert protocol.main([str(tmp_path)]) == 0
    write(tmp_path, "opset18", status="passed", details={"tensorrt": "10.3.0"})
    assert protocol.main([str(tmp_path)]) == 0 and "10.3.0" in capsys.readouterr().out


def test_a_missing_or_broken_step_is_not_as_expected(tmp_path):
    write(tmp_path, "fp32", status="not-run", level="not-run", message="no trtexec")
    (tmp_path / "fp16.json").write_text("{")
    results = protocol.judge(str(tmp_path))
    assert [good for _, good, _ in results] == [False] * 4
    assert "no trtexec" in results[0][2]
    assert protocol.main([]) == 2 and protocol.main([str(tmp_path)]) == 1
