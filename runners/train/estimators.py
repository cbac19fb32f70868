"""Fitting by scikit-learn and LightGBM, with an export to ONNX."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from runners.contract import InputError
from runners.train.examples import Examples, Parts
from runners.train.families import Chosen, choose_family
from runners.train.fitted import Fitted
from runners.train.history import history_of, telling
from runners.train.joint import fit_each, thresholds_of
from runners.train.narrowing import Narrowing, narrowing_of
from runners.train.onnx_export import OPSETS, SCORES, VALUES, to_onnx
from runners.train.preparation import pipeline_for, table_of
from runners.train.soft import duplicated
from runners.train.trial import Trial, timed

if TYPE_CHECKING:
    from runners.train.prepared import Prepared

Array = NDArray[Any]
FILE = "model.onnx"
NOISE = "force_all_finite|feature names"
"""Warnings about how LightGBM 4.5 calls scikit-learn, which say nothing about the model."""


@dataclass(frozen=True, slots=True)
class Family:
    """Fits the family of models that a trial names, or the usual one; some of its parameters are for reading."""

    usual: str
    not_mine: frozenset[str] = frozenset()

    def __call__(self, trial: Trial, parts: Parts) -> Fitted:
        """Fit, and export to ONNX.

        Raises:
            InputError: a parameter isn't known, or has a value that the estimator refuses.
        """
        params = {key: value for key, value in trial.params.items() if key not in self.not_mine}
        chosen = choose_family(params, self.usual, trial.told.task, trial.seed, trial.threads)
        return fit_chosen(trial, parts, chosen)


def fit_chosen(trial: Trial, parts: Parts, chosen: Chosen) -> Fitted:
    """Fit an estimator of scikit-learn's kind, and export it to ONNX.

    Raises:
        InputError: it refuses the value of a parameter.
    """
    prepared, raw = _prepared(trial, parts, chosen), parts
    parts = prepared.parts if prepared else parts
    pipeline = pipeline_for(chosen, parts.train)
    with timed(f"fit {chosen.name} to {len(parts.train):,} rows"):
        target, notes = _fit(pipeline, parts, chosen, trial)
    table = table_of(parts.test)
    with timed("export to ONNX"):
        content, tensors = to_onnx(pipeline, parts.test, target, raw.test, prepared)
    (trial.folder / FILE).write_bytes(content)
    is_classifier = bool(parts.train.classes)
    return Fitted(
        file=FILE,
        format="onnx",
        inputs=raw.train.features,
        tensors=tensors,
        raw=SCORES if is_classifier else VALUES,
        reading="probabilities" if is_classifier else "value",
        expected=_answer(pipeline, table, is_classifier, target),
        thresholds=_thresholds(pipeline, parts),
        history=history_of(pipeline, parts, trial, target),
        notes=(*(prepared.notes if prepared else ()), *notes),
    )


def _prepared(trial: Trial, parts: Parts, chosen: Chosen) -> "Prepared | None":
    """Make the preparations that the trial names; imported only then, as other trials do without."""
    if not trial.told.preparations:
        return None
    from runners.train.prepared import prepare

    with timed("prepare"):
        return prepare(trial, parts, chosen.encoding, OPSETS)


def _fit(pipeline: Any, parts: Parts, chosen: Chosen, trial: Trial) -> tuple[Narrowing, tuple[str, ...]]:
    """Fit; return how the numbers to predict were moved, and what the library warned of, each once."""
    train = parts.train
    target = Narrowing() if train.classes else narrowing_of(train.codes)
    table = table_of(train)
    refusals: tuple[type[BaseException], ...] = (ValueError, TypeError, *_lightgbm_errors(chosen))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", message=f".*({NOISE})")
        try:
            codes = train.codes if train.classes else target.moved(train.codes)
            with telling(pipeline, parts, trial, target) as more:
                _fit_rows(pipeline, table, codes, train, more)
        except refusals as error:
            what = f"{chosen.name} can't be fitted: {str(error).strip().splitlines()[0][:300]}"
            raise InputError(what, "params", "correct the parameter that it names") from error
    narrow = pipeline.named_steps.get("narrow")
    warned = dict.fromkeys(str(warning.message).strip().splitlines()[0] for warning in caught)
    return target, (*(narrow.notes(table) if narrow else ()), *warned)


def _fit_rows(pipeline: Any, table: Any, codes: Array, train: Examples, more: Mapping[str, Any]) -> None:
    """Fit to rows that each count by their weight; with soft labels what prepares them sees each row once."""
    if train.soft is None and not train.is_joint:
        told = {**more, **({} if train.weights is None else {"sample_weight": train.weights})}
        pipeline.fit(table, codes, **{f"model__{name}": value for name, value in told.items()})
        return
    before, model = pipeline[:-1], pipeline.named_steps["model"]
    matrix = before.fit_transform(table, codes) if len(before) else table
    if train.is_joint or train.soft is None:
        fit_each(model, matrix, train)
        return
    rows, classes, weights = duplicated(train.soft, train.weights)
    model.fit(matrix[rows], classes, sample_weight=weights, **more)


def _thresholds(pipeline: Any, parts: Parts) -> tuple[float, ...]:
    """Return from which probability on each of several labels is answered, by the validation rows."""
    if not parts.train.is_joint:
        return ()
    answered = _answer(pipeline, table_of(parts.validation), is_classifier=True, target=Narrowing())
    return thresholds_of(parts.validation.codes, answered)


def _lightgbm_errors(chosen: Chosen) -> tuple[type[BaseException], ...]:
    if chosen.name != "gbm":
        return ()
    from lightgbm.basic import LightGBMError

    return (LightGBMError,)


def _answer(pipeline: Any, table: Any, is_classifier: bool, target: Narrowing) -> Array:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=f".*({NOISE})")
        answer: Array = pipeline.predict_proba(table) if is_classifier else target.widen(pipeline.predict(table))
    return answer
