"""The whole graph of a commit."""

import gc
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.compose import Cache, compose
from reconciler.model.errors import BadSpec, Severity
from reconciler.model.ids import Address, digest
from reconciler.model.resource import Before, Desired
from tests.unit.reconciler.compose.samples import ENVIRONMENT, EXPERIMENT, SMALL, desired, sample, told, tree

LOANS = Address("experiments/loans")
E = "specs/experiments/loans.yaml"


def test_the_sample_repository_composes() -> None:
    for environment in ("dev", "prod"):
        found = desired(sample(), environment)
        assert found.all_problems() == ()
        assert len(found.resources) == 9
    assert len(found.resources[Address("experiments/employment")].trials) >= 4


def test_upstream_comes_before_downstream() -> None:
    assert list(desired(SMALL).resources) == ["pools/shared", "datasets/loans", "experiments/loans"]


def test_a_broken_spec_is_stalled_and_the_others_compose() -> None:
    found = desired({**SMALL, "specs/datasets/loans.yaml": "source: {}\n"})
    assert list(found.resources) == ["pools/shared", "experiments/loans"]
    assert [str(problem) for problem in found.broken[Address("datasets/loans")]] == [
        "specs/datasets/loans.yaml:1:9: source: give exactly one of sql, files, table, derived, changes, stream and "
        "predictions"
    ]


def test_all_problems_of_a_commit_at_once() -> None:
    files = {
        **SMALL,
        E: EXPERIMENT.replace("datasets/loans", "datasets/lons"),
        "specs/datasets/loans.yaml": "a: [}",
        "specs/pools/shared.yaml": "capacity: {cpus: many}\n",
        "specs/pool/x.yaml": "",
        "specs/parts/unused.yaml": "- x\n",
        "environments/dev/experiments/lons.yaml": "",
        "environments/dev/experiments/loans.yaml": "seed: 1",
    }
    assert told(files) == [
        "environments/dev/experiments/lons.yaml: there is no spec `experiments/lons` to patch"
        " (did you mean `experiments/loans`?)",
        "specs/datasets/loans.yaml:1:5: this isn't YAML: did not find expected node content",
        f"{E}:1:10: dataset: `datasets/lons` is declared nowhere: there is no specs/datasets/lons.yaml"
        " (did you mean `datasets/loans`?)",
        "specs/parts/unused.yaml:1:1: a spec is a mapping of fields, and this is a list (write `field: value` lines)",
        "specs/pool/x.yaml: there is no kind `pool` (did you mean `pools`?)",
        "specs/pools/shared.yaml:1:18: capacity.cpus: expected a Kubernetes quantity"
        " such as 2, 500m or 2Gi, not `many`",
    ]  # fmt: skip


def test_a_default_reference_is_told_at_the_file() -> None:
    files = {path: text for path, text in SMALL.items() if "pools" not in path}
    problems = told(files)
    file = "specs/pools/shared.yaml"
    assert f"{E}:1:1: pool: `pools/shared` is declared nowhere: there is no {file} (add {file})" in problems


def test_symbolic_links_and_submodules_break_their_resource() -> None:
    found = desired(SMALL, odd={"specs/labels/l.yaml": "symlink", "specs/monitors": "submodule"})
    assert list(found.broken) == ["labels/l"]
    assert [problem.file for problem in found.problems] == ["specs/monitors"]
    assert len(found.resources) == 3


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(BadSpec) as caught:
        desired(SMALL, "prod")
    assert (
        str(caught.value.problems[0])
        == "environments/prod/environment.yaml: there is no environment `prod` (known: dev)"
    )


def test_a_broken_environment_is_refused_with_all_other_problems() -> None:
    files = {**SMALL, ENVIRONMENT: "variables: {bucket: x}\ndaat: {}\n", E: EXPERIMENT + "seed: ${env.bucket}\n"}
    with pytest.raises(BadSpec) as caught:
        desired(files)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{ENVIRONMENT}:2:1: daat: unknown field `daat` (did you mean `data`?)",
        f"{E}:6:7: seed: expected a whole number, not `x`",
    ]


def test_secrets_stay_closed() -> None:
    found = desired(
        {**SMALL, "specs/datasets/loans.yaml": "source: {sql: {url: 'x://${secret:DB}@h', query: '${.url}'}}\n"}
    )
    assert "x://${secret:DB}@h" in repr(found.resources[Address("datasets/loans")].spec)


def test_warnings_break_nothing() -> None:
    found = desired({**SMALL, E: EXPERIMENT + "seed: 1\nkeep: ${oc.deprecated:seed,'use $NEW_KEY'}\n"})
    assert LOANS in found.resources
    assert [(problem.severity, problem.message) for problem in found.problems] == [(Severity.WARNING, "use seed")]


def test_unchanged_specs_keep_their_values() -> None:
    cache = Cache()
    first = compose(tree(SMALL), "dev", cache)
    second = compose(tree({**SMALL, E: EXPERIMENT + "seed: 9\n"}), "dev", cache)
    assert second.resources[LOANS].spec.seed == 9  # type: ignore[attr-defined]
    assert second.resources[Address("datasets/loans")] is first.resources[Address("datasets/loans")]
    assert first.commit != second.commit


def test_a_commit_without_a_change_to_specs_is_the_same_graph() -> None:
    cache = Cache()
    first = compose(tree(SMALL), "dev", cache)
    assert compose(tree(SMALL), "dev", cache) is first
    other = compose(tree({**SMALL, "README.md": "x"}), "dev", cache)
    assert dict(other.resources) == dict(first.resources)


def test_nothing_is_read_again() -> None:
    cache = Cache()
    compose(tree(SMALL), "dev", cache)
    again = tree({**SMALL, "README.md": "x"})
    again.read = lambda blob: pytest.fail(f"read {blob}")  # type: ignore[method-assign]
    compose(again, "dev", cache)


def test_code_that_changes_is_seen() -> None:
    cache = Cache()
    files = {**SMALL, E: EXPERIMENT.replace("tabular", "{module: m, code: c}"), "c/m.py": "1"}
    first, second = (compose(tree({**files, "c/m.py": text}), "dev", cache).resources[LOANS].code for text in "12")
    assert first != second


PATHS: Mapping[str, tuple[str | None, ...]] = {
    E: (None, EXPERIMENT, EXPERIMENT + "seed: 1\n", "defaults: [p, _self_]\n" + EXPERIMENT, "- broken", "x: 1"),
    "specs/parts/p.yaml": (None, "seed: 1\n", "seed: 2\n", "seed: ${env.team}\n", "- broken"),
    "specs/experiments/p.yaml": (None, EXPERIMENT),
    "specs/datasets/loans.yaml": (None, str(SMALL["specs/datasets/loans.yaml"]), "source: {}"),
    "specs/pools/shared.yaml": (None, "", "capacity: {cpus: 4}\n"),
    "environments/dev/experiments/loans.yaml": (None, "seed: 3\n", "defaults: [p]\n", "seed: x\n"),
    ENVIRONMENT: ("", "variables: {team: 5}\n", "variables: {team: risk}\n"),
    "specs/stray.yaml": (None, "x"),
}  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.fixed_dictionaries({path: st.sampled_from(texts) for path, texts in PATHS.items()}), min_size=2, max_size=6
    )
)
def test_history_changes_nothing(commits: list[dict[str, str | None]]) -> None:
    cache = Cache()
    for texts in commits:
        files = {path: text for path, text in texts.items() if text is not None}
        assert told_of(compose(tree(files), "dev", cache)) == told_of(compose(tree(files), "dev", Cache()))


def told_of(found: Desired) -> tuple[object, ...]:
    resources = [(addr, resource) for addr, resource in found.resources.items()]
    return found.commit, found.environment, resources, dict(found.broken), found.problems


def test_a_cache_holds_no_former_tree() -> None:
    cache = Cache()
    old = tree({**SMALL, E: "- broken"})
    compose(old, "dev", cache)
    compose(tree(SMALL), "dev", cache)
    gc.collect()
    assert not [item for item in gc.get_referrers(old) if type(item).__name__ == "Library"]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["specs/experiments/x.yaml", "specs/parts/x.yaml", "specs/pools/x.yaml"]))
def test_any_text_is_a_spec_or_a_problem(text: str, path: str) -> None:
    found = desired({**SMALL, path: text.encode("utf-8", "surrogatepass")})
    assert LOANS in found.resources
    for problem in found.all_problems():
        assert str(problem).isprintable()


def test_specs_mean_the_same_whether_their_version_is_written_or_not() -> None:
    files = {path: text for path, text in sample().items() if path.endswith(".yaml")}
    versioned = {path: text + b"\napiVersion: setpoint/v1\n" for path, text in files.items()}
    plain, found = desired(files), desired(versioned)
    assert found.all_problems() == plain.all_problems()
    assert found.environment == plain.environment
    assert {a: (r.spec, r.trials, digest(r.spec.model_dump(mode="json"))) for a, r in found.resources.items()} == {
        a: (r.spec, r.trials, digest(r.spec.model_dump(mode="json"))) for a, r in plain.resources.items()
    }


def test_a_spec_of_a_newer_version_is_refused_alone_and_what_it_says_beside_isn_t_looked_at() -> None:
    newer = {**SMALL, "specs/experiments/loans.yaml": EXPERIMENT + "ensemble: {size: 3}\napiVersion: setpoint/v2\n"}
    (problem,) = told(newer)
    assert problem.startswith("specs/experiments/loans.yaml:7:13: `apiVersion` is a version that isn't known here")
    assert "there is setpoint/v1 (upgrade setpoint" in problem
    assert Address("datasets/loans") in desired(newer).resources


ROUTED = {
    **SMALL,
    "specs/deployments/api.yaml": "",
    "specs/promotions/go.yaml": "experiment: experiments/loans\ndeployment: deployments/api\nroute: [staging, dev]\n",
    "environments/staging/environment.yaml": "",
}
GO = Address("promotions/go")


@pytest.mark.parametrize(
    ("patch", "before"),
    [
        ("approval: perhaps\n", Before(Address("deployments/api"), ("staging",))),
        ("gates: [{metric: 1}]\nroute: [dev]\n", Before(Address("deployments/api"), ())),
        ("experiment: experiments/gone\n", Before(Address("deployments/api"), ("staging",))),
        ("route: 7\n", None),
        ("deployment: api\n", None),
        ("a: [}", None),
    ],
)
def test_of_a_broken_promotion_its_route_is_known_where_that_is_sound(patch: str, before: Before | None) -> None:
    found = desired({**ROUTED, "environments/dev/promotions/go.yaml": patch})
    assert GO in found.broken
    assert found.before == ({GO: before} if before else {})
    assert desired(ROUTED).before == {}


def test_a_route_leads_by_environments_that_there_are() -> None:
    found = desired({**ROUTED, "environments/dev/promotions/go.yaml": "route: [stagin, dev]\n"})
    (problem,) = found.broken[GO]
    assert problem.message == "there is no environment `stagin`"
    assert problem.hint == "did you mean `staging`?"
