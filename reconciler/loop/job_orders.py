"""A job's order, as a pool takes it: the request with all its places, for whoever starts the run or makes it again."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from reconciler.model.change import StartRun
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.ports.data import DataReader
from reconciler.ports.engines import Engines
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import HandsOutTokens, Serving
from runners.contract import formats
from runners.contract.files import RESULT
from runners.contract.variables import ENDPOINT_TOKEN

Export = Callable[[str], str]
"""Writes a folder of the repository, by its Git tree id, to where jobs can read it, and returns its URL."""


def job_order(
    engines: Engines, export: Export, change: StartRun, commit: CommitId, open_output: Callable[[RunName], str]
) -> JobOrder:
    """Return the order of a run's job.

    Args:
        engines: the ports.
        export: how the user's own code reaches a job.
        change: the run.
        commit: the commit that asks for it.
        open_output: opens the folder that everything goes to, and returns its URL.

    Raises:
        FileNotFoundError: an input isn't there.
        Refused: its code can't be handed to a job.
        Unavailable: the data store can't be read.
    """
    inputs = {role: engines.reader.url(run) for role, run in change.inputs.items()}
    inputs |= {role: url for role, url in change.urls.items() if url}
    if change.code:
        inputs["code"] = _exported(export, *change.code)
    request: Mapping[str, Any] = {
        "format": formats.REQUEST,
        "run": change.run,
        "runner": change.runner,
        "params": change.params,
        "inputs": inputs,
        "digests": input_digests(engines.reader, change.inputs),
        "output": open_output(change.run).rstrip("/"),
        "seed": change.seed,
        "provenance": {**change.provenance, "commit": commit},
    }
    return JobOrder(
        run=change.run,
        pool=change.pool,
        team=change.team,
        resources=change.resources,
        timeout=change.timeout,
        request=request,
        attempt=change.attempt,
        inputs=tuple(sorted(change.inputs.values())),
        image=change.image,
        secrets={**engines.data.access(change.run), **_token(engines.serving, change.asks)},
    )


def _token(serving: Serving, deployment: Address | None) -> dict[str, str]:
    """Return what lets a job into the endpoint that it asks, of this moment: another attempt gets another one."""
    token = serving.token(deployment) if deployment and isinstance(serving, HandsOutTokens) else ""
    return {ENDPOINT_TOKEN: token} if token else {}


def result_of(reader: DataReader, run: RunName) -> bytes | None:
    """Return what a run has left as its result, whatever that is; None where there is nothing that could be one."""
    try:
        return reader.read(run, RESULT)
    except (FileNotFoundError, Refused):
        return None


def _exported(export: Export, folder: str, tree: str) -> str:
    try:
        return export(tree)
    except Refused as error:
        raise Refused(f"the code in {folder}/ can't be handed to a job: {error.message}", error.hint) from error


def input_digests(reader: DataReader, inputs: Mapping[str, RunName]) -> Mapping[str, str]:
    """Digest what the runs behind a job's inputs have left, so that whoever reads it can tell whether it is still that.

    One that has left nothing is left out.
    """
    results = {role: result_of(reader, run) for role, run in inputs.items()}
    return {role: digest_of(found) for role, found in results.items() if found is not None}


def digest_of(content: bytes) -> str:
    """Return the digest of a file's content, as requests and statements name it."""
    return f"sha256:{sha256(content).hexdigest()}"
