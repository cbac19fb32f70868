"""The result: what a job tells beside its files."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from runners.contract import formats


class Violation(BaseModel):
    """One way in which an output doesn't hold what its spec demands."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    where: str
    """A column, a slice, an example, a metric."""
    what: str
    """What was found, with figures; the same data gives the same text."""
    fix: str = ""
    """What a person can do about it."""


class Result(BaseModel):
    """What a job leaves. Small: pictures, tables and models are files beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1] = formats.RESULT
    accepted: bool = True
    violations: tuple[Violation, ...] = ()
    metrics: dict[str, float] = Field(default={})
    """Figures that can be compared between runs, by name; finite numbers only."""
    facts: dict[str, Any] = Field(default={})
    """What a status page shows; JSON, at most some kilobytes."""
    files: dict[str, str] = Field(default={})
    """`sha256:<hex>` of every file of the output, by its path under it.

    A result is refused where one isn't there. Whoever reads a file holds it against its digest.
    """
    content: str = ""
    """Digest of what the run *means* to those downstream: the payload files, without times or machine names."""
    provenance: dict[str, Any] = Field(default={})
