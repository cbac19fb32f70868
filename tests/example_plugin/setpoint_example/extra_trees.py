"""The runner `extra-trees`: how it fits is all that it says; splitting, judging and exporting are Setpoint's."""

from pathlib import Path

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from runners.contract import Request, Result
from runners.train.estimators import fit_chosen
from runners.train.examples import Parts
from runners.train.families import Chosen
from runners.train.fitted import Fitted
from runners.train.pipeline import train
from runners.train.reading import read_table
from runners.train.trial import Trial


def run(request: Request, folder: Path) -> Result:
    return train(request, folder, read_table, fit)


def fit(trial: Trial, parts: Parts) -> Fitted:
    make = ExtraTreesRegressor if trial.told.task == "regression" else ExtraTreesClassifier
    estimator = make(
        n_estimators=trial.params.get("trees", 100),
        max_features=trial.params.get("max_features", 1.0),
        random_state=trial.seed,
        n_jobs=trial.threads,
    )
    return fit_chosen(trial, parts, Chosen("extra-trees", estimator, "ordinal"))
