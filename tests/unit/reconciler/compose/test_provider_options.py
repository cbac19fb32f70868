"""A provider's wrong option is told where it stands, with the nearest right one."""

from pathlib import Path

import pytest

from reconciler.compose import Cache, compose
from reconciler.model.errors import BadSpec
from tests.unit.reconciler.compose.samples import ENVIRONMENT, SMALL, tree
from tests.unit.reconciler.plugins.packages import PROVIDERS, package, plugins_with

LAKEFS = "".join(
    f"  {key}: '${{secret:A}}'\n"
    for key in ("access_key_id", "secret_access_key", "job_access_key_id", "job_secret_access_key")
)


def told(text: str, cache: Cache | None = None) -> list[str]:
    """Return what is wrong with an environment's file."""
    try:
        compose(tree({**SMALL, ENVIRONMENT: text}), "dev", cache or Cache())
    except BadSpec as error:
        return [str(problem).removeprefix(f"{ENVIRONMENT}:") for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "pool:\n  provider: local\n  gracee: 3s\n",
            "3:3: pool.gracee: unknown field `gracee` (did you mean `grace`?)",
        ),
        ("pool: {provider: locl}\n", "1:18: pool.provider: there is no pool provider `locl` (did you mean `local`?"),
        ("pool: {provider: local, grace: soon}\n", "1:32: pool.grace: expected a duration such as 30s, 15m"),
        ("serving: {provider: local, port: 70000}\n", "1:34: serving.port: must be at most 65535, and is 70000"),
        ("data: {provider: git, largest_outpt: 1Gi}\n", "1:23: data.largest_outpt: unknown field `largest_outpt` (did"),
        ("forge: {provider: git, path: x}\n", "1:24: forge.path: unknown field `path`"),
        (
            f"data:\n  provider: lakefs\n  repository: r\n{LAKEFS}",
            "2:3: data.endpoint: `endpoint` is missing (add `endpoint: ...`, where lakeFS answers",
        ),
        ("serving: {provider: kserve, gateways: {publik: a/b}}\n", "1:40: serving.gateways.publik: unknown field"),
        ("pool: {provider: ray, address: http://r, placement: PAK}\n", "1:53: pool.placement: expected SPREAD,"),
    ],
)
def test_a_wrong_option_is_told_with_its_place(text: str, problem: str) -> None:
    found = told(text)
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "pool: {provider: local, grace: 2, keep: 1d, inherit: [AWS_PROFILE], path: here}\n",
        "pool: {provider: local, grace: '${secret:GRACE}'}\n",
        "serving: {provider: local, port: '${secret:PORT}', tls: off}\n",
        "variables: {grace: 5s}\npool: {provider: local, grace: '${variables.grace}'}\n",
        f"data:\n  provider: lakefs\n  endpoint: https://x\n  repository: r\n  timeout: '${{secret:T}}'\n{LAKEFS}",
    ],
)
def test_what_is_right_or_a_secret_is_taken(text: str) -> None:
    assert told(text) == []


def test_every_error_of_the_file_is_told_at_once() -> None:
    found = told("pool: {provider: local, a: 1}\nserving: {provider: local, b: 1}\ndeletion: {number: -1}\n")
    assert [one.split(": ")[1] for one in found] == ["pool.a", "serving.b", "deletion.number"]


def test_options_of_a_package_of_others_are_told_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from reconciler.plugins import Options, Provider\n"
        "class Shelf(Options):\n    shelves: int = 3\n"
        "STORE = Provider('nowhere:Store', 'shelf_package:Shelf')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    points = package(tmp_path, "shelf_package", {PROVIDERS: {"data.shelf": "shelf_package:STORE"}}, code)
    cache = Cache(plugins_with(*points))
    assert told("data: {provider: shelf, shelves: 4}\n", cache) == []
    (found,) = told("data: {provider: shelf, shelvs: 4}\n", cache)
    assert found == "1:25: data.shelvs: unknown field `shelvs` (did you mean `shelves`?)"


@pytest.mark.parametrize(
    "code",
    [
        "1 / 0",
        "from reconciler.plugins import Provider\nSTORE = Provider('nowhere:Store', 'gone:Options')",
        "from pydantic import field_validator\nfrom reconciler.plugins import Options, Provider\n"
        "class Odd(Options):\n    a: int = 1\n"
        "    @field_validator('a')\n    @classmethod\n    def check(cls, a): raise KeyError(a)\n"
        "STORE = Provider('nowhere:Store', '{name}:Odd')",
    ],
)
def test_a_broken_package_is_a_problem_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, request: pytest.FixtureRequest
) -> None:
    name = f"broken_{abs(hash(code))}"
    monkeypatch.syspath_prepend(tmp_path)
    points = package(tmp_path, name, {PROVIDERS: {"data.shelf": f"{name}:STORE"}}, code.replace("{name}", name))
    (found,) = told("data: {provider: shelf, a: 1}\n", Cache(plugins_with(*points)))
    assert found.startswith(f"1:18: data.provider: data.shelf of the package {name}")
    assert f"(mend or uninstall {name})" in found
