"""A name that a resource has moved from is its own: what else claims it is told, with its place."""

import pytest

from reconciler.model.ids import Address
from tests.unit.reconciler.compose.samples import EXPERIMENT, SMALL, Files, desired, told

NAME, OTHER = "specs/experiments/credits.yaml", "specs/experiments/mortgages.yaml"
FILES = {path: text for path, text in SMALL.items() if path != "specs/experiments/loans.yaml"}


def says(former: str) -> str:
    return f"{EXPERIMENT}moved_from: {former}\n"


def test_a_former_name_that_is_free_is_taken() -> None:
    found = desired({**FILES, NAME: says("loans"), OTHER: says("[first, second]")})
    assert not found.all_problems()
    resource = found.resources[Address("experiments/credits")]
    assert (resource.former, resource.identity) == ((Address("experiments/loans"),), "experiments/loans")
    assert found.resources[Address("experiments/mortgages")].identity == "experiments/first"
    assert found.moved[Address("experiments/second")] == "experiments/mortgages"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {**SMALL, NAME: says("loans")},
            f"{NAME}:6:13: moved_from: `experiments/loans` is still there, and no two resources go on under one name "
            "(remove specs/experiments/loans.yaml, or leave `loans` out here)",
        ),
        (
            {**FILES, NAME: says("[loans]"), OTHER: says("[first, loans]")},
            f"{OTHER}:6:21: moved_from[1]: experiments/credits has moved from `experiments/loans`, too, and only one "
            "goes on under its name (leave `loans` out of the others)",
        ),
        (
            {**FILES, NAME: says("3")},
            f"{NAME}:6:13: moved_from: expected a list, not the number 3",
        ),
        ({**FILES, NAME: says("[a, a]")}, f"{NAME}:6:17: moved_from[1]: `a` is said twice (once is enough)"),
        (
            {**FILES, NAME: says("credits")},
            f"{NAME}:6:13: moved_from: `credits` is the name that it has now (say what it was called before)",
        ),
        (
            {**FILES, NAME: says("mortgages"), OTHER: says("credits")},
            f"{NAME}:6:13: moved_from: `experiments/mortgages` is still there, and no two resources go on under one "
            "name (remove specs/experiments/mortgages.yaml, or leave `mortgages` out here)",
        ),
        (
            {**FILES, NAME: says("loans"), "environments/dev/experiments/loans.yaml": "seed: 8\n"},
            f"{NAME}:6:13: moved_from: its patch has the former name: environments/dev/experiments/loans.yaml "
            "(rename it to environments/dev/experiments/credits.yaml)",
        ),
        (
            {**FILES, NAME: says("experiments/loans")},
            f"{NAME}:6:13: moved_from: `experiments/loans` is no former name: say it as its file was called, such as "
            "`loans`",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(files: Files, problem: str) -> None:
    assert problem in told(files)


def test_two_that_claim_one_name_are_both_stalled_and_nothing_else() -> None:
    found = desired({**FILES, NAME: says("loans"), OTHER: says("loans")})
    assert set(found.broken) == {"experiments/credits", "experiments/mortgages"}
    assert "datasets/loans" in found.resources


def test_a_reference_to_the_former_name_is_told_the_new_one() -> None:
    promotion = "experiment: experiments/loans\ndeployment: deployments/loans\n"
    files = {**FILES, NAME: says("loans"), "specs/promotions/loans.yaml": promotion}
    found = told({**files, "specs/deployments/loans.yaml": "team: risk\n"})
    assert found == [
        "specs/promotions/loans.yaml:1:13: experiment: `experiments/loans` has moved (it is `experiments/credits` now)"
    ]


def test_a_pool_has_nothing_to_take_along() -> None:
    (found,) = told({**FILES, "specs/pools/shared.yaml": "moved_from: small\n"})
    assert found.startswith("specs/pools/shared.yaml:1:1: moved_from: unknown field `moved_from` (leave it out")
