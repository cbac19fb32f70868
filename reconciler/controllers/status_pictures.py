"""Pictures and documents: which of a run's files are shown beside its status, each of them small."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from reconciler.model.ids import Address, RunName
from runners.contract.files import RESULT

LIMIT = 3
FIRST = ("roc", "confusion", "importance")
"""What people look at first; the others follow by name."""
OF_CANDIDATE = 2
PAGES = ("profile.md", "profile.html")
"""What tells people of a dataset's version; the first links the second."""
CARD, CURVES = "model-card.md", "curves/"
"""What tells people of a model; the first shows the others."""
MOST_CURVES = 12
PROFILE = "profile.json"
VERSIONS = 6
"""Versions of a dataset whose profiles are there, to be held against each other."""
OF_TRIAL = ("model-card.md", "metrics.json", "environment.json")
"""What tells of a trial, beside its result."""
TRIALS = 10
"""Trials of which that is there, the best; and those that serve."""
OF_LABELS = ("agreement.json", "disputes.json")
MOST_DISPUTES = 500
"""Disputes that a list on the status branch may have: with more the data store has it."""


class Picture(NamedTuple):
    """A file of a run, and what it shows."""

    run: RunName
    path: str
    what: str


Pictures = Mapping[str, Picture]
"""Pictures by their places on the status branch."""


def pictures(run: RunName, result: Mapping[str, Any], limit: int = LIMIT) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to the pictures that a run has left, the first few."""
    left = (path for path in result.get("files") or {} if path.endswith(".png") and "images/" not in path)
    found = sorted(left, key=lambda path: (next((n for n, w in enumerate(FIRST) if w in path), len(FIRST)), path))
    return {f"reports/{run}/{path}": (run, path) for path in found[:limit]}


def profile_pages(run: RunName, result: Mapping[str, Any]) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to the pages that tell a version's profile: Markdown, and HTML beside it."""
    left = result.get("files") or {}
    return {f"reports/{run}/{path}": (run, path) for path in PAGES if path in left}


def model_pages(run: RunName, result: Mapping[str, Any]) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to what tells of a trial's model: its card, and the pictures that this shows."""
    left = result.get("files") or {}
    curves = sorted(path for path in left if path.startswith(CURVES) and path.endswith(".png"))
    return {f"reports/{run}/{path}": (run, path) for path in [CARD, *curves[:MOST_CURVES]]} if CARD in left else {}


def served_pages(address: Address, trial: RunName, result: Mapping[str, Any]) -> Mapping[str, tuple[RunName, str]]:
    """Map places below a deployment's own to what tells of a model that it serves: its experiment shows a newer one."""
    name = trial.rpartition("/")[2]
    return {f"reports/{address}/{name}/{path}": (trial, path) for _, path in model_pages(trial, result).values()}


def profiles(found: Iterable[tuple[RunName, Mapping[str, Any]]]) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to the profiles of a dataset's versions, given the oldest first."""
    left = [run for run, result in found if PROFILE in (result.get("files") or {})]
    return {f"reports/{run}/{PROFILE}": (run, PROFILE) for run in left[-VERSIONS:]}


def trial_documents(found: Iterable[tuple[RunName, Mapping[str, Any]]]) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to what tells of trials that have a card: that, figures, environment, result."""
    return {
        f"reports/{run}/{path}": (run, path)
        for run, result in found
        if OF_TRIAL[0] in (left := result.get("files") or {})
        for path in (*OF_TRIAL, RESULT)
        if path in left or path == RESULT
    }


def label_documents(run: RunName, result: Mapping[str, Any]) -> Mapping[str, tuple[RunName, str]]:
    """Map places on the status branch to what tells how far annotators agree, and where they don't."""
    told = result.get("facts", {}).get("disputes")
    is_short = isinstance(told, int) and told <= MOST_DISPUTES
    shown = (path for path in OF_LABELS if path in (result.get("files") or {}) and (is_short or path != OF_LABELS[1]))
    return {f"reports/{run}/{path}": (run, path) for path in shown}


def of_comparison(run: RunName, result: Mapping[str, Any], trial: RunName, trained: Mapping[str, Any]) -> Pictures:
    """Return what a proposal shows: the comparison's picture, and the first two of the candidate's own.

    All lie below the comparison, as those below the trial come and go with the leaderboard.
    """
    shown: dict[str, Picture] = {}
    for place, (_, path) in pictures(run, result, 1).items():
        shown[place] = Picture(run, path, "the candidate beside the live model, with 95 % intervals")
    for _, path in pictures(trial, trained, OF_CANDIDATE).values():
        name = path.rpartition("/")[2]
        shown[f"reports/{run}/candidate-{name}"] = Picture(trial, path, f"{name.removesuffix('.png')} of the candidate")
    return shown
