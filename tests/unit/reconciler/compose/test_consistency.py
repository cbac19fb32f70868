"""What specs say of each other is told at once, with file, line, column and the nearest valid name."""

from typing import Any

import pytest

from reconciler.model.errors import Severity
from tests.unit.reconciler.compose.agreeing import COLUMNS, SPECS, problems, repository
from tests.unit.reconciler.compose.samples import desired


def test_specs_that_agree_have_no_problem() -> None:
    found = desired(repository())
    assert found.all_problems() == ()
    assert len(found.resources) == len(SPECS)


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"target": "payed"}, "target", "datasets/loans has no column `payed`", "did you mean `paid`?"),
    ({"features": ["age", "incom"]}, "features[1]", "has no column `incom`", "did you mean `income`?"),
    ({"features": ["age", "paid"]}, "features[1]", "the target `paid` is among the features", "take it out"),
    ({"exclude": "regoin"}, "exclude[0]", "has no column `regoin`", "did you mean `region`?"),
    ({"slices": ["region", "sex"]}, "slices[1]", "has no column `sex`", "known: age, day"),
    ({"split": {"by": "dya"}}, "split.by", "has no column `dya`", "did you mean `day`?"),
    ({"metric": {"name": "rmse"}}, "metric.name", "`rmse` is no metric of binary", "known: accuracy"),
    ({"metric": {"name": "roc_acu"}}, "metric.name", "`roc_acu` is no metric of binary", "did you mean `roc_auc`?"),
    ({"metric": {"name": "log_loss"}}, "metric.goal", "log_loss is the better the lower it is", "say goal: minimize"),
    (
        {"resources": {"cpus": 16}},
        "resources",
        "each job asks for 16 cpus and pools/shared has 4",
        "lower resources.cpus",
    ),
    (
        {"resources": {"gpus": 1, "gpu_kind": "t4"}},
        "resources",
        "each job asks for gpus of kind t4 and pools/shared has a100",
        "name another",
    ),
    ({"resources": {"cpus": 3, "nodes": 2}}, "resources", "asks for 6 cpus", "lower resources.cpus"),
]


@pytest.mark.parametrize(("change", "path", "what", "hint"), WRONG)
def test_what_an_experiment_says_wrongly_is_told_with_its_place(
    change: dict[str, Any], path: str, what: str, hint: str
) -> None:
    found = desired(repository(experiments__score=change))
    (problem,) = [one for one in found.all_problems() if one.file == "specs/experiments/score.yaml"]
    assert problem.path == path
    assert what in problem.message
    assert problem.hint.startswith(hint)
    lines = str(repository(experiments__score=change)[problem.file]).splitlines()[: problem.line]
    field = next(line for line in reversed(lines) if line[0] not in " -")
    assert path.startswith(field.partition(":")[0])
    assert problem.column >= 1
    assert "experiments/score" not in found.resources


def test_everything_is_told_at_once() -> None:
    change = {"target": "payed", "slices": ["sex"], "metric": {"name": "rmse"}, "resources": {"cpus": 99}}
    assert len([line for line in problems(experiments__score=change) if "experiments/score.yaml" in line]) == 4


@pytest.mark.parametrize(
    ("target", "choices", "is_known"),
    [
        ("labels.cat", None, True),
        ("label", None, False),
        ("labels.cat", ["cat"], True),
        ("labels.dog", ["cat"], False),
    ],
)
def test_sets_of_labels_add_a_column_for_each_label(target: str, choices: Any, is_known: bool) -> None:
    exports = {"url": "x", "question": "q"}
    labels = {"dataset": "datasets/loans", "exports": exports, "answer": "labels", "choices": choices}
    change = {"labels": "labels/marks", "target": target, "features": ["age"]}
    found = problems(experiments__score=change, labels__marks=labels)
    assert any(f"has no column `{target}`" in what for what in found) != is_known


def test_regions_are_no_target() -> None:
    labels = {"dataset": "datasets/loans", "exports": {"url": "x", "format": "coco"}, "answer": "boxes"}
    found = problems(experiments__score={"labels": "labels/marks", "target": "label"}, labels__marks=labels)
    assert any("answers of labels/marks are boxes, and a trial predicts" in what for what in found)


def test_labels_add_their_columns() -> None:
    labels = {"dataset": "datasets/loans", "source": {"files": {"url": "x.json"}}}
    change = {"labels": "labels/marks", "target": "label", "features": ["age"]}
    found = problems(experiments__score=change, labels__marks=labels)
    assert not [line for line in found if "experiments/score" in line and "column" in line]


@pytest.mark.parametrize(
    "dataset",
    [
        {"columns": None},
        {"extra_columns": "allow"},
        {"source": {"files": {"url": "pictures", "format": "images"}}, "identifier": None},
    ],
)
def test_where_columns_are_not_all_declared_none_is_refused(dataset: dict[str, Any]) -> None:
    assert problems(datasets__loans=dataset, experiments__score={"target": "anything"}) == []


def test_ones_own_code_may_report_metrics_of_its_own_but_none_the_wrong_way_round() -> None:
    own: dict[str, Any] = {"runner": {"command": ["train"]}}
    gates = {"gates": [{"metric": "profit", "minimum": 1}]}
    assert problems(experiments__score={**own, "metric": {"name": "profit"}}, promotions__go=gates) == []
    (line,) = problems(experiments__score={**own, "metric": {"name": "brier"}})
    assert "brier is the better the lower it is" in line
    compared = {"gates": [{"metric": "profit", "worse_than_live": 0.1}]}
    (line,) = problems(experiments__score=own, promotions__go=compared)
    assert "has no metric `profit`" in line


def test_a_datasets_roles_are_columns_of_it() -> None:
    change = {"identifier": "idd", "target": "paid", "timestamp": "dya", "partition": ["region", "year"]}
    found = [line for line in problems(datasets__loans=change) if "datasets/loans" in line]
    assert len(found) == 3
    assert "identifier: `columns` has no column `idd` (did you mean `id`?)" in found[0]


def test_a_monitor_watches_what_the_models_of_its_deployment_have() -> None:
    (line,) = problems(monitors__api={"metric": "rmse"})
    assert "`rmse` isn't watched of binary, which experiments/score is" in line
    (line,) = problems(monitors__api={"columns": ["age", "region"]})
    assert "monitors/api" in line
    assert "columns[1]: the models of experiments/score have no feature `region`" in line
    apart = {"columns": ["age"], "crossed": [["age", "region"]]}
    (line,) = problems(monitors__api={"segments": apart})
    assert "segments.crossed[0][1]: the models of experiments/score have no feature `region`" in line


def test_an_endpoint_whose_jobs_fit_no_pool_is_warned_of_and_stays_in_care() -> None:
    found = desired(repository(deployments__api={"resources": {"cpus": 99}}))
    (problem,) = found.all_problems()
    assert (problem.severity, problem.file) == (Severity.WARNING, "specs/deployments/api.yaml")
    assert "deployments/api" in found.resources


def test_a_teams_limit_counts_too() -> None:
    pool = {"teams": {"risk": {"limit": {"cpus": 1}}}}
    found = problems(pools__shared=pool, experiments__score={"team": "risk", "resources": {"cpus": 2}})
    assert "team risk may use 1 cpu of pools/shared" in found[0]


def test_what_is_mended_is_sound_again_and_what_breaks_is_broken() -> None:
    from reconciler.compose import Cache, compose
    from tests.unit.reconciler.compose.samples import tree

    cache = Cache()
    for change, count in (({}, 0), ({"target": "payed"}, 1), ({}, 0)):
        found = compose(tree(repository(experiments__score=change)), "dev", cache)
        assert len(found.broken) == count
    broken = compose(tree(repository(datasets__loans={"columns": {"id": {"type": "integer"}}})), "dev", cache)
    assert "experiments/score" in broken.broken


def test_many_wrong_names_end_soon() -> None:
    from time import monotonic

    wrong = {"slices": [f"column_{i}" for i in range(3000)]}
    start = monotonic()
    assert len(problems(experiments__score=wrong, promotions__go={"gates": []})) == 3000
    assert monotonic() - start < 20


def test_what_would_tell_values_of_a_sensitive_column_is_refused() -> None:
    hidden = {"type": "string", "sensitive": True}
    told = problems(
        datasets__loans={"columns": {**COLUMNS, "id": hidden, "region": hidden, "paid": hidden}},
        labels__marks={"dataset": "datasets/loans", "exports": {"url": "x", "question": "q"}},
    )
    assert len(told) == 3, told
    for what in ("labels tell by it", "the classes of a target are told", "a slice tells its values"):
        assert any(what in problem for problem in told), told


def test_a_sensitive_column_makes_segments_only_by_name() -> None:
    data = {"columns": {**COLUMNS, "age": {"type": "integer", "sensitive": True}}}
    (line,) = problems(datasets__loans=data, monitors__api={"segments": {"columns": ["age"]}})
    assert "segments: no segments by `age`: it is sensitive in datasets/loans" in line
    named = {"columns": ["age"], "sensitive": ["age"]}
    assert not problems(datasets__loans=data, monitors__api={"segments": named})


def test_a_sensitive_number_may_be_predicted() -> None:
    hidden = {"type": "number", "sensitive": True}
    assert not problems(
        datasets__loans={"columns": {**COLUMNS, "paid": hidden}},
        experiments__score={"task": "regression", "metric": {"name": "rmse", "goal": "minimize"}},
        promotions__go={"gates": []},
        monitors__api={"metric": "rmse"},
    )


HIDDEN: list[tuple[str, dict[str, Any], str]] = [
    ("promotions/go", {"gates": [{"metric": "roc_auc", "minimum": 2}], "keep": 0}, "gates[0].minimum: `roc_auc` is 1"),
    ("promotions/go", {"experiment": "experiments/scor", "keep": 0}, "experiment: `experiments/scor` is declared"),
    ("experiments/score", {"dataset": "datasets/nope", "seed": "x"}, "dataset: `datasets/nope` is declared nowhere"),
    ("experiments/score", {"target": "payed", "seed": "x"}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"target": "payed", "sead": 1}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"target": "payed", "seed": "???"}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"target": "payed", "seed": "${nope}"}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"keep": -1, "seed": "${nope}"}, "keep: "),
    ("experiments/score", {"target": "payed", "params": {"modle": 1}}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"target": "payed", "labels": "labels/no"}, "target: datasets/loans has no column `payed`"),
    ("experiments/score", {"runner": {"module": "t", "code": "no"}, "seed": -1}, "runner.code: there is no folder"),
    ("experiments/score", {"runner": {"module": "t", "code": "no"}, "metric": {"name": "f1", "goal": "minimize"}},
     "metric.goal: f1 is the better the higher it is"),
    ("datasets/loans", {"identifier": "idd", "schedule": "daily"}, "identifier: `columns` has no column `idd`"),
    ("monitors/api", {"metric": "rmse", "keep": 0}, "metric: `rmse` isn't watched of binary"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "fields", "problem"), HIDDEN)
def test_an_error_hides_no_other_one_of_its_file(address: str, fields: dict[str, Any], problem: str) -> None:
    found = problems(**{address.replace("/", "__"): fields})
    assert len([text for text in found if text.startswith(f"specs/{address}.yaml:")]) == len(found) == 2, found
    assert any(f": {problem}" in text for text in found), found


def test_an_error_hides_none_of_the_specs_that_follow_its_own() -> None:
    changed = {"datasets__loans": {"keep": -1}, "experiments__score": {"target": "payed"}}
    assert any("datasets/loans has no column `payed`" in text for text in problems(**changed))


@pytest.mark.parametrize(
    "changes",
    [
        {"datasets__loans": {"extra_columns": "alow"}, "experiments__score": {"target": "payed"}},
        {"datasets__loans": {"columns": {"paid": {"type": "nmber"}}}, "experiments__score": {"target": "payed"}},
        {"experiments__score": {"task": "binry"}, "promotions__go": {"gates": [{"metric": "rmse", "maximum": 3}]}},
        {"pools__shared": {"capacity": {"cpus": "many"}}, "experiments__score": {"resources": {"cpus": 64}}},
        {"experiments__score": {"split": {"by": "dy", "test": 2}}},
        {"promotions__go": {"suspend": "perhaps"}, "promotions__no": SPECS["promotions/go"]},
    ],
)
def test_what_follows_from_a_field_that_is_wrong_isn_t_said(changes: dict[str, dict[str, Any]]) -> None:
    assert len(problems(**changes)) == 1, problems(**changes)


@pytest.mark.parametrize(("name", "is_told"), [("id", True), ("path", True), ("label", True), ("width", False)])
def test_of_an_album_the_names_of_its_files_are_what_labels_tell(name: str, is_told: bool) -> None:
    columns = {name: {"type": "string", "sensitive": True}}
    source = {"files": {"url": "x", "format": "images", "label_from": "folder"}}
    album = {"source": source, "columns": columns}
    labels = {"dataset": "datasets/photos", "exports": {"url": "x", "question": "q"}}
    found = problems(datasets__photos=album, labels__photos=labels)
    assert [f"the {name} of the pictures of datasets/photos is sensitive" in text for text in found] == [True] * is_told


@pytest.mark.parametrize(
    ("split", "of", "what", "hint"),
    [
        ({"group": ["regio"]}, {}, "`columns` has no column `regio`", "did you mean `region`?"),
        ({}, {"identifier": None}, "the dataset has none", "by `identifier`"),
        ({"time": "day", "validation_from": 2}, {}, "time needs test_from", ""),
        ({"time": "day", "validation_from": "2026-01-01", "test_from": "soon"}, {}, "`soon` is no moment", ""),
    ],
)
def test_the_split_of_a_dataset_is_held_against_it(
    split: dict[str, Any], of: dict[str, Any], what: str, hint: str
) -> None:
    found = problems(datasets__loans={"split": split, **of}, experiments__score={"split": {}})
    assert any(what in problem and hint in problem for problem in found), found


def test_an_experiment_may_not_contradict_the_split_of_its_dataset() -> None:
    (found,) = problems(datasets__loans={"split": {"group": ["region"]}})
    assert "datasets/loans states the split of its rows" in found
    assert "leave split out" in found


def test_pictures_are_grouped_by_their_bytes_and_not_by_their_rows() -> None:
    album = {"source": {"files": {"url": "x", "format": "images"}}, "columns": None, "identifier": None}
    (found,) = problems(datasets__scans={**album, "split": {"content": True}})
    assert "no two of them are equal" in found
    assert "group: [sha256]" in found
    assert not problems(datasets__scans={**album, "split": {"group": ["sha256"]}})


CUSTOMERS = {"source": {"files": {"url": "c.csv", "format": "csv"}}, "columns": {"id": {"type": "integer"}}}
KEY = {"columns": "age", "dataset": "datasets/customers", "key": "id"}
LATER = {"columns": {**COLUMNS, "age": {"type": "number", "environments": ["training"]}}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"datasets__loans": {"unique": [["id", "dya"]]}}, ["loans.yaml", "unique[0][1]", "did you mean `day`?"]),
        ({"datasets__loans": {"drift": {"columns": {"agee": {"mean": 1}}}}}, ["drift.columns.agee", "`age`?"]),
        (
            {
                "datasets__loans": {
                    "columns": {**COLUMNS, "age": {"type": "string"}},
                    "drift": {"columns": {"age": {"mean": 1}}},
                }
            },
            ["drift.columns.age.mean", "which has no mean"],
        ),
        ({"datasets__loans": {"foreign_keys": [{**KEY, "columns": "agee"}]}}, ["foreign_keys[0].columns[0]", "`age`?"]),
        ({"datasets__loans": {"foreign_keys": [{**KEY, "key": "ids"}]}}, ["foreign_keys[0].key[0]", "`id`?"]),
        (
            {"datasets__loans": {"foreign_keys": [{**KEY, "dataset": "datasets/custom"}]}},
            ["foreign_keys[0].dataset", "nowhere"],
        ),
        (
            {"datasets__loans": {"foreign_keys": [{**KEY, "dataset": "datasets/loans"}]}},
            ["foreign_keys[0].dataset", "circle"],
        ),
        (
            {"datasets__loans": LATER, "monitors__api": {"columns": ["income"]}},
            ["score.yaml", "features[0]", "no request"],
        ),
        (
            {"datasets__loans": LATER, "experiments__score": {"features": None}},
            ["monitors/api.yaml", "columns[0]", "no feature `age`"],
        ),
    ],
)
def test_what_rows_are_held_to_agrees_with_the_columns_and_with_other_datasets(
    changes: dict[str, dict[str, Any]], words: list[str]
) -> None:
    found = problems(datasets__customers=CUSTOMERS, **changes)
    assert any(all(word in line for word in words) for line in found), found


def test_a_column_of_training_alone_may_be_the_target_a_slice_and_what_is_split_by() -> None:
    alone = {name: {"type": "number", "environments": ["training"]} for name in ("paid", "region", "day")}
    assert problems(datasets__loans={"columns": {**COLUMNS, **alone}}) == []
