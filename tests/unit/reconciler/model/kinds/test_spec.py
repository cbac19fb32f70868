"""What every spec has in common."""

import pytest
from pydantic import TypeAdapter, ValidationError

from reconciler.model.kinds import KINDS
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Cron, JobSpec, Resources, Team, reference
from runners.contract.one_or_many import Names


def test_a_kind_is_named_as_its_folder_and_knows_itself() -> None:
    assert list(KINDS) == ["pools", "datasets", "labels", "experiments", "promotions", "deployments", "monitors"]
    assert all(model.kind == name for name, model in KINDS.items())


def test_specs_are_strict_and_frozen() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Pool.model_validate({"capcity": {}})
    with pytest.raises(ValidationError, match="frozen"):
        Pool().suspend = True  # type: ignore[misc]


def test_references_are_found_by_field() -> None:
    spec = Experiment.model_validate(
        {"dataset": "datasets/a", "labels": "labels/b", "target": "y", "runner": "tabular", "metric": {"name": "m"}}
    )
    assert list(spec.reference_fields()) == [
        (("pool",), "pools/shared"),
        (("dataset",), "datasets/a"),
        (("labels",), "labels/b"),
    ]
    assert spec.references() == ("pools/shared", "datasets/a", "labels/b")
    assert spec.model_copy(update={"labels": None, "dataset": "datasets/c"}).references() == (
        "pools/shared",
        "datasets/c",
    )


@pytest.mark.parametrize(
    "text", ["labels/a", "datasets/", "datasets/A", "datasets/a/b", "datasets/a\n", "datasets/-", "a"]
)
def test_a_reference_names_its_kind_and_a_resource(text: str) -> None:
    adapter = TypeAdapter(reference("datasets"))
    assert adapter.validate_python("datasets/a-1") == "datasets/a-1"
    with pytest.raises(ValidationError):
        adapter.validate_python(text)


@pytest.mark.parametrize("text", ["0 3 * * *", "*/5 * * * *", "0 3 * * 1-5", "0 3 * * mon-fri", "30 2 1,15 * *"])
def test_cron_expressions(text: str) -> None:
    assert TypeAdapter(Cron).validate_python(text) == text


@pytest.mark.parametrize(
    "text", ["", "daily", "0 3 * *", "60 3 * * *", "0 3 * * mon-fri 7", "* * * * *" * 50, "0 0 30 2 *"]
)
def test_other_texts_are_no_cron_expressions(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Cron).validate_python(text)


def test_one_name_is_a_list_of_names() -> None:
    assert TypeAdapter(Names).validate_python("a") == ("a",)
    assert TypeAdapter(Names).validate_python(["a", "b"]) == ("a", "b")


def test_teams_are_dns_labels() -> None:
    assert TypeAdapter(Team).validate_python("risk-2") == "risk-2"
    with pytest.raises(ValidationError):
        TypeAdapter(Team).validate_python("Risk")


def test_resources_are_quantities() -> None:
    assert Resources.model_validate({"cpus": "500m", "memory": "2Gi"}) == Resources(cpus=0.5, memory=2.0 * 2**30)
    for wrong in ({"gpus": -1}, {"gpus": 0.5}, {"nodes": 0}, {"cpus": "many"}):
        with pytest.raises(ValidationError):
            Resources.model_validate(wrong)


def test_jobs_run_in_the_shared_pool_unless_said_otherwise() -> None:
    spec = JobSpec()
    assert (spec.pool, spec.team, spec.timeout.total_seconds(), spec.retries) == ("pools/shared", "default", 3600, 2)


def test_a_kind_of_gpu_is_of_some_gpu() -> None:
    assert Resources.model_validate({"gpus": 1, "gpu_kind": "a100"}).gpu_kind == "a100"
    for wrong in ({"gpu_kind": "a100"}, {"gpus": 1, "gpu_kind": "A100"}):
        with pytest.raises(ValidationError):
            Resources.model_validate(wrong)


def test_resources_without_a_kind_are_written_as_ever() -> None:
    assert Resources().model_dump() == {"cpus": 1.0, "memory": 2.0 * 2**30, "gpus": 0, "nodes": 1}
    assert Resources(gpus=1, gpu_kind="t4").model_dump()["gpu_kind"] == "t4"
