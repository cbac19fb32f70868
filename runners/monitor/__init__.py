"""`monitor`: holds a deployment's logged predictions against the rows that its model was tested on.

Leaves `report.json` (everything, for machines and for the next report), `report.md`, `report.html` and `plots/`.
A report with alerts is as good as one without: it is always accepted.

Law of the room: the log is read, never written; the numbers come first, the verdict second, the pages last, and each
step sees only what the step before it tells. NannyML is imported only for what isn't told here.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from runners.contract import InputError, Request, Result
from runners.contract.request import versions_of
from runners.monitor.header import Occasion, too_few, with_history
from runners.monitor.heavy_imports import uncollected
from runners.monitor.pages import write_pages
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import read_log
from runners.monitor.pictures import pictures_of, watched
from runners.monitor.report import FORMAT, Former, Pictures, Report
from runners.monitor.signature import names_of, signature_of
from runners.monitor.summary import facts_of, metrics_of
from runners.monitor.usage import former_counters, service_of
from runners.staging import local

REPORT = "report.json"


def run(request: Request, folder: Path) -> Result:
    """Report on a window of a deployment's traffic.

    Raises:
        InputError: the parameters, the reference or the outcomes' source are wrong.
    """
    params = request.params_as(Parameters)
    with tempfile.TemporaryDirectory(prefix="setpoint-reference-") as made:
        request, notes = _of_graph(request, params, Path(made))
        return _reported(request, params, folder, notes)


def _of_graph(request: Request, params: Parameters, made: Path) -> tuple[Request, list[str]]:
    """Put the reference of a graph of models, made for this report, in the place of one of its models'."""
    if not params.graph:
        return request, []
    from runners.monitor.graph_reference import reference_of  # brings engines, which no other report needs

    note = reference_of(request, params, made)
    return request.model_copy(update={"inputs": {**request.inputs, "reference": made.as_uri()}}), [note]


def _reported(request: Request, params: Parameters, folder: Path, notes: list[str]) -> Result:
    occasion = _occasion(request, params)
    occasion = replace(occasion, notes=(*notes, *occasion.notes))
    pictures = Pictures()
    if occasion.log.rows < params.minimum_rows:
        report = with_history(too_few(occasion))
    else:
        reference = _input(request, "reference")
        report, pictures = _judged()(occasion, reference, folder)
    (folder / REPORT).write_text(json.dumps(report.document(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_pages(report, pictures, folder)
    return Result(metrics=metrics_of(report), facts=facts_of(report))


def _occasion(request: Request, params: Parameters) -> Occasion:
    logs, reference = _input(request, "logs"), request.inputs.get("reference")
    signature = signature_of(reference)
    pictures = pictures_of(signature)
    kept = (lambda row: watched(row, pictures)) if pictures else None
    names = names_of(signature, reference)
    log = read_log(logs, params.window, params.trial, seed=request.seed, names=names, kept=kept)
    previous, notes = _previous(request.inputs.get("previous"))
    service = service_of(request.inputs.get("metrics"), former_counters(previous), log)
    window = {"start": None, "end": None, **(request.params.get("window") or {})}
    versions = versions_of(request.inputs)
    occasion = Occasion(request.run, window, params, log, service, previous, notes, request.seed, versions=versions)
    earlier = params.window.before(params.outcomes.lookback) if params.outcomes else None
    if earlier is None or log.rows < params.minimum_rows:
        return occasion
    identifier, apart = str(signature.get("identifier")), params.segments.names if params.segments else ()
    former = read_log(logs, earlier, params.trial, seed=request.seed, names=(identifier, *apart))
    return replace(occasion, former=former)


def _judged() -> Callable[..., tuple[Report, Pictures]]:
    """Import what studies a window: half of a report's time, of which collecting garbage would take a fifth."""
    with uncollected():
        from runners.monitor.judged import judged
    return judged


def _input(request: Request, role: str) -> str:
    if role not in request.inputs:
        raise InputError(f"a monitor needs `{role}` among its inputs", f"inputs.{role}", "give its URL")
    return request.inputs[role]


def _previous(url: str | None) -> tuple[Former | None, list[str]]:
    """Read the report before; without it this one stands alone, and says so."""
    if url is None:
        return None, []
    try:
        found = Former.model_validate_json((local(url) / REPORT).read_bytes())
    except (FileNotFoundError, ValidationError):
        found = None
    if found and found.format == FORMAT:
        return found, []
    return None, ["The report before this one can't be read: trend and risk begin anew."]
