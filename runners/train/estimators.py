"""Fitting by scikit-learn and LightGBM, with an export to ONNX."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import Answers, Task
from runners.train.examples import Examples, Parts
from runners.train.families import Chosen, choose_family
from runners.train.fitted import Fitted, History
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
STAGES, STAGE_ROWS = 10, 4000


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
        target, notes = _fit(pipeline, parts.train, chosen)
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


def _fit(pipeline: Any, train: Examples, chosen: Chosen) -> tuple[Narrowing, tuple[str, ...]]:
    """Fit; return how the numbers to predict were moved, and what the library warned of, each once."""
    target = Narrowing() if train.classes else narrowing_of(train.codes)
    table = table_of(train)
    refusals: tuple[type[BaseException], ...] = (ValueError, TypeError, *_lightgbm_errors(chosen))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", message=f".*({NOISE})")
        try:
            codes = train.codes if train.classes else target.moved(train.codes)
            _fit_rows(pipeline, table, codes, train)
        except refusals as error:
            what = f"{chosen.name} can't be fitted: {str(error).strip().splitlines()[0][:300]}"
            raise InputError(what, "params", "correct the parameter that it names") from error
    narrow = pipeline.named_steps.get("narrow")
    warned = dict.fromkeys(str(warning.message).strip().splitlines()[0] for warning in caught)
    return target, (*(narrow.notes(table) if narrow else ()), *warned)


def _fit_rows(pipeline: Any, table: Any, codes: Array, train: Examples) -> None:
    """Fit to rows that each count by their weight; with soft labels what prepares them sees each row once."""
    if train.soft is None and not train.is_joint:
        pipeline.fit(table, codes, **({} if train.weights is None else {"model__sample_weight": train.weights}))
        return
    before, model = pipeline[:-1], pipeline.named_steps["model"]
    matrix = before.fit_transform(table, codes) if len(before) else table
    if train.is_joint or train.soft is None:
        fit_each(model, matrix, train)
        return
    rows, classes, weights = duplicated(train.soft, train.weights)
    model.fit(matrix[rows], classes, sample_weight=weights)


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


def history_of(pipeline: Any, parts: Parts, trial: Trial, target: Narrowing) -> History | None:
    """Return how training went, where the estimator tells: by trees or by epochs."""
    model = pipeline.named_steps["model"]
    if hasattr(model, "booster_"):
        return _by_trees(pipeline, parts, trial, target)
    losses = getattr(model, "loss_curve_", None)
    if losses is None:
        return None
    return History("epoch", "training loss", tuple(range(1, len(losses) + 1)), {"train": tuple(map(float, losses))})


def _by_trees(pipeline: Any, parts: Parts, trial: Trial, target: Narrowing) -> History | None:
    """Measure LightGBM's model cut off after so many trees, on some of the rows."""
    model, total = pipeline.named_steps["model"], pipeline.named_steps["model"].booster_.current_iteration()
    if parts.train.image or total < 2:
        return None
    metric = next(m for m in METRICS[trial.told.task] if m.name == trial.told.metric.name)
    steps = np.unique(np.geomspace(1, total, STAGES).round().astype(int)).tolist()
    series = {}
    for name, examples in (("train", parts.train), ("validation", parts.validation)):
        some = examples.take(np.arange(0, len(examples), max(1, len(examples) // STAGE_ROWS)))
        table = table_of(some)
        matrix = table if some.is_matrix else pipeline[:-1].transform(table)
        raw = (model.booster_.predict(matrix, num_iteration=step, num_threads=trial.threads) for step in steps)
        told = [np.asarray(scores) if some.classes else target.widen(scores) for scores in raw]
        series[name] = tuple(metric.of(_answers(trial.told.task, some.codes, scores)) for scores in told)
    return History("trees", metric.name, tuple(steps), series)


def _answers(task: Task, truth: Array, raw: Array) -> Answers:
    if task == "regression":
        return Answers(task, truth, raw)
    scores = np.column_stack([1 - raw, raw]) if raw.ndim == 1 else raw
    return Answers(task, truth, scores.argmax(axis=1), scores)
