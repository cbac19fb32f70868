"""The closing summary: what was made, which commit caused it, how long each step took, the status branch's README."""

from typing import Any

from rich.markdown import Markdown

from reconciler.cli.demo.ground import ENVIRONMENTS, Ground
from reconciler.cli.demo.telling import Telling
from reconciler.cli.output import row_of, styled, table
from reconciler.cli.reading import open_status


def close(ground: Ground, timings: list[tuple[str, float]], telling: Telling) -> dict[str, Any]:
    """Tell the summary; return it as JSON-compatible values."""
    telling.head("What was made")
    made = [line for environment in ENVIRONMENTS for line in _made(ground, environment)]
    telling.say(table(("environment", "resource", "state", "made", "by commit"), made))
    telling.head("How long it took")
    telling.say(table(("step", "seconds"), [(title, f"{seconds:.1f}") for title, seconds in timings]))
    telling.say(styled(f"{sum(seconds for _, seconds in timings):.0f} s in all", "bold"))
    telling.head("The README of the branch setpoint/prod")
    telling.say(Markdown(open_status(ground.settings("prod")).read().read("README.md").decode()))
    return {
        "folder": str(ground.folder),
        "steps": [{"step": title, "seconds": round(seconds, 2)} for title, seconds in timings],
        "made": [dict(zip(("environment", "resource", "state", "made", "commit"), line, strict=True)) for line in made],
    }


def _made(ground: Ground, environment: str) -> list[tuple[str, str, str, str, str]]:
    found = []
    for address, document in sorted(ground.status(environment).statuses.items()):
        facts = document.get("facts") or {}
        board = facts.get("leaderboard") or [{}]
        made = (
            facts.get("version") or facts.get("trial") or facts.get("newest") or facts.get("run") or board[0].get("run")
        )
        commit = next((c.get("observed_commit", "") for c in document.get("conditions") or ()), "")
        row = row_of(address, document)
        found.append((environment, str(address), row.state, str(made or row.message), str(commit)[:12]))
    return found
