"""The signature of a trial, as far as it is needed before anything large is imported."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runners.contract import InputError
from runners.staging import local

SIGNATURE = "signature.json"


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
