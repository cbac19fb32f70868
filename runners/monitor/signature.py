"""The signature of a trial, as far as it is needed before anything large is imported."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.contract import InputError
from runners.staging import local

SIGNATURE, ROWS = "signature.json", "reference.parquet"


def read_signature(path: Path) -> Mapping[str, Any]:
    """Read what a model takes and answers; nothing where the trial left no signature.

    Raises:
        InputError: it is no JSON.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise InputError(f"{SIGNATURE} is no JSON: {error}", path.parent.name, "train the trial again") from error
    return told if isinstance(told, dict) else {}


def signature_of(url: str | None) -> Mapping[str, Any]:
    """Return the signature of the trial at a URL; nothing where there is none, which is told where it is needed."""
    if url is None:
        return {}
    try:
        return read_signature(local(url) / SIGNATURE)
    except FileNotFoundError:
        return {}


def names_of(signature: Mapping[str, Any], url: str | None) -> Collection[str] | None:
    """Return the columns of a row that a report needs: a model's inputs, and what names the row.

    Of a trial without a signature they are the columns of its reference; None where that can't be read, which is told
    where it is needed.
    """
    inputs = [str(one["name"]) for one in signature.get("inputs") or ()]
    if not inputs and url is not None:
        try:
            inputs = parquet.read_schema(local(url) / ROWS).names
        except (OSError, ValueError):
            return None
    identifier = signature.get("identifier")
    return tuple(dict.fromkeys([*inputs, *([str(identifier)] if identifier else [])])) or None
