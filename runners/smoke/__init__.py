"""`smoke`: recorded examples are sent to a revision before it gets traffic, and its answers held against the recorded.

Every example is asked alone by version 2 of the Open Inference Protocol, as it was recorded, and all together by
version 1, where the server speaks that: not all runtimes of KServe's do. Of a graph each model is asked by its own
name, and the whole with examples of all, which has to answer, whatever that is. Requests bear the header
`X-Setpoint-Smoke: 1`, by which they stay out of the payload log.

    recordings  the examples as a trial has left them
    verdict     what is wrong with its answers: pure functions
"""

from dataclasses import replace
from pathlib import Path

from runners.asking import Client
from runners.contract import Request, Result
from runners.smoke.recordings import Recording, joined, read_recordings
from runners.smoke.verdict import Judged, judge, judge_batch, judge_whole, named, together
from runners.staging import local

UNTIL = 30.0
"""Seconds that one answer may take."""


def run(request: Request, folder: Path) -> Result:  # noqa: ARG001 - a smoke test leaves no files
    """Send recorded examples to a revision; accept it when all of its answers are the recorded ones.

    Raises:
        InputError: the trial has left no examples that can be sent.
        SourceUnavailable: the revision doesn't answer.
    """
    params, inputs = request.params, request.inputs
    name, members = str(params["name"]), [str(member) for member in params.get("members") or ()]
    models = {member: inputs[f"model_{member}"] for member in members} or {name: inputs["model"]}
    most, tolerance = int(params.get("examples", 20)), float(params.get("tolerance", 1e-4))
    recorded = {model: read_recordings(local(url))[:most] for model, url in models.items()}
    with Client(inputs.get("endpoint", ""), name, UNTIL) as client:
        asked = [_asked(client, model, examples, tolerance) for model, examples in recorded.items()]
        whole = [judge_whole(client.infer(joined(recorded.values(), client.describe())))] if members else []
    tested = [named(member, one) for member, one in zip(members, asked, strict=True)] if members else asked
    return _result([*tested, *whole], sum(map(len, recorded.values())), client.seconds)


def _asked(client: Client, name: str, examples: list[Recording], tolerance: float) -> Judged:
    """Ask a model for its recorded examples, each alone and all together."""
    alone = [judge(n, example, client.infer(example.request, name), tolerance) for n, example in enumerate(examples)]
    answer = client.predict([example.instance for example in examples], name)
    batch = [] if answer.is_of_no_path else [judge_batch(examples, answer, tolerance)]
    spoken = frozenset({"v1", "v2"} if batch else {"v2"})
    return replace(together([*alone, *batch]), spoken=spoken)


def _result(judged: list[Judged], count: int, seconds: list[float]) -> Result:
    whole = together(judged)
    ordered, spoken = sorted(seconds), sorted(frozenset[str]().union(*(one.spoken for one in judged)))
    times = {f"p{percent}_ms": 1000 * ordered[(len(ordered) - 1) * percent // 100] for percent in (50, 95)}
    return Result(
        accepted=not whole.violations,
        violations=whole.violations,
        metrics={"examples": float(count), "largest_difference": whole.difference, **times},
        facts={"examples": count, "protocols": spoken},
    )
