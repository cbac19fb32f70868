"""A finding of `setpoint doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `needed` is false for what only some environments use."""

    what: str
    found: str
    ok: bool
    needed: bool = True
    fix: str = ""
