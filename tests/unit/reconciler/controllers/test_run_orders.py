"""Names are digests: of what changes the result, and of nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.controllers.run_orders import order, parts
from reconciler.model.change import StartRun
from reconciler.model.ids import RunName
from runners.contract.versions import RUNNER_VERSIONS
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SHARED


def ordered(spec: dict[str, Any] | None = None, *, environment: str = "dev", scope: str = "", **parts: Any) -> StartRun:
    thing = stage.resource(LOANS, **(spec or {}))
    asked = {"runner": "ingest", "params": {"a": 1, "b": [2]}, "made_from": {"content": "rows-1"}, **parts}
    desired = replace(stage.desired(thing, secrets={"scope": scope}), environment_name=environment)
    return order(thing, stage.view(desired, stage.actual()), **asked)


@pytest.mark.parametrize(
    "spec",
    [
        {"pool": "pools/big"},
        {"team": "risk"},
        {"resources": {"cpus": 8, "gpus": 2}},
        {"timeout": "9h"},
        {"retries": 9},
        {"description": "other words"},
    ],
)
def test_where_for_whom_and_how_long_changes_no_name(spec: dict[str, Any]) -> None:
    assert ordered(spec).run == ordered().run


@pytest.mark.parametrize(
    "parts",
    [
        {"params": {"a": 2, "b": [2]}},
        {"params": {"a": 1, "b": [2], "c": None}},
        {"seed": 1},
        {"made_from": {"content": "rows-2"}},
        {"made_from": {"content": "rows-1", "code": "tree-1"}},
        {"runner": "label"},
    ],
)
def test_what_changes_the_result_changes_the_name(parts: dict[str, Any]) -> None:
    assert ordered(**parts).run != ordered().run


def test_a_runners_declared_version_changes_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ordered().run
    monkeypatch.setattr(
        "reconciler.controllers.run_orders.RUNNER_VERSIONS",
        {**RUNNER_VERSIONS, "ingest": RUNNER_VERSIONS["ingest"] + 1},
    )
    assert ordered().run != before


def test_what_is_made_with_secrets_is_shared_only_where_they_are_said_to_be_the_same() -> None:
    sql = {"params": {"source": {"sql": {"url": "${secret:DB}"}}}}
    assert ordered(environment="prod").run == ordered(environment="dev").run
    assert ordered(environment="prod", **sql).run != ordered(environment="dev", **sql).run
    assert ordered(environment="prod", scope="dev", **sql).run != ordered(environment="dev", **sql).run
    assert ordered(environment="prod", scope="a", **sql).run == ordered(environment="dev", scope="a", **sql).run
    assert ordered(environment="prod", scope="a", **sql).run != ordered(environment="dev", scope="b", **sql).run


PLAIN = st.none() | st.integers(0, 3) | st.sampled_from(["", "a", "${env.DB}", "secret:DB"])
SECRET = st.sampled_from(["${secret:DB}", "sqlite:///${secret:DB}?x", "größe\n${secret:A}"])
WHOSE = st.tuples(st.sampled_from(["dev", "prod", "a"]), st.sampled_from(["", "a", "dev"]))


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what holds a value somewhere: in a list, in a mapping, or as the key of one."""
    return st.recursive(inner, lambda deeper: st.one_of(
        st.tuples(PLAIN, deeper).map(list), st.fixed_dictionaries({"x": PLAIN, "y": deeper}),
        deeper.filter(lambda value: isinstance(value, str)).map(lambda key: {key: 1}),
    ), max_leaves=3)  # fmt: skip


@given(one=WHOSE, other=WHOSE, secret=nested(SECRET), plain=nested(PLAIN))
def test_wherever_a_secret_stands_its_run_is_shared_within_a_scope_or_an_environment_alone(
    one: tuple[str, str], other: tuple[str, str], secret: Any, plain: Any
) -> None:
    def names(params: Any) -> set[str]:
        return {str(ordered(environment=e, scope=scope, params={"p": params}).run) for e, scope in (one, other)}

    is_shared = one[1] == other[1] if one[1] or other[1] else one[0] == other[0]
    assert len(names(plain)) == 1
    assert len(names(secret)) == (1 if is_shared else 2)


def test_where_the_inputs_lie_changes_no_name() -> None:
    moved = ordered(inputs={"dataset": RunName("datasets/loans/ffffffffffff")}, urls={"logs": "file:///elsewhere"})
    assert moved.run == ordered().run


def test_the_order_of_keys_changes_no_name() -> None:
    assert ordered(params={"b": [2], "a": 1}).run == ordered().run


def test_an_order_says_where_for_whom_and_what_it_is_made_from() -> None:
    found = ordered({"team": "risk", "timeout": "30m"}, inputs={"dataset": RunName("datasets/a/1")}, seed=7)
    assert (found.pool, found.team, found.timeout, found.seed) == (SHARED, "risk", 1800.0, 7)
    assert found.provenance == {
        "environment": "dev",
        "spec": "specs/datasets/loans.yaml",
        "runner_version": RUNNER_VERSIONS["ingest"],
        "input_dataset": "datasets/a/1",
    }


def test_what_an_order_is_made_from_is_told_by_digests_but_for_what_is_told_elsewhere() -> None:
    told = parts(ordered(made_from={"content": "rows-1", "due": "2026-01-07T12:00", "params": {"a": 1}}))
    assert sorted(told) == ["a", "b", "content", "runner", "seed"]
    again = parts(ordered(made_from={"content": "rows-2"}))
    assert told["content"] != again["content"]
    assert told["runner"] == again["runner"]


def test_a_kind_without_jobs_orders_none() -> None:
    thing = stage.resource(SHARED)
    with pytest.raises(TypeError, match="pools/shared has no jobs"):
        order(thing, stage.view(stage.desired(thing), stage.actual()), runner="ingest", params={}, made_from={})


def test_the_version_that_a_package_declares_is_part_of_the_name() -> None:
    ours, first, second = ordered(), ordered(version=7), ordered(version=8)
    assert len({ours.run, first.run, second.run}) == 3
    assert first.provenance["runner_version"] == 7
    assert ordered(version=RUNNER_VERSIONS["ingest"]).run == ours.run


def test_an_environment_s_team_is_that_of_all_its_jobs() -> None:
    thing = stage.resource(LOANS, team="risk")
    desired = stage.desired(thing, team="tries")
    found = order(thing, stage.view(desired, stage.actual()), runner="ingest", params={}, made_from={})
    former = order(thing, stage.view(stage.desired(thing), stage.actual()), runner="ingest", params={}, made_from={})
    assert (found.team, former.team) == ("tries", "risk")
    assert found.run == former.run
