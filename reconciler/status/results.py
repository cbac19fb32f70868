"""What a run has left in `result.json` or `error.json`, read within limits: a runner may have written anything."""

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from reconciler.model.ids import RunName
from reconciler.model.metric_bounds import out_of_bounds
from reconciler.model.moment import moment_of
from reconciler.model.observed import UNKEPT
from reconciler.model.text import printable
from reconciler.untrusted import LARGEST, levels, parse
from runners.contract import formats
from runners.contract.files import RESULT
from runners.contract.mistakes import shown
from runners.contract.names import is_file_name

MOST_TOLD = 2**20
"""Bytes of all that a result tells beside its files: it goes to the status."""
MOST_NAMED = 5
"""Files that are missing and named."""
DEEPEST = 50
"""Levels of mappings and lists."""
_SHAPES: Mapping[str, tuple[type, str]] = {
    "violations": (list, "a list"),
    "metrics": (dict, "an object"),
    "facts": (dict, "an object"),
    "files": (dict, "an object"),
    "provenance": (dict, "an object"),
    "content": (str, "a text"),
    "what": (str, "a text"),
    "where": (str, "a text"),
    "fix": (str, "a text"),
    "accepted": (bool, "true or false"),
}


def document_of(run: RunName, path: str, content: bytes) -> Mapping[str, Any]:
    """Read a run's document; what is none stands as a refused one that says why."""
    if len(content) > LARGEST:
        return refused(run, f"{path} is larger than {LARGEST // 2**20} MiB")
    try:
        document = parse(content, parse_constant=_number, parse_float=_number, parse_int=_number)
    except json.JSONDecodeError:
        return refused(run, f"{path} is no JSON")
    except UnicodeDecodeError:
        return refused(run, f"{path} is no JSON: it isn't UTF-8")
    except ValueError as error:
        return refused(run, f"{path} is not what a runner leaves: {error}")
    if not isinstance(document, dict):
        return refused(run, f"{path} is no JSON object")
    try:
        formats.format_of(document, formats.RESULT if path == RESULT else formats.ERROR)
    except formats.UnknownFormat as error:
        return _unread(run, path, error, document) if error.is_newer else refused(run, f"{path} is odd: {error}")
    if wrong := _wrong(document):
        return refused(run, f"{path} is not what a runner leaves: {wrong}")
    return document


def _number(text: str) -> int | float | None:
    """Read a number; NaN, infinities and what 64 bits can't hold is nothing."""
    if text.lstrip("-").isdigit():
        return int(text) if len(text) < 20 and abs(int(text)) < 2**63 else None
    value = float(text)
    return value if math.isfinite(value) else None


def refused(run: RunName, what: str) -> Mapping[str, Any]:
    """Return the document that stands for one that can't be taken for what it should be."""
    fix = "see runners/contract for what a runner leaves"
    return {"what": what, "where": run, "fix": fix, "accepted": False}


def without_files(run: RunName, missing: Collection[str]) -> Mapping[str, Any]:
    """Return the document that stands for a result which lists files that its output doesn't hold."""
    first = ", ".join(printable(path, 80) for path in sorted(missing)[:MOST_NAMED])
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    fix = "its runner has to leave every file below `output` and result.json last; mend it, and raise its version"
    return {**refused(run, f"{RESULT} lists files that its output doesn't hold: {first}{more}"), "fix": fix}


def unkept(run: RunName, what: str, fix: str) -> Mapping[str, Any]:
    """Return the document that stands for the result of a run whose output the data store can't keep.

    Nothing of it is sealed: a store that takes it one day, as with a larger `largest_output`, finds it as it was.
    """
    return {**refused(run, what), "fix": fix, UNKEPT: True}


def _unread(run: RunName, path: str, error: formats.UnknownFormat, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the document that stands for one of a newer version: it says nothing but that, and refuses nothing.

    Without `accepted` nobody takes it for the end of its run; the format that it keeps says why.
    """
    fix = "upgrade the daemon to the version of what its jobs run in"
    return {"format": document["format"], "what": f"{path} can't be read: {error}", "where": run, "fix": fix}


def _wrong(document: Mapping[str, Any]) -> str:
    """Say what isn't as those who read it rely on; empty where all is well."""
    for key, (shape, words) in _SHAPES.items():
        if key in document and not isinstance(document[key], shape):
            return f"`{key}` isn't {words}"
    for name, value in document.get("metrics", {}).items():
        if value is not None and not _is_number(value):
            return f"the metric `{printable(name, 60)}` isn't a number"
        if value is not None and (odd := out_of_bounds(name, value)):
            return odd
    return (
        _odd_fact(document.get("facts", {}))
        or _odd_scores(document.get("facts", {}))
        or _odd_file(document.get("files", {}))
        or _excess(document)
    )


def _excess(document: Mapping[str, Any]) -> str:
    told = {key: value for key, value in document.items() if key != "files"}
    if levels(told, DEEPEST) > DEEPEST:
        return f"it is nested more than {DEEPEST} levels deep"
    try:
        size = len(json.dumps(told, ensure_ascii=False).encode())
        "".join(document.get("files", {})).encode()
    except UnicodeEncodeError:
        return "it holds half a character (a lone surrogate)"
    return f"it tells more than {MOST_TOLD // 2**20} MiB beside its files" if size > MOST_TOLD else ""


def _odd_fact(facts: Mapping[str, Any]) -> str:
    for name in ("model", "params", "proposed_columns", "window", "candidate", "live"):
        is_left_out = name not in facts or (facts[name] is None and name in ("window", "candidate", "live"))
        if not is_left_out and not isinstance(facts[name], dict):
            return f"`facts.{name}` isn't an object"
    sliced = {"facts": facts, **{f"facts.{name}": facts.get(name) or {} for name in ("candidate", "live")}}
    for where, told in sliced.items():
        if not _are_slices(told.get("slices") or {}):
            return f"`{where}.slices` isn't an object of numbers by column, value and metric"
    alerts, end = facts.get("alerts") or [], (facts.get("window") or {}).get("end")
    if not isinstance(alerts, list) or not all(isinstance(alert, dict) for alert in alerts):
        return "`facts.alerts` isn't a list of objects"
    causes = facts.get("causes") or []
    if not isinstance(causes, list) or not all(isinstance(cause, dict) for cause in causes):
        return "`facts.causes` isn't a list of objects"
    if not isinstance(facts.get("segments") or {}, dict):
        return "`facts.segments` isn't an object"
    return "" if end is None or moment_of(end) else "`facts.window.end` isn't a moment"


def _odd_scores(facts: Mapping[str, Any]) -> str:
    """Say what isn't as gates and leaderboards rely on, of the validation's scores and of a comparison's bounds."""
    validation, bounds = facts.get("validation") or {}, facts.get("bounds") or []
    if not isinstance(validation, dict):
        return "`facts.validation` isn't an object"
    if not _are_numbers(validation.get("metrics") or {}):
        return "`facts.validation.metrics` isn't an object of numbers"
    for name, value in (validation.get("metrics") or {}).items():
        if value is not None and (odd := out_of_bounds(name, value)):
            return odd
    intervals = validation.get("interval") or {}
    if not isinstance(intervals, dict) or not all(map(_are_numbers, intervals.values())):
        return "`facts.validation.interval` isn't an object of objects of numbers"
    if not _are_slices(validation.get("slices") or {}):
        return "`facts.validation.slices` isn't an object of numbers by column, value and metric"
    if not isinstance(bounds, list) or not all(map(_is_bound, bounds)):
        return "`facts.bounds` isn't a list of objects whose low and high are numbers"
    return ""


def _is_bound(value: Any) -> bool:
    return isinstance(value, dict) and _are_numbers({end: value.get(end) for end in ("low", "high")})


def _are_numbers(values: Any) -> bool:
    return isinstance(values, dict) and all(value is None or _is_number(value) for value in values.values())


def _are_slices(columns: Any) -> bool:
    if not isinstance(columns, dict) or not all(isinstance(values, dict) for values in columns.values()):
        return False
    metrics = [told for values in columns.values() for told in values.values()]
    if not all(isinstance(told, dict) for told in metrics):
        return False
    return all(value is None or _is_number(value) for told in metrics for value in told.values())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _odd_file(files: Mapping[str, Any]) -> str:
    odd = (path for path in files if not all(map(is_file_name, path.split("/"))))
    return next((f"the file {shown(path)} has an odd path" for path in odd), "")
