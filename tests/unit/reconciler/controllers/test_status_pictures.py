"""Pictures of a run, shown on the status branch."""

from reconciler.controllers.status_pictures import (
    MOST_DISPUTES,
    VERSIONS,
    label_documents,
    model_pages,
    of_comparison,
    pictures,
    profile_pages,
    profiles,
    served_pages,
    trial_documents,
)
from reconciler.model.ids import Address, RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS

RUN = RunName("datasets/loans/0123456789ab")


def test_only_pictures_are_shown_each_under_its_runs_name() -> None:
    files = {"roc.png": "1", "data/part-0.parquet": "2", "plots/age.png": "3"}
    shown = pictures(RUN, {"files": files})
    assert set(shown.values()) <= {(RUN, "roc.png"), (RUN, "plots/age.png")}
    assert (RUN, "roc.png") in shown.values()
    assert all(path.startswith(f"reports/{RUN}/") for path in shown)


def test_the_first_few_are_shown_and_examples_of_the_data_are_not() -> None:
    files = dict.fromkeys(["d.png", "c.png", "b.png", "a.png", "images/0.png"], "1")
    assert [path for _, path in pictures(RUN, {"files": files}).values()] == ["a.png", "b.png", "c.png"]
    assert len(pictures(RUN, {"files": files}, limit=1)) == 1


def test_a_run_without_files_shows_none() -> None:
    assert not pictures(RUN, {})


def test_a_proposal_shows_the_comparison_and_the_candidates_first_two_below_the_comparison() -> None:
    run, trial = RunName("promotions/go/0123456789ab"), RunName("experiments/score/ba9876543210")
    own = {"files": {"comparison.png": "1", "comparison.json": "2"}}
    trained = {"files": dict.fromkeys(["plots/roc.png", "plots/confusion.png", "importance.png"], "1")}
    shown = of_comparison(run, own, trial, trained)
    assert {path: (one.run, one.path) for path, one in shown.items()} == {
        f"reports/{run}/comparison.png": (run, "comparison.png"),
        f"reports/{run}/candidate-roc.png": (trial, "plots/roc.png"),
        f"reports/{run}/candidate-confusion.png": (trial, "plots/confusion.png"),
    }
    assert shown[f"reports/{run}/candidate-roc.png"].what == "roc of the candidate"
    assert of_comparison(run, {}, trial, {}) == {}


def test_a_profile_is_shown_by_its_pages() -> None:
    left = {"files": dict.fromkeys(["profile.md", "profile.html", "profile.json", "data.parquet"], "1")}
    assert profile_pages(RUN, left) == {f"reports/{RUN}/{page}": (RUN, page) for page in ("profile.md", "profile.html")}
    assert profile_pages(RUN, {}) == {}


def test_a_model_is_shown_by_its_card_and_the_pictures_on_it() -> None:
    left = {"files": dict.fromkeys(["model-card.md", "curves/roc.png", "curves/roc.json", "model.onnx"], "1")}
    assert model_pages(RUN, left) == {
        f"reports/{RUN}/{page}": (RUN, page) for page in ("model-card.md", "curves/roc.png")
    }
    assert model_pages(RUN, {"files": {"curves/roc.png": "1"}}) == {}


def test_a_model_that_is_served_has_a_place_of_its_own() -> None:
    trial, left = RunName("experiments/score/0a"), {"files": {"model-card.md": "1", "curves/roc.png": "2"}}
    found = served_pages(Address("deployments/api"), trial, left)
    assert found == {f"reports/deployments/api/0a/{path}": (trial, path) for path in left["files"]}


def test_the_profiles_of_the_newest_versions_are_there_to_be_compared() -> None:
    left = {"files": {"profile.json": "1", "data.parquet": "2"}}
    runs = [RunName(f"datasets/loans/{n:012}") for n in range(VERSIONS + 2)]
    found = profiles([(runs[0], {}), *((run, left) for run in runs[1:])])
    assert found == {f"reports/{run}/profile.json": (run, "profile.json") for run in runs[2:]}


def test_of_a_trial_its_card_figures_environment_and_result_are_there_and_no_rows() -> None:
    left = ["model-card.md", "metrics.json", "environment.json", "examples.json", "reference.parquet", "model.onnx"]
    told = trial_documents([(RUN, {"files": dict.fromkeys(left, "1")}), (RunName("experiments/x/1"), {"files": {}})])
    assert [path for _, path in told.values()] == ["model-card.md", "metrics.json", "environment.json", "result.json"]


def test_of_labels_the_disputes_are_there_while_they_are_few() -> None:
    left = {"files": dict.fromkeys(["agreement.json", "disputes.json", "labels.parquet"], "1")}
    few, many = ({**left, "facts": {"disputes": count}} for count in (MOST_DISPUTES, MOST_DISPUTES + 1))
    assert [path for _, path in label_documents(RUN, few).values()] == ["agreement.json", "disputes.json"]
    assert [path for _, path in label_documents(RUN, many).values()] == ["agreement.json"]
    assert [path for _, path in label_documents(RUN, left).values()] == ["agreement.json"]
    assert label_documents(RUN, {}) == {}


def test_the_profiles_of_the_versions_before_stay_to_be_held_against_the_newest() -> None:
    run = stage.started(stage.decide(stage.resource(LOANS), stage.actual())).run
    left = {"files": {"profile.json": "sha256:0", "profile.md": "sha256:1"}}
    old, gone = RunName(f"{LOANS}/000000000000"), RunName(f"{LOANS}/111111111111")
    told = {one: {**stage.result(facts={"rows": 5}), **left} for one in (run, old, gone)}
    seen = stage.actual(stage.version(run), stage.version(old), stage.version(gone, here=False), results=told)
    assert set(stage.decide(stage.resource(LOANS), seen).files.values()) == {
        (run, "profile.md"),
        (run, "profile.json"),
        (old, "profile.json"),
    }
