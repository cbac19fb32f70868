"""What promotions of values have before them at one commit, and what is refused of them."""

import pytest

from reconciler.compose import Cache, compose
from reconciler.model.ids import Address
from reconciler.model.spec_values import PromotedValues
from tests.unit.reconciler.compose.samples import desired, tree

GO, API = Address("promotions/go"), Address("deployments/api")
BASE = {
    "specs/pools/shared.yaml": "capacity: {cpus: 2}\n",
    "specs/deployments/api.yaml": "replicas: {maximum: 3}\n",
    "specs/promotions/go.yaml": "spec: deployments/api\nfields: [replicas, rollout, access]\nroute: [dev, prod]\n",
    "environments/dev/environment.yaml": "variables: {most: 7}\nserving: {provider: local, tls: internal}\n",
    "environments/prod/environment.yaml": "serving: {provider: local, tls: internal}\n",
}


def promoted(**files: str) -> PromotedValues:
    """Return what prod has before it; `dev` and `prod` are patches of the deployment, other files go by their paths."""
    patches = {
        f"environments/{name}/deployments/api.yaml": files.pop(name) for name in ("dev", "prod") if name in files
    }
    return desired({**BASE, **patches, **files}, "prod").promoted[GO]


def problems(**spec: str) -> list[str]:
    """Return what is wrong in prod, with fields of the promotion by their text."""
    fields = {"spec": "deployments/api", "fields": "[replicas]", "route": "[dev, prod]", **spec}
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return [str(one) for one in desired({**BASE, "specs/promotions/go.yaml": text}, "prod").all_problems()]


def test_nothing_is_edited_where_both_say_the_same_however_it_is_written() -> None:
    found = promoted(dev="replicas: {minimum: 1, maximum: 3}\n", prod="rollout: {hold: 30s}\n")
    (before,) = found.before.values()
    assert before.said is not None
    assert (before.said.digest, found.edits, found.problems) == (found.here.digest, {}, ())


def test_what_differs_is_edited_as_it_was_written_there() -> None:
    found = promoted(
        dev="rollout: {hold: 1m, steps: [5, 100]}\nresources: {memory: 9Gi}\n", prod="smoke: {examples: 3}\n"
    )
    assert found.edits == {"rollout": {"hold": "1m", "steps": [5, 100]}}


def test_what_only_the_patch_here_says_gives_way_to_the_default_there() -> None:
    found = promoted(dev="keep: 3\n", prod="rollout: {hold: 9s}\nvisibility: public\naccess: {open: true}\n")
    (problem,) = found.problems
    assert "a public endpoint says who may ask it" in problem.message
    found = promoted(dev="keep: 3\n", prod="rollout: {hold: 9s}\n")
    assert found.edits["rollout"]["hold"] == "30s"


@pytest.mark.parametrize(
    ("dev", "why"),
    [
        ("rollout: {hold: '${env.wait}'}\n", "follows the environment's variables"),
        ("replicas: {maximum: '${env.most}'}\n", "replicas follows the environment's variables"),
        (
            "visibility: public\naccess: {keys: ['${secret:DEV_KEY}']}\n",
            "it names a secret, ${secret:DEV_KEY}, and secrets stay in their environment",
        ),
    ],
)
def test_what_belongs_to_the_other_environment_stays_there(dev: str, why: str) -> None:
    found = promoted(
        dev=dev, prod="visibility: public\naccess: {open: true}\n",
        **{"environments/dev/environment.yaml": "variables: {most: 7, wait: 7s}\nserving: {provider: local, tls: off}"},
    )  # fmt: skip
    (problem,) = found.problems
    assert (found.edits, why in str(problem)) == ({}, True), problem


def test_an_environment_that_says_nothing_is_told_of() -> None:
    found = promoted(dev="replicas: {maximum: 0}\n")
    assert "environments/dev/deployments/api.yaml:1:21: replicas.maximum" in found.before["dev"].flaw
    assert found.edits == {}


def test_another_environment_changes_what_is_found_and_the_same_commit_is_looked_at_once() -> None:
    cache = Cache()
    first = compose(tree(BASE), "prod", cache)
    again = compose(tree(BASE), "prod", cache)
    assert again.promoted is first.promoted
    later = compose(tree({**BASE, "environments/dev/deployments/api.yaml": "replicas: {maximum: 5}\n"}), "prod", cache)
    assert later.promoted[GO].edits == {"replicas": {"maximum": 5}}
    assert compose(tree(BASE), "prod", cache).resources == first.resources


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"fields": "[replicas, replica]"}, "go.yaml:2:20: fields[1]: deployments/api has no field `replica` (did you"),
        ({"fields": "[model]"}, "fields[0]: `model` of deployments/api is a pin, which a promotion with `deployment`"),
        ({"fields": "[suspend]"}, "fields[0]: `suspend` is for one environment at a time"),
        ({"fields": "[moved_from]"}, "fields[0]: `moved_from` is what a resource was called"),
        ({"fields": "[replicas, replicas]"}, "fields[1]: `replicas` is named twice"),
        ({"fields": "[]"}, "spec and fields go together"),
        ({"spec": "deployments/app"}, "`deployments/app` is declared nowhere"),
        ({"spec": "promotions/go"}, "spec: "),
        ({"gates": "[{metric: rollout.hold, maximum: 1}]"}, "gates[0].metric: `rollout.hold` is no number in what"),
        ({"gates": "[{metric: replicas.maximum, worse_than_live: 1}]"}, "nobody knows which is the worse"),
        ({"freshness": "1d"}, "freshness is of data"),
        ({"revert": "auto"}, "revert is for models, and this promotes a spec's values"),
        ({"route": "[dev, lab]"}, "route[1]: there is no environment `lab`"),
        ({"dataset": "datasets/a"}, "one of the four"),
    ],
)
def test_what_makes_no_sense_of_values_is_refused_where_it_stands(spec: dict[str, str], why: str) -> None:
    found = problems(**spec)
    assert any(why in line for line in found), found


def test_two_promotions_of_one_field_are_refused_and_those_of_others_are_not() -> None:
    rival = "spec: deployments/api\nfields: [{}]\nroute: [dev, prod]\n"
    found = desired({**BASE, "specs/promotions/rival.yaml": rival.format("smoke, rollout")}, "prod").all_problems()
    assert [(one.file, one.line, one.path) for one in found] == [
        ("specs/promotions/go.yaml", 2, "fields[1]"),
        ("specs/promotions/rival.yaml", 2, "fields[1]"),
    ]
    assert "promotions/go and promotions/rival both choose `rollout` of deployments/api" in found[0].message
    assert not desired({**BASE, "specs/promotions/rival.yaml": rival.format("smoke")}, "prod").all_problems()


def test_a_field_that_names_a_secret_here_is_refused() -> None:
    secret = "source: {sql: {url: '${secret:DB}', query: SELECT 1}}\n"
    files = {"specs/datasets/loans.yaml": secret, "specs/promotions/go.yaml": (
        "spec: datasets/loans\nfields: [minimum_rows, source]\nroute: [dev, prod]\n"
    )}  # fmt: skip
    (problem,) = desired({**BASE, **files}, "prod").all_problems()
    assert "specs/promotions/go.yaml:2:24: fields[1]: `source` of datasets/loans names a secret" in str(problem)
