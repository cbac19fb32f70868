"""What a model's inputs mean, in which units, and what of training differs in serving: sections of the model card.

Units and meanings are read from the profile of the version that the model was made from: who reviewed the schema wrote
them. A version that has none, or whose profile is gone, has a card without them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runners.contract import InputError, InputGone
from runners.evaluate.markdown import table
from runners.train.reading import folder_of
from runners.train.trained import Trained
from runners.train.trial import Trial

PROFILE = "profile.json"
MOST_BYTES = 2**26
MOST = 100
"""Columns that a card tells of."""
LONGEST = 300
_TYPES = {"FP32": "number", "FP64": "number", "INT64": "integer", "BOOL": "boolean", "BYTES": "text"}


def inputs(trained: Trained) -> str:
    """Return the section that tells the inputs: each with its type, its unit and what it means."""
    columns = trained.model.signature.asked
    known = meanings(trained.trial)
    schema = trained.parts.train.reading
    rows = []
    for column in columns[:MOST]:
        told = known.get(column.name, {})
        is_read = schema is not None and column.name in schema.columns
        type_ = schema.columns[column.name].type if schema is not None and is_read else _TYPES.get(column.datatype, "")
        rows.append((_cut(column.name), type_, _text(told.get("unit")), _text(told.get("description"))))
    goal = known.get(trained.trial.told.target, {})
    unit, meaning = _text(goal.get("unit")), _text(goal.get("description"))
    answer = ", ".join(filter(None, (meaning, f"in {unit}" if unit else "")))
    parts = ["## Inputs", table(("column", "type", "unit", "meaning"), rows)]
    parts += [f"and {len(columns) - MOST:,} more"] if len(columns) > MOST else []
    parts += [f"The answer: {_escaped(answer)}."] if answer else []
    return "\n\n".join(parts)


def differences(trained: Trained) -> str:
    """Return the section that says what of training differs in serving, and what doesn't."""
    lines = [f"- {line}" for line in _differences(trained)]
    return "## Training and serving\n\n" + "\n".join(lines) if lines else ""


def _differences(trained: Trained) -> Iterator[str]:
    schema, signature, told = trained.parts.train.reading, trained.model.signature, trained.trial.told
    only = sorted(name for name, one in schema.columns.items() if one.is_training_only) if schema else []
    if only:
        names = ", ".join(f"`{_escaped(_cut(name))}`" for name in only[:10]) + (" …" if len(only) > 10 else "")
        yield f"in training data only, and no input: {names}; a request that holds one is refused"
    if signature.image:
        size = f"{signature.image.get('width')} x {signature.image.get('height')}"
        yield (
            f"pictures are decoded, brought to {size} pixels and divided by {signature.image.get('divisor', 255):g} by "
            "the same code in both, before the model's graph: another server has to do it by the signature"
        )
    steps = [step for some in (told.preparations or {}).values() for step in some]
    if steps:
        yield "preparations are nodes of the model's graph: both run the same ones"
    if any(step.encode and step.encode.by == "target" for step in steps):
        yield "encoded by the target: a training row by the mean of the other folds, a request by that of all of them"
    if signature.format == "onnx":
        yield "numbers are of 32 bits in both"


def meanings(trial: Trial) -> Mapping[str, Mapping[str, Any]]:
    """Return what the data's version tells of its columns; nothing where it tells nothing that can be read."""
    try:
        file = folder_of(trial, "dataset") / PROFILE
        told = json.loads(file.read_bytes()) if file.stat().st_size <= MOST_BYTES else None
    except (InputError, InputGone, OSError, ValueError, RecursionError):
        return {}
    columns = told.get("columns") if isinstance(told, dict) else None
    return {n: one for n, one in columns.items() if isinstance(one, dict)} if isinstance(columns, dict) else {}


def _text(value: object) -> str:
    return _cut(value) if isinstance(value, str) else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _escaped(text: str) -> str:
    """Return a text that is no HTML, no code and one line."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace("`", "'")
