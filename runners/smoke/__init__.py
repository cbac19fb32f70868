"""`smoke`: recorded examples are sent to a revision before it gets traffic, and its answers held against the recorded.

Every example is asked alone by version 2 of the Open Inference Protocol, as it was recorded, and all together by
version 1, where the server speaks that: not all runtimes of KServe's do. Requests bear the header
`X-Setpoint-Smoke: 1`, by which they stay out of the payload log.

    recordings  the examples as a trial has left them
    verdict     what is wrong with its answers: pure functions
"""

from pathlib import Path

from runners.asking import Client
from runners.contract import Request, Result
from runners.smoke.recordings import read_recordings
from runners.smoke.verdict import Judged, judge, judge_batch, together
from runners.staging import local

UNTIL = 30.0
"""Seconds that one answer may take."""


def run(request: Request, folder: Path) -> Result:  # noqa: ARG001 - a smoke test leaves no files
    """Send recorded examples to a revision; accept it when all of its answers are the recorded ones.

    Raises:
        InputError: the trial has left no examples that can be sent.
        SourceUnavailable: the revision doesn't answer.
    """
    params = request.params
    examples = read_recordings(local(request.inputs["model"]))[: int(params.get("examples", 20))]
    tolerance = float(params.get("tolerance", 1e-4))
    with Client(request.inputs.get("endpoint", ""), str(params["name"]), UNTIL) as client:
        alone = [judge(n, example, client.infer(example.request), tolerance) for n, example in enumerate(examples)]
        answer = client.predict([example.instance for example in examples])
        batch = [] if answer.is_of_no_path else [judge_batch(examples, answer, tolerance)]
        seconds = client.seconds
    spoken = ["v1", "v2"] if batch else ["v2"]
    return _result([*alone, *batch], len(examples), seconds, spoken)


def _result(judged: list[Judged], count: int, seconds: list[float], spoken: list[str]) -> Result:
    whole = together(judged)
    ordered = sorted(seconds)
    times = {f"p{percent}_ms": 1000 * ordered[(len(ordered) - 1) * percent // 100] for percent in (50, 95)}
    return Result(
        accepted=not whole.violations,
        violations=whole.violations,
        metrics={"examples": float(count), "largest_difference": whole.difference, **times},
        facts={"examples": count, "protocols": spoken},
    )
