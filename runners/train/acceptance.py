"""Acceptance: what was fitted becomes a model with a signature, loaded as a server would load it, and is checked."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from runners.contract import InputError, Violation
from runners.evaluate.predictions import Task
from runners.models import Column, Model, ModelInputError, ModelRefused, Prediction, Signature, load
from runners.models.background import FILE as BACKGROUND
from runners.models.generation import generator_of
from runners.models.loading import GENERATION, digest_of
from runners.models.network import FILE as ARCHITECTURE
from runners.models.signature import FILE
from runners.tables import ColumnReading, Reading
from runners.tables.types import Type
from runners.train.examples import Array, Examples
from runners.train.fitted import Fitted
from runners.train.joint import USUAL
from runners.train.trial import Trial

TOLERANCE = 1e-4
"""How far an exported model's answers may be from those of the library that trained it."""


def accept(trial: Trial, fitted: Fitted, examples: Examples, *, has_background: bool = False) -> Model:
    """Write the signature of what was fitted, and load the model by it.

    Args:
        trial: whose model it is.
        fitted: what was fitted.
        examples: all rows.
        has_background: whether what its answers are explained by lies beside it.

    Raises:
        InputError: the file can't be loaded.
    """
    names = [fitted.file, *([ARCHITECTURE] if fitted.format == "safetensors" else ())]
    names += [BACKGROUND] if has_background else []
    names += [GENERATION] if (trial.folder / GENERATION).is_file() else []
    files = {name: digest_of((trial.folder / name).read_bytes()) for name in names}
    signature = signature_of(trial, fitted, examples, files).sealed()
    (trial.folder / FILE).write_text(signature.to_json(), "utf-8")
    try:
        model = load(trial.folder, threads=trial.threads)
        generator_of(model)
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error
    return model


def signature_of(
    trial: Trial, fitted: Fitted, examples: Examples, files: Mapping[str, str] = MappingProxyType({})
) -> Signature:
    """Return the signature, not yet sealed, of a model that was fitted to such examples."""
    return Signature(
        task=trial.told.task,
        target=trial.told.target,
        file=fitted.file,
        format=fitted.format,
        digest="",
        inputs=fitted.inputs,
        outputs=outputs_of(trial.told.task, examples, fitted),
        tensors=fitted.tensors,
        files=dict(files),
        raw=fitted.raw,
        reading=fitted.reading,
        classes=examples.classes,
        positive=examples.classes[-1] if trial.told.task == "binary" else None,
        identifier=examples.identifier,
        image=examples.image,
        thresholds=_thresholds(fitted, examples),
        schema=schema_of(trial.told.target, examples, fitted.inputs),
    )


def _thresholds(fitted: Fitted, examples: Examples) -> tuple[float, ...]:
    return fitted.thresholds or (USUAL,) * len(examples.classes) if examples.is_joint else ()


def schema_of(target: str, examples: Examples, inputs: tuple[Column, ...]) -> Reading:
    """Return how the columns that concern a model are read: as the dataset's version did, the target with its classes.

    A target that the version doesn't hold, such as what people labelled, is read as it was learned.
    """
    known = examples.reading or Reading({})
    named = [column.name for column in inputs] + [name for name in (examples.identifier, target) if name]
    taken = known.take(named)
    told = known.columns.get(target) or ColumnReading(_TYPES[examples.truth.dtype.kind])
    columns = {**taken.columns, target: replace(told, categories=() if examples.is_joint else examples.classes)}
    return replace(taken, columns=columns, identifier=examples.identifier, target=target)


_TYPES: Mapping[str, Type] = MappingProxyType(
    {"f": "number", "i": "integer", "u": "integer", "b": "boolean", "O": "string"}
)
"""The types of columns by NumPy's kinds."""


def outputs_of(task: Task, examples: Examples, fitted: Fitted) -> tuple[Column, ...]:
    """Return what a model answers, in the protocol's words."""
    if not examples.classes:
        return (Column("prediction", "FP64", (-1,)),)
    if task == "multilabel":
        return (Column("prediction", "BYTES", (-1,)), Column("probabilities", "FP64", (-1, len(examples.classes))))
    kinds = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
    prediction = Column("prediction", kinds[type(examples.classes[0])], (-1,))
    if fitted.reading == "label":
        return (prediction,)
    if task == "binary":
        return (prediction, Column("predicted_probability", "FP64", (-1,)))
    return (prediction, Column("probabilities", "FP64", (-1, len(examples.classes))))


def ask(model: Model, examples: Examples) -> Prediction:
    """Have a model answer some examples.

    Raises:
        InputError: it can't.
    """
    columns = {name: examples.columns[name] for name in model.signature.columns}
    try:
        return model.predict(columns)
    except (ModelInputError, ModelRefused) as error:
        what = f"the model can't answer the test rows: {error.what}"
        fix = "let the model itself see to what is missing, such as by a SimpleImputer in its pipeline"
        raise InputError(what, error.where or model.signature.file, getattr(error, "fix", fix)) from error


def differences(prediction: Prediction, fitted: Fitted) -> tuple[Violation, ...]:
    """Hold an exported model's answers against those of the library that trained it."""
    if fitted.expected is None:
        return ()
    answered, expected = _scores(prediction), fitted.expected.reshape(len(fitted.expected), -1)
    scale = TOLERANCE * (1 + np.abs(expected)) if fitted.reading == "value" else TOLERANCE
    distances = np.abs(answered - expected)
    is_off = (distances > scale).any(axis=1)
    if not is_off.any():
        return ()
    what = (
        f"the exported model answers {int(is_off.sum())} of {len(is_off)} test rows otherwise than the library that "
        f"trained it, by up to {distances.max():.3g}"
    )
    return (Violation(where=fitted.file, what=what, fix="choose another model; this one can't be exported faithfully"),)


def _scores(prediction: Prediction) -> Array:
    if prediction.probability is not None:
        return np.column_stack([1 - prediction.probability, prediction.probability])
    if prediction.probabilities is not None:
        return prediction.probabilities
    return np.asarray(prediction.prediction, np.float64).reshape(-1, 1)
