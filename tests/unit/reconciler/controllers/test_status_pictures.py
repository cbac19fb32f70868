"""Pictures of a run, shown on the status branch."""

from reconciler.controllers.status_pictures import (
    agreement_pages,
    model_pages,
    of_comparison,
    pictures,
    profile_pages,
    served_pages,
)
from reconciler.model.ids import Address, RunName

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


def test_agreement_is_shown_by_its_figures() -> None:
    left = {"files": {"agreement.json": "1", "labels.parquet": "2"}}
    assert agreement_pages(RUN, left) == {f"reports/{RUN}/agreement.json": (RUN, "agreement.json")}
    assert agreement_pages(RUN, {}) == {}


def test_a_model_that_is_served_has_a_place_of_its_own() -> None:
    trial, left = RunName("experiments/score/0a"), {"files": {"model-card.md": "1", "curves/roc.png": "2"}}
    found = served_pages(Address("deployments/api"), trial, left)
    assert found == {f"reports/deployments/api/0a/{path}": (trial, path) for path in left["files"]}
