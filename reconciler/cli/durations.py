"""Spans of time as people type them: `90s`, `5m`, `2h`."""

from typing import Any

import click

from runners.contract.mistakes import shown


class Span(click.ParamType[float]):
    """An option that is a span of time; its value is in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds that a text says; what says none is wrong use of the command line."""
        from reconciler.model.quantity import parse_duration

        if isinstance(value, int | float):
            return float(value)
        try:
            return parse_duration(str(value)).total_seconds()
        except ValueError:
            self.fail(f"{shown(value)} is no span of time: give one such as 90s, 5m or 2h", param, ctx)


SPAN = Span()
"""The type of such an option."""
