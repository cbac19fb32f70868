"""Routes and silences that match nothing of the repository are told, with file, line and nearest name."""

from typing import Any

import pytest
import yaml

from reconciler.compose.notice_flaws import MOST, unheard
from reconciler.model.environment import Environment
from reconciler.model.errors import Severity
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.resource import Resource
from tests.unit.reconciler.compose.agreeing import repository
from tests.unit.reconciler.compose.samples import ENVIRONMENT, desired

UNTIL = {"until": "2026-12-24T18:00:00Z", "because": "the cluster moves"}


def told(route: dict[str, Any] | None = None, silence: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """Return what is told of one route, and one silence."""
    log = {"name": "log", "slack": "${secret:SLACK}"}
    notifications: dict[str, Any] = {"routes": [{**log, **(route or {})}]}
    notifications["silences"] = [{**UNTIL, **silence}] if silence else []
    files = repository(**{"experiments__score": {"team": "risk"}, **more.pop("specs", {})})
    found = desired({**files, ENVIRONMENT: yaml.safe_dump({"notifications": notifications, **more})})
    assert all(one.file == ENVIRONMENT and one.line > 1 for one in found.problems)
    assert all(one.severity is Severity.WARNING for one in found.problems)
    return [f"{one.path}: {one.message} ({one.hint})" for one in found.problems]


FINE: list[dict[str, Any]] = [
    {},
    {"severity": "critical"},
    {"only": ["deployments/*", "monitors/api", "experiments/sc*"]},
    {"only": ["labels/*"], "about": ["stalled", "drifted"]},
    {"only": ["engines/*", "environment"]},
    {"teams": ["risk", "default"]},
    {"about": ["unread"], "severity": "critical"},
    {"about": ["commit"]},
    {"about": ["review"], "severity": "info"},
    {"about": ["alerting"], "only": ["monitors/[a-z]*"]},
]


@pytest.mark.parametrize("route", FINE, ids=str)
def test_a_route_that_hears_something_is_right(route: dict[str, Any]) -> None:
    assert told(route) == []


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"only": ["deployments/apy"]}, "only[0]", "nothing here is called `deployments/apy`", "`deployments/api`?"),
    ({"only": ["deploymnts/*"]}, "only[0]", "nothing here is called `deploymnts/*`", "mean `deployments/*`?"),
    ({"only": ["monitors/*", "api"]}, "only[1]", "nothing here is called `api`", ""),
    ({"teams": ["risc"]}, "teams[0]", "no resource is of the team `risc`", "did you mean `risk`?"),
    ({"about": ["review"], "severity": "warning"}, "severity", "nothing of what this", "is `info`"),
    ({"about": ["alerting"], "severity": "critical"}, "severity", "is `critical`", "is `warning`"),
    ({"only": ["experiments/*"], "severity": "critical"}, "severity", "is `critical`", "is `warning`"),
    ({"about": ["alerting"], "only": ["pools/*"]}, "about", "only pools/*", "alerting is told of monitors"),
    ({"about": ["unread"], "teams": ["risk"]}, "about", "teams risk", "which are of no team"),
    ({"about": ["commit"], "only": ["datasets/*"]}, "about", "only datasets/*", "told of `environment`"),
]


@pytest.mark.parametrize(("route", "path", "what", "hint"), WRONG, ids=str)
def test_a_route_that_never_hears_anything_is_told(route: dict[str, Any], path: str, what: str, hint: str) -> None:
    (found,) = told(route)
    assert found.startswith(f"notifications.routes[0].{path}: ")
    assert what in found
    assert hint in found


def test_a_silence_of_nothing_is_told() -> None:
    (found,) = told(silence={"only": ["experiments/skore"]})
    assert found.startswith("notifications.silences[0].only[0]: nothing here is called `experiments/skore` (did you")
    (found,) = told(silence={"only": ["pools/*"], "about": ["alerting"]})
    assert found.startswith("notifications.silences[0].about: nothing of that is told of pools/* (alerting is told of")
    assert told(silence={"only": ["experiments/*"]}) == []


def test_all_resources_are_of_the_environments_team_where_it_has_one() -> None:
    assert told({"teams": ["shop"], "about": ["commit"]}, team="shop") == []
    (found,) = told({"teams": ["risk"]}, team="shop")
    assert "no resource is of the team `risk` (known: shop)" in found


def test_of_a_spec_that_is_broken_the_name_is_known_and_not_its_team() -> None:
    environment = Environment.model_validate(
        {"notifications": {"routes": [{"name": "log", "slack": "${secret:S}", "teams": ["x"], "only": ["pools/a"]}]}}
    )
    api = Address("deployments/api")
    resources = {api: Resource(api, Deployment(), "f")}
    assert unheard(environment, resources, [Address("pools/a")]) == ()
    assert [flaw.path[-2:] for flaw in unheard(environment, resources, [])] == [("only", 0), ("teams", 0)]


def test_there_is_an_end_to_what_is_told() -> None:
    routes = [{"name": f"r{n}", "slack": "${secret:S}", "only": ["x"] * 50} for n in range(3)]
    environment = Environment.model_validate({"notifications": {"routes": routes}})
    assert len(unheard(environment, {}, [])) == MOST
    assert unheard(Environment(), {}, []) == ()


def test_a_route_to_the_forge_needs_one_that_has_issues() -> None:
    route = {"slack": None, "forge": {}}
    assert told(route) == [
        "notifications.routes[0].forge: the environment's forge is plain Git, which has no issues "
        "(choose another one in `forge`, or tell people by another route)"
    ]
    assert told(route, forge={"provider": "gitea", "token": "${secret:TOKEN}"}) == []
