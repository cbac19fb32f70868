"""Params that follow swept ones: each trial resolves them with its own values, as Hydra's jobs do."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from omegaconf import OmegaConf

from reconciler.compose.tied import may_be_tied
from tests.unit.reconciler.compose.samples import ENVIRONMENT, EXPERIMENT, SMALL, desired, told

ADDRESS = "experiments/loans"
FILE = f"specs/{ADDRESS}.yaml"


def files(params: dict[str, Any], **fields: Any) -> dict[str, str | bytes]:
    spec = {**yaml.safe_load(EXPERIMENT), "runner": {"module": "train"}, "params": params, **fields}
    variables = "variables: {rates: 'choice(0.1, 0.2)', low: 1, high: 9}\n"
    return {**SMALL, FILE: yaml.safe_dump(spec, sort_keys=False), ENVIRONMENT: variables}


def trials(params: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    found = {str(address): resource for address, resource in desired(files(params, **fields)).resources.items()}
    return [dict(trial) for trial in found[ADDRESS].trials]


def problems(params: dict[str, Any], **fields: Any) -> list[str]:
    return [line for line in told(files(params, **fields)) if FILE in line]


def test_what_follows_a_swept_one_has_its_value() -> None:
    found = trials({"fold": "choice(1, 2)", "same": "${.fold}", "start_from": "fold-${.fold}"})
    assert found == [
        {"fold": 1, "same": 1, "start_from": "fold-1"},
        {"fold": 2, "same": 2, "start_from": "fold-2"},
    ]


@pytest.mark.parametrize(
    "params",
    [
        {"fold": "choice(1, 2)", "same": "${.fold}", "start_from": "fold-${.fold}"},
        {"same": "${params.fold}", "fold": "choice(a, b)", "deep": {"again": "${..same}/${params.fold}"}},
        {"size": "choice(s, l)", "table": {"s": 10, "l": 99}, "width": "${.table.${.size}}"},
        {"a": "range(0, 3)", "b": "choice(x, y)", "both": "${.b}${.a}", "list": ["${params.a}", "z"]},
        {"a": "choice(x, y)", "b": "${oc.select:params.a}"},
    ],
)
def test_they_are_what_hydras_jobs_resolve(params: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"params": params}))
    swept = {key: text for key, text in params.items() if str(text).startswith(("choice(", "range("))}
    jobs = []
    for trial in trials(params):
        overrides = [f"params.{key}={trial[key]}" for key in swept]
        with initialize_config_dir(str(tmp_path), version_base="1.3"):
            config = hydra_compose("config", overrides=overrides)
        jobs.append(OmegaConf.to_container(config, resolve=True)["params"])  # type: ignore[index,call-overload]
    assert trials(params) == jobs
    assert len({str(job) for job in jobs}) == len(jobs)


def test_intervals_are_followed_too() -> None:
    found = trials({"rate": "interval(0, 1)", "decay": "${.rate}"}, budget={"trials": 5})
    assert len(found) == 5
    assert all(trial["rate"] == trial["decay"] for trial in found)


def test_a_sweep_that_the_environment_brings_stays_one_and_may_be_followed() -> None:
    found = trials({"twice": "${.rate}", "rate": "${env.rates}", "model": "choice(a, b)"})
    assert [(trial["model"], trial["rate"], trial["twice"]) for trial in found] == [
        ("a", 0.1, 0.1), ("b", 0.1, 0.1), ("a", 0.2, 0.2), ("b", 0.2, 0.2),
    ]  # fmt: skip
    bounds = {"depth": "range(${env.low}, ${env.high}, 4)", "name": "d${.depth}"}
    assert trials(bounds) == [{"depth": 1, "name": "d1"}, {"depth": 5, "name": "d5"}]


def test_a_value_that_looks_like_an_interpolation_stays_text() -> None:
    found = trials({"text": "choice('$', '$$')", "again": "${.text}"})
    assert [trial["again"] for trial in found] == ["$", "$$"]


def test_without_a_sweep_there_is_one_trial() -> None:
    assert trials({"a": 1, "b": "${.a}"}) == [{"a": 1, "b": 1}]


def test_what_cannot_be_tied_is_refused_where_it_stands() -> None:
    (line,) = problems({"fold": "choice(1, 2)", "rate": "choice(${.fold}, 9)"})
    assert "params.rate: this sweep depends on another one" in line
    assert line.startswith(f"{FILE}:")
    (line,) = problems({"fold": "choice(1, 2)", "copy": "${.fold}"}, description="about ${params.fold}")
    assert "description: it is one for all trials, and follows a swept parameter" in line
    assert "params.fold" in line


def test_a_trial_for_which_an_interpolation_leads_nowhere_is_told() -> None:
    params = {"size": "choice(s, l)", "table": {"s": 10}, "width": "${.table.${.size}}"}
    (line,) = problems(params)
    assert "points at nothing" in line


def test_more_than_can_be_written_out_is_refused_at_once() -> None:
    many = {f"p{i}": "${.fold}" for i in range(200)}
    (line,) = problems({"fold": "range(5000)", **many}, budget={"trials": 10_000})
    assert "5,000 trials of this size are too many" in line


def test_only_what_a_sweep_may_change_is_looked_at() -> None:
    assert may_be_tied({"params": {"a": ["${.b}"]}})
    assert may_be_tied({"params": {"a": "x${params.b}"}})
    assert not may_be_tied({"params": {"a": "${env.x}", "b": "${secret:KEY}", "c": "choice(1, 2)"}})
    assert not may_be_tied({"params": "${env.x}", "seed": "${params.a}"})
    assert not may_be_tied({})
