"""What some fields of a spec say: values that come from environment to environment, as a digest and as people write."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from reconciler.model.errors import Problem
from reconciler.model.ids import SHORT, Address, canonical
from reconciler.model.kinds.spec import Spec

PINS: Mapping[str, str] = MappingProxyType({"deployments": "model", "datasets": "pin", "labels": "pin"})
"""Fields that promotions of another sort write, by kind."""


@dataclass(frozen=True, slots=True)
class SpecValues:
    """What some fields of a spec say in one environment.

    Attributes:
        digest: equal where they say the same, whatever is written out and what is left to its default.
        values: what is written out of them.
        whole: all of them, with what is left to its default.
        figures: the numbers among them by their path, durations in seconds.
    """

    digest: str
    values: Mapping[str, Any]
    whole: Mapping[str, Any]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ValuesBefore:
    """What the fields say in one environment of the stage before; without `said`, `flaw` tells why nobody knows."""

    said: SpecValues | None
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class PromotedValues:
    """What a promotion of a spec's values has before it at one commit.

    Attributes:
        here: what the fields say in this environment.
        before: what they say in the environments of the stage before.
        edits: what makes them say here what they say there, as an edit of the environment's patch.
        problems: why the specs can't be that way here.
    """

    here: SpecValues
    before: Mapping[str, ValuesBefore] = field(default_factory=dict)
    edits: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def values_of(spec: Spec, fields: Iterable[str]) -> SpecValues:
    """Return what some fields of a spec say."""
    names = set(fields)
    written = spec.model_dump(mode="json", by_alias=True, include=names, exclude_unset=True)
    whole = spec.model_dump(mode="json", by_alias=True, include=names)
    figures = dict(_figures({name: getattr(spec, name) for name in names if name in type(spec).model_fields}, ""))
    return SpecValues(digest_of(spec, names), plain(written), plain(whole), figures)


def digest_of(spec: Spec, fields: Iterable[str]) -> str:
    """Return the digest of what some fields of a spec say."""
    names = set(fields)
    told = spec.model_dump(mode="json", by_alias=True, include=names, exclude_defaults=True)
    return hashlib.sha256(canonical({"fields": sorted(names), "values": told})).hexdigest()


def name_of_values(address: Address, digest: str) -> str:
    """Return what values of a spec are called."""
    return f"{address}@{digest[:SHORT]}"


def plain(value: Any) -> Any:
    """Return a JSON-compatible value with its whole numbers written as such: bytes and cores are floats inside."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _figures(value: Any, path: str) -> Iterator[tuple[str, float]]:
    value = vars(value) if isinstance(value, BaseModel) else value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _figures(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, timedelta):
        yield path, value.total_seconds()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)
