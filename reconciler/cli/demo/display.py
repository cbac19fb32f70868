"""What the demo shows: its steps, and a live view of every resource's condition while it waits."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.live import Live

from reconciler.cli.output import STYLES, Row, console, overview, row_of, styled
from reconciler.status.read import Recorded


class Display:
    """Tells of the demo on standard output: a live table on a terminal, a line for each change elsewhere."""

    def __init__(self, quiet: bool = False) -> None:
        self._out = console()
        self._quiet = quiet
        self._live: Live | None = None
        self._known: dict[tuple[str, str], Row] = {}

    def head(self, text: str) -> None:
        """Begin a step."""
        self.stop()
        self.say(styled(f"\n{text}", "bold"))

    def say(self, text: RenderableType) -> None:
        """Say something."""
        if not self._quiet:
            self._out.print(text)

    def failed(self, text: str) -> None:
        """Say that the demo has failed, and why."""
        self.stop()
        self._out.print(styled(f"the demo failed: {text}", "red"))

    def show(self, waiting_for: str, environments: Mapping[str, Recorded]) -> None:
        """Show every resource as it stands now."""
        rows = {(e, str(a)): row_of(a, d) for e, r in environments.items() for a, d in sorted(r.statuses.items())}
        changed = {key: row for key, row in rows.items() if self._known.get(key) != row}
        self._known.update(rows)
        if self._quiet:
            return
        if self._out.is_terminal:
            self._refresh(waiting_for, environments)
            return
        for (environment, address), row in changed.items():
            self._out.print(
                styled(f"  {environment}  {address}  {row.state}: {row.message}", STYLES.get(row.state, ""))
            )

    def _refresh(self, waiting_for: str, environments: Mapping[str, Recorded]) -> None:
        tables = [
            overview((row_of(a, d) for a, d in sorted(r.statuses.items())), f"{e}") for e, r in environments.items()
        ]
        if self._live is None:
            self._live = Live(console=self._out, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(Group(*tables, styled(f"waiting for {waiting_for}", "dim")), refresh=True)

    def stop(self) -> None:
        """Take the live table away."""
        if self._live is not None:
            self._live.stop()
            self._live = None
