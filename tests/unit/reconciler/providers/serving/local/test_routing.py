"""Caddy's configuration is made from what is to be served, and Caddy understands it."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.ids import Digest
from reconciler.model.kinds.access import Cors
from reconciler.providers.serving.local.access import CREDENTIALS, Guard
from reconciler.providers.serving.local.proxy import find_caddy
from reconciler.providers.serving.local.routing import Json, door, host_of, router
from reconciler.providers.serving.local.sites import Listener, Places, Site
from reconciler.providers.serving.local.tls import Tls
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD

RUN = Path("/run/setpoint")
PLACES = Places(
    RUN / "admin",
    RUN / "internal",
    RUN / "public",
    RUN / "log",
    RUN / "storage",
    RUN / "metrics",
    RUN / "authorizer",
    RUN / "b",
)
GONE = [*CREDENTIALS, "X-Setpoint-Bucket", "X-Setpoint-Unit"]
LIVE = Site("employment", {OLD: [RUN / "1.sock", RUN / "2.sock"], NEW: [RUN / "3.sock"]}, {OLD: 90, NEW: 10})


def server(config: Json, kind: str = "internal") -> Json:
    """Return the server of a kind, whatever its generation."""
    (found,) = (told for name, told in config["apps"]["http"]["servers"].items() if name.startswith(kind))
    assert isinstance(found, dict)
    return found


def way(config: Json, path: str, uuid: str = "", host: str = "127.0.0.1") -> str | None:
    """Return the pool that a request is sent to, as Caddy would find it."""
    for route in server(config)["routes"]:
        pool = next((item.get("pool") for item in route["handle"] if "pool" in item), None)
        if pool and any(_matches(match, path, uuid, host) for match in route["match"]):
            return str(pool)
    return None


def _matches(match: Json, path: str, uuid: str, host: str) -> bool:
    paths = any(path == item or (item.endswith("*") and path.startswith(item[:-1])) for item in match["path"])
    below = match.get("expression", "").partition("< ")[2].strip("'")
    return paths and (not below or uuid < below) and host in match.get("host", [host])


def test_traffic_is_divided_by_percents() -> None:
    config = router(PLACES, [LIVE])
    path = "/employment/v2/models/employment/infer"
    drawn = [way(config, path, f"{number * 2**32 // 1000:08x}-4f6e") for number in range(1000)]
    assert drawn.count(host_of("employment", OLD)) == 900
    assert drawn.count(host_of("employment", NEW)) == 100


def test_a_key_chooses_among_buckets_and_the_others_are_divided_by_chance() -> None:
    keyed = replace(LIVE, traffic={OLD: 70, NEW: 30}, key="X-User")
    config = router(PLACES, [keyed, Site("plain", {OLD: []}, {OLD: 100})])
    first, *others = (
        route
        for route in server(config)["routes"]
        if route.get("group") == "employment"
        and not ("pool" in route["handle"][0] and "direct" in route["handle"][0]["pool"])
    )
    named, proxy = first["handle"]
    assert {tuple(match["header"]) for match in first["match"]} == {("X-User",)}
    assert named["request"]["set"]["X-Setpoint-Unit"] == [
        f"{'.'.join(sorted((OLD, NEW)))}:{{http.request.header.X-User}}"
    ]
    assert len(proxy["upstreams"]) == 100
    assert proxy["load_balancing"]["selection_policy"] == {"policy": "header", "field": "X-Setpoint-Unit"}
    assert len(others) == 2, "who has no key is divided as ever"
    behind = server(config, "split")
    assert behind["listen"] == [f"unix/{RUN}/split.sock|0600"]
    ways = [route for route in behind["routes"] if route.get("group") == "employment"]
    told = {way["handle"][0]["pool"]: len(way["match"][0]["header"]["X-Setpoint-Bucket"]) for way in ways}
    assert told == {host_of("employment", OLD): 70, host_of("employment", NEW): 30}
    assert "plain" not in json.dumps(behind["routes"][:-1])
    assert not any(name.startswith("split") for name in router(PLACES, [LIVE])["apps"]["http"]["servers"])


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_every_request_finds_a_revision(shares: list[int], drawn: int) -> None:
    names = [Digest(f"{number:012x}") for number in range(len(shares))]
    site = Site("x", {name: [RUN / name] for name in names}, dict(zip(names, shares, strict=True)))
    assert way(router(PLACES, [site]), "/x/v1/models/x:predict", f"{drawn:08x}-") is not None


def test_a_revision_is_reached_alone() -> None:
    config = router(PLACES, [LIVE])
    found = way(config, f"/employment/revisions/{NEW}/v2/models/employment/infer")
    assert found == host_of("employment", NEW, direct=True)


def test_a_revision_is_not_reached_alone_from_other_machines() -> None:
    config = router(PLACES, [replace(LIVE, is_public=True)])
    assert "direct" in json.dumps(server(config))
    assert "direct" not in json.dumps(server(config, "public"))
    assert f"/revisions/{NEW}" not in json.dumps(server(config, "public"))


@pytest.mark.parametrize("kind", ["internal", "public"])
def test_whether_a_replica_is_healthy_is_told_by_one_handler_that_asks_it(kind: str) -> None:
    config = server(router(PLACES, [replace(LIVE, is_public=True)]), kind)
    handlers = [item for route in config["routes"] for item in route["handle"] if item["handler"] == "reverse_proxy"]
    dialled = [upstream["dial"] for handler in handlers for upstream in handler["upstreams"]]
    assert len(dialled) == len(set(dialled)) == 3
    assert all(handler["health_checks"]["active"]["fails"] for handler in handlers)


def test_the_times_of_heads_and_answers_are_bounded_by_the_configuration() -> None:
    for told in door(PLACES, "127.0.0.1:1", Listener("0.0.0.0:2"))["apps"]["http"]["servers"].values():
        assert {"read_header_timeout", "read_timeout", "write_timeout", "idle_timeout"} <= told.keys()


def test_bodies_in_chunks_are_not_put_to_another_replica() -> None:
    routes = server(door(PLACES, "127.0.0.1:1"))["routes"] + server(router(PLACES, [LIVE]))["routes"]
    proxies = [item for route in routes for item in route["handle"] if item["handler"] == "reverse_proxy"]
    assert len(proxies) == 3
    for proxy in proxies:
        (match,) = proxy["load_balancing"]["retry_match"]
        assert match["not"] == [{"header": {"Transfer-Encoding": ["chunked"]}}]


def test_a_deployment_is_reached_by_its_host_too() -> None:
    config = router(PLACES, [LIVE])
    assert way(config, "/v2/health/ready", "0", "employment.localhost")
    assert way(config, "/v2/health/ready", "0") is None


@pytest.mark.parametrize(
    "path", ["/employment", "/employment/v2/repository/models/x/unload", "/employment/metrics2", "/"]
)
def test_only_the_protocol_is_passed_on(path: str) -> None:
    assert way(router(PLACES, [LIVE]), path, "0") is None


def test_a_deployment_without_traffic_says_so() -> None:
    routes = server(router(PLACES, [Site("x", {OLD: []}, {})]))["routes"]
    (closed,) = (r for r in routes if any(h.get("status_code") == 503 and "body" in h for h in r["handle"]))
    assert "deployments/x has no revision with traffic yet" in closed["handle"][0]["body"]


def test_a_smoke_test_s_mark_is_taken_from_clients_and_left_to_smoke_tests() -> None:
    routes = server(router(PLACES, [LIVE]))["routes"]
    headers = {
        item["pool"]: next(h["request"] for h in route["handle"] if h["handler"] == "headers")
        for route in routes
        for item in route["handle"]
        if "pool" in item
    }
    assert headers[host_of("employment", OLD)]["delete"] == [*GONE, "X-Setpoint-Smoke"]
    assert headers[host_of("employment", OLD, direct=True)]["delete"] == GONE


def test_only_public_deployments_are_behind_the_public_listener() -> None:
    public = Site("shop", {OLD: [RUN / "9.sock"]}, {OLD: 100}, is_public=True)
    config = router(PLACES, [LIVE, public])
    text = json.dumps(server(config, "public"))
    assert "shop" in text
    assert "employment" not in text
    assert "metrics" not in text
    assert not [name for name in router(PLACES, [LIVE])["apps"]["http"]["servers"] if name.startswith("public")]


def test_the_same_sites_give_the_same_configuration_and_others_another_generation() -> None:
    other = Site("other", {OLD: [RUN / "4.sock"]}, {OLD: 100})
    assert router(PLACES, [LIVE, other]) == router(PLACES, [other, LIVE])
    generations = {next(iter(router(PLACES, s)["apps"]["http"]["servers"])) for s in ([LIVE], [other], [LIVE, other])}
    assert len(generations) == 3


def test_the_door_does_not_depend_on_what_is_served() -> None:
    config = door(PLACES, "127.0.0.1:8080")
    assert "employment" not in json.dumps(config)
    assert config == door(PLACES, "127.0.0.1:8080")


COUNTED = Guard(
    ("a" * 16, "b" * 16),
    policy="cG9saWN5",
    by="key",
    cors=Cors.model_validate({"origins": ["https://a.example"], "expose": ["X-Cost"]}),
)


@pytest.mark.parametrize(
    "config",
    [
        door(PLACES, "127.0.0.1:0"),
        door(PLACES, "127.0.0.1:0", Listener("0.0.0.0:0")),
        door(PLACES, "127.0.0.1:0", Listener("0.0.0.0:0", Tls(), ("a-host", "localhost"))),
        router(PLACES, [replace(LIVE, is_public=True, guard=Guard(("a" * 16,)))]),
        router(PLACES, [replace(LIVE, is_public=True, guard=Guard(forward="https://auth.example/verify?x=1"))]),
        router(PLACES, [replace(LIVE, is_public=True, guard=COUNTED)]),
        router(PLACES, [replace(LIVE, is_public=True, guard=COUNTED, key="X-User")]),
        router(PLACES, []),
        router(PLACES, [LIVE, Site("shop", {OLD: []}, {OLD: 100}, is_public=True), Site("new", {}, {})]),
    ],
)
def test_caddy_understands_it(config: Any, tmp_path: Path) -> None:
    path = tmp_path / "caddy.json"
    text = json.dumps(config).replace(str(RUN), str(tmp_path))
    path.write_text(text)
    line = [find_caddy(), "validate", "--config", str(path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)}, timeout=60)
    assert done.returncode == 0, done.stderr
