"""The closing summary: what was made, which commit caused it, how long each step took, the status branch's README."""

from typing import Any

from rich.markdown import Markdown

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.workspace import ENVIRONMENTS, Workspace
from reconciler.cli.output import row_of, styled, table
from reconciler.cli.status_reader import open_status


def close(workspace: Workspace, timings: list[tuple[str, float]], display: Display) -> dict[str, Any]:
    """Tell the summary; return it as JSON-compatible values."""
    display.head("What was made")
    made = [line for environment in ENVIRONMENTS for line in _made(workspace, environment)]
    display.say(table(("environment", "resource", "state", "made", "by commit"), made))
    display.head("How long it took")
    display.say(table(("step", "seconds"), [(title, f"{seconds:.1f}") for title, seconds in timings]))
    display.say(styled(f"{sum(seconds for _, seconds in timings):.0f} s in all", "bold"))
    display.head("The README of the branch setpoint/prod")
    display.say(Markdown(open_status(workspace.settings("prod")).read().read("README.md").decode()))
    return {
        "folder": str(workspace.folder),
        "steps": [{"step": title, "seconds": round(seconds, 2)} for title, seconds in timings],
        "seconds": {name: round(seconds, 2) for name, seconds in workspace.seconds.items()},
        "made": [dict(zip(("environment", "resource", "state", "made", "commit"), line, strict=True)) for line in made],
    }


def _made(workspace: Workspace, environment: str) -> list[tuple[str, str, str, str, str]]:
    found = []
    for address, document in sorted(workspace.status(environment).statuses.items()):
        facts = document.get("facts") or {}
        board = facts.get("leaderboard") or [{}]
        made = (
            facts.get("version") or facts.get("trial") or facts.get("newest") or facts.get("run") or board[0].get("run")
        )
        commit = next((c.get("observed_commit", "") for c in document.get("conditions") or ()), "")
        row = row_of(address, document)
        found.append((environment, str(address), row.state, str(made or row.message), str(commit)[:12]))
    return found
