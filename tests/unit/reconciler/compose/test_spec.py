"""One spec, from its files to a resource."""

import pytest

from reconciler.compose.spec import Ingredients, compose_one
from reconciler.model.ids import Address
from reconciler.model.kinds.experiments import Experiment
from tests.unit.reconciler.compose.samples import EXPERIMENT, library, values

E = "specs/experiments/e.yaml"
P = "environments/dev/experiments/e.yaml"


def compose(files: dict[str, str]) -> tuple[Experiment | None, list[str]]:
    ingredients = Ingredients(Address("experiments/e"), E, P if P in files else None, {"team": "risk"})
    found = compose_one(library(files), ingredients)
    spec = found.resource.spec if found.resource else None
    assert spec is None or isinstance(spec, Experiment)
    return spec, [str(problem) for problem in found.problems]


def test_a_spec_a_part_a_patch_and_a_variable() -> None:
    files = {
        E: "defaults: [tabular, _self_]\n" + EXPERIMENT + "team: ${env.team}\nseed: 1\n",
        P: "defaults: [{override resources: large}]\nseed: 2\n",
        "specs/parts/tabular.yaml": "defaults: [{resources: small}]\nbudget: {trials: 4}\nseed: 0\n",
        "specs/parts/resources/small.yaml": "cpus: 1\n",
        "specs/parts/resources/large.yaml": "cpus: 8\n",
    }
    spec, problems = compose(files)
    assert problems == []
    assert spec is not None
    assert (spec.seed, spec.team, spec.budget.trials, spec.resources.cpus) == (2, "risk", 4, 8.0)


def test_everything_that_went_in_is_an_origin() -> None:
    files = {
        E: "defaults: [p, _self_]\n" + EXPERIMENT,
        P: "seed: 1",
        "specs/parts/p.yaml": "",
        "specs/parts/q.yaml": "",
    }
    shelf = library(files)
    found = compose_one(shelf, Ingredients(Address("experiments/e"), E, P, {}))
    assert found.resource is not None
    assert found.resource.file == E
    assert found.resource.origins == {path: shelf.files[path] for path in (E, P, "specs/parts/p.yaml")}


def test_trials_and_code() -> None:
    text = EXPERIMENT.replace("runner: tabular", "runner: {module: train, code: churn}")
    shelf = library({E: text, "churn/train.py": "print(1)"})
    found = compose_one(shelf, Ingredients(Address("experiments/e"), E, None, {})).resource
    assert found is not None
    assert found.trials == ({"model": "logistic"}, {"model": "gbm"})
    assert found.code == shelf.tree.tree_id("churn")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("tabular", "{module: t, code: chrn}"), f"{E}:3:27: runner.code: there is no folder `chrn` in this commit"),
        (("tabular", "{module: t, code: ../x}"), f"{E}:3:27: runner.code: `../x` is no folder of this repository"),
        (("tabular", "{module: t, code: /etc}"), f"{E}:3:27: runner.code: `/etc` is no folder of this repository"),
        (("tabular", "{module: t, code: churn/}"), f"{E}:3:27: runner.code: `churn/` is no folder of this repository"),
        (("choice(logistic, gbm)", "range(1000000000)"), f"{E}:4:9: params: the sweep makes 1,000,000,000 trials"),
        (("choice(logistic, gbm)", "choice("), f"{E}:4:17: params.model: expected logistic, linear, gbm, forest,"),
        (("choice(logistic, gbm)", "choice()"), f"{E}:4:17: params.model: `choice()` can't be read as a sweep"),
        (("target: paid", "target: ???"), f"{E}:2:9: target: a value is still missing here (`???`)"),
        (("target: paid", "target: ${oc.env:HOME}"), f"{E}:2:9: target: `${{oc.env:...}}` reads the world outside"),
        (("target: paid", "env: {}"), f"{E}:2:1: env: unknown field `env`"),
        (("target: paid", "defaults: [nothing]"), f"{E}:2:12: there is no part `nothing`"),
        (
            ("target: paid", "defaults: [/parts/p]\ntarget: paid"),
            "specs/parts/p.yaml:1:1: parts: unknown field `parts` (a part named /parts/x lands under `parts`",
        ),
    ],
)  # fmt: skip
def test_problems_have_their_place(change: tuple[str, str], problem: str | None) -> None:
    files = {E: EXPERIMENT.replace(*change), "churn/train.py": "", "specs/parts/p.yaml": "x: 1"}
    spec, problems = compose(files)
    if problem is None:
        assert spec is not None
    else:
        assert spec is None
        assert any(text.startswith(problem) for text in problems), problems


def test_all_problems_at_once() -> None:
    files = {
        E: EXPERIMENT.replace("choice(logistic, gbm)", "choice()") + "seed: x\nteam: A\n",
        P: "modle: 1\nseed: y\n",
    }
    assert [problem.partition(": ")[0] for problem in compose(files)[1]] == [
        f"{P}:1:1",
        f"{P}:2:7",
        f"{E}:4:17",
        f"{E}:7:7",
    ]


def test_a_broken_spec_and_its_broken_patch_are_told_together() -> None:
    spec, problems = compose({E: "- a", P: "- b"})
    assert spec is None
    assert [problem.partition(":")[0] for problem in problems] == [E, P]


def test_a_warning_leaves_the_resource() -> None:
    spec, problems = compose({E: EXPERIMENT + "seed: 3\nkeep: ${oc.deprecated:seed}\n"})
    assert spec is not None
    assert len(problems) == 1


def test_a_result_knows_when_it_is_out_of_date() -> None:
    text = "defaults: [p, _self_]\n" + EXPERIMENT
    first = library({E: text, "specs/parts/p.yaml": "seed: 1"})
    found = compose_one(first, Ingredients(Address("experiments/e"), E, None, {}))
    assert found.holds(first)
    assert not found.holds(library({E: text, "specs/parts/p.yaml": "seed: 2"}))
    assert not found.holds(library({E: text, "specs/parts/p.yaml": "seed: 1", "specs/experiments/p.yaml": ""}))
    assert found.outlives({"specs/experiments/other.yaml"})
    assert not found.outlives({"specs/parts/p.yaml"})
    assert not found.outlives({"specs/experiments/p.yaml"})


def test_a_result_that_took_a_listing_or_code_is_looked_at_again() -> None:
    text = EXPERIMENT.replace("choice(logistic, gbm)", "glob(*)").replace("tabular", "{module: t, code: c}")
    files = {E: text, "specs/parts/model/a.yaml": "x: 1", "c/t.py": "1"}
    found = compose_one(library(files), Ingredients(Address("experiments/e"), E, None, {}))
    assert not found.outlives({"README.md"})
    assert found.holds(library({**files, "README.md": ""}))
    assert not found.holds(library({**files, "specs/parts/model/b.yaml": "x: 2"}))
    assert not found.holds(library({**files, "c/t.py": "2"}))


def test_values_are_flattened_before_they_are_validated() -> None:
    assert values({E: "a: ${b}\nb: 1\n"}, "experiments/e") == {"a": 1, "b": 1}
