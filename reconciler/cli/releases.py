"""Releases as people read them: a table with the four DORA metrics below it, each with its numbers, or JSON."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.cli.output import console, print_json, say, styled, table
from reconciler.cli.status_reader import known_environment, now
from reconciler.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from reconciler.releases.release import Release

_STYLES = {"serving": "green", "pending": "blue", "rolled back": "red"}


def show_releases(settings: Settings, form: str, since: timedelta | None) -> None:
    """Print the releases of an environment, the newest first, and their metrics.

    Args:
        settings: where.
        form: `table`, `wide`, `json` or `name`.
        since: only those of the last so much time.

    Raises:
        Refused: there is no such environment.
        Unavailable: the repository can't be read.
    """
    from reconciler.releases.documents import as_document
    from reconciler.releases.dora import dora
    from reconciler.releases.read import read_releases
    from reconciler.releases.words import figures
    from reconciler.status.branch import StatusBranch
    from reconciler.wiring import open_source

    known_environment(settings)
    source, moment = open_source(settings), now()
    begin = moment - since if since else None
    status = StatusBranch(source.repository, settings.environment)
    found = read_releases(source, status, settings.environment)
    releases = [release for release in reversed(found) if begin is None or release.when >= begin]
    metrics = dora(releases, moment, begin)
    if form == "json":
        print_json({"metrics": metrics.as_json(), "releases": [as_document(release) for release in releases]})
    elif form == "name":
        for release in releases:
            print(release.name)
    elif releases:
        console().print(_table(releases, f"releases of {settings.environment}", wide=form == "wide"))
        say("")
        for name, words in figures(metrics):
            say(f"{name:<24}{words}")
    else:
        say(f"{settings.environment} has no release" + (" of that time" if begin else ": nothing was promoted yet"))


def _table(releases: Sequence["Release"], title: str, wide: bool) -> "Table":
    from reconciler.releases.documents import moment_of
    from reconciler.releases.words import span

    more = ("environment", "proposal", "commit", "lead time") if wide else ()
    rows = []
    for one in releases:
        state = styled(one.outcome.value, _STYLES.get(one.outcome.value, ""))
        lead = span(one.lead_time) if one.lead_time is not None else ""
        rest = (one.environment, one.proposal, one.commit[:12], lead) if wide else ()
        rows.append((moment_of(one.when), one.deployment, one.trial, one.by, *rest, state))
    return table(("when", "deployment", "model", "merged by", *more, "became"), rows, title)
