"""The measurements of a model: its size, and of a replica what it answers, how fast it is alone and under load."""

import itertools
import json
import math
import os
import platform
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from runners.contract import InputError, Request, Result
from runners.contract.variables import CPUS
from runners.models import ModelRefused, Signature
from runners.models.signature import FILE, read_signature
from runners.replica.asking import ALONE, TOGETHER, Client, wrong_with
from runners.replica.figures import Figure, exact, quantile, rate, share
from runners.replica.parameters import AskedAnswers, AskedLoad, ReplicaParams
from runners.replica.process import replica
from runners.replica.rows import Asked, instances_of, rows_of
from runners.staging import inside, local

DOCUMENT = "replica.json"
WARM = 50
"""Requests before those that are measured."""
SHOWN = 5
"""Rows whose refusal is told."""
_PAUSE = 0.01
_MILLI = 1000.0

Figures = dict[str, Figure]


def measured(request: Request, folder: Path) -> Result:
    """Measure the input `candidate`, and write the document.

    Raises:
        InputError: it is no trial, has left no test rows, or no replica of it starts.
    """
    params = request.params_as(ReplicaParams)
    place = local(request.inputs["candidate"])
    try:
        signature = read_signature(place)
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error
    figures: Figures = {"size": exact(float(size_of(place, signature)))}
    refused: list[str] = []
    if params.answers or params.latency or params.load:
        most = params.answers.rows if params.answers else AskedAnswers().rows
        rows = rows_of(place, signature, most, request.seed)
        with replica(place, signature, params.threads) as path:
            refused = _ask_all(path, rows, params, figures)
    told = {
        "figures": {name: figure.as_dict() for name, figure in figures.items()},
        "confidence": params.confidence,
        "machine": _machine(),
        "refused": refused,
    }
    (folder / DOCUMENT).write_text(json.dumps(told, indent=2, allow_nan=False) + "\n", "utf-8")
    metrics = {name: figure.value for name, figure in figures.items() if figure.value is not None}
    return Result(metrics=metrics, facts=told)


def size_of(folder: Path, signature: Signature) -> int:
    """Count the bytes of a model's files: what a replica has to have before it answers.

    Raises:
        InputError: one isn't there.
    """
    try:
        return sum(inside(folder, name).stat().st_size for name in {FILE, signature.file, *signature.files})
    except OSError as error:
        raise InputError(f"a file of the model isn't there: {error}", str(folder), "train it again") from error


def _ask_all(path: Path, rows: Sequence[Asked], params: ReplicaParams, figures: Figures) -> list[str]:
    """Measure a replica; return what it said of rows that it didn't answer."""
    bodies = [json.dumps(row).encode() for row in rows]
    refused: list[str] = []
    with Client(path) as client:
        if params.answers:
            wrong = answers(client, rows, params.answers.batch)
            figures["answers"] = share(wrong.count(""), len(wrong), params.confidence)
            refused = [told for told in wrong if told][:SHOWN]
        for body in itertools.islice(itertools.cycle(bodies), WARM):
            client.ask(ALONE, body)
        if params.latency:
            asked = itertools.islice(itertools.cycle(bodies), params.latency.requests)
            seconds = [_seconds(client, body) for body in asked]
            figures |= _quantiles("latency", seconds, params.confidence)
    if params.load:
        figures |= load(path, bodies, params.load, params.confidence)
    return refused


def answers(client: Client, rows: Sequence[Asked], batch: int) -> list[str]:
    """Ask about rows, each alone and then those that were answered several at once; return what is wrong with each.

    A batch that isn't answered counts for each of its rows, as it would be asked for again.
    """
    wrong = [wrong_with(client.ask(ALONE, json.dumps(row).encode()), 1) for row in rows]
    good = [place for place, told in enumerate(wrong) if not told]
    for some in (good[at : at + batch] for at in range(0, len(good), batch)):
        body = json.dumps({"instances": list(instances_of([rows[place] for place in some]))}).encode()
        if told := wrong_with(client.ask(TOGETHER, body), len(some)):
            wrong = [f"{len(some)} rows at once: {told}" if n in some else one for n, one in enumerate(wrong)]
    return wrong


def load(path: Path, bodies: Sequence[bytes], asked: AskedLoad, confidence: float) -> Figures:
    """Let several clients ask at once, each again as soon as it is answered."""
    began = time.perf_counter()

    def client(number: int) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = []
        with Client(path) as one:
            for body in itertools.islice(itertools.cycle(bodies), number, None):
                seconds = _seconds(one, body)
                found.append((time.perf_counter() - began, seconds))
                if found[-1][0] >= asked.seconds:
                    return found
        return found

    with ThreadPoolExecutor(asked.clients) as pool:
        told = list(itertools.chain.from_iterable(pool.map(client, range(asked.clients))))
    ended = [moment for moment, seconds in told if math.isfinite(seconds)]
    times = [seconds for moment, seconds in told if moment <= asked.seconds]
    return {"load.rate": rate(ended, asked.seconds, confidence)} | _quantiles("load", times, confidence)


def _seconds(client: Client, body: bytes) -> float:
    """Return how long an answer took: for ever, where there was none."""
    answer = client.ask(ALONE, body)
    if not answer.status:
        time.sleep(_PAUSE)
    return answer.seconds if answer.is_good else math.inf


def _quantiles(name: str, seconds: Sequence[float], confidence: float) -> Figures:
    """Return the quantiles of how long requests took, in milliseconds."""
    times = [_MILLI * one for one in seconds]
    return {f"{name}.p{percent}": quantile(times, percent / 100, confidence) for percent in (50, 99)}


def _machine() -> dict[str, Any]:
    """Tell what this was measured on."""
    told = os.environ.get(CPUS, "")
    cores = float(told) if told.replace(".", "", 1).isdigit() else len(os.sched_getaffinity(0))
    return {"architecture": platform.machine(), "cores": cores, "system": platform.system()}
