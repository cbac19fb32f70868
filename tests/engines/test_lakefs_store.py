"""What `LakeFSData` does in a real lakeFS beyond what every store promises: branches, merges, hooks, pages, remains."""

from collections.abc import Mapping

import httpx
import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import RunName
from reconciler.providers.data.lakefs import LakeFSData, server
from reconciler.providers.data.lakefs.names import MERGE, RUN, name_of
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

FIRST, SECOND = RunName("datasets/loans/000000000001"), RunName("datasets/loans/000000000002")
TRIAL = RunName("experiments/loans/0123456789ab")
HOOK = b"""
name: reviewed
on: {pre-merge: {branches: [dev]}}
hooks:
  - id: closed
    type: lua
    properties: {script: 'error("no data on Fridays")'}
"""


@pytest.fixture
def tenant(lakefs: LakeFS) -> Tenant:
    return Tenant(lakefs)


@pytest.fixture
def data(tenant: Tenant) -> LakeFSData:
    return tenant.open()


def make(tenant: Tenant, data: LakeFSData, run: RunName, files: Mapping[str, bytes]) -> str:
    """Do what becomes of a run until it is accepted; return its commit."""
    data.open(run)
    tenant.put(name_of(RUN, run, "dev"), {f"{run.rpartition('/')[0]}/{path}": body for path, body in files.items()})
    commit = data.commit(run, {"run": run, "content": "abc", "commit": "1234"})
    data.merge(run)
    return commit


def test_the_environment_s_branch_shows_the_newest_version_and_nothing_older(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1", "gone": b"x"})
    make(tenant, data, SECOND, {"a": b"2", "new": b"y"})
    assert tenant.tree("dev") == {"datasets/loans/a": b"2", "datasets/loans/new": b"y"}


def test_an_output_that_is_too_large_is_refused(tenant: Tenant) -> None:
    data = tenant.open(largest_output="1Ki")
    make(tenant, data, FIRST, {"a": b"1" * 1024})
    with pytest.raises(Refused, match=r"the output of .*000000000002 has more than .* GiB") as error:
        make(tenant, data, SECOND, {"a": b"1" * 1000, "b": b"1" * 25})
    assert "largest_output" in str(error.value.hint)


def test_a_dropped_version_leaves_the_environment_s_branch(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    make(tenant, data, SECOND, {"b": b"2"})
    data.drop(FIRST, accepted=True)
    assert tenant.tree("dev") == {"datasets/loans/b": b"2"}
    data.drop(SECOND, accepted=True)
    assert tenant.tree("dev") == {}


def test_another_environment_takes_over_one_run_and_nothing_else(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    make(tenant, data, RunName("datasets/other/0"), {"b": b"2"})
    prod = tenant.open("prod")
    prod.merge(FIRST)
    assert tenant.tree("prod") == {"datasets/loans/a": b"1"}
    prod.drop(FIRST, accepted=True)
    prod.merge(FIRST)
    assert tenant.tree("prod") == {"datasets/loans/a": b"1"}


def test_taking_over_copies_no_data(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    tenant.open("prod").merge(FIRST)
    stats = [
        tenant.ask("GET", f"/refs/{ref}/objects/stat", params={"path": "datasets/loans/a"}) for ref in ("dev", "prod")
    ]
    assert len({stat.raise_for_status().json()["physical_address"] for stat in stats}) == 1


def test_a_commit_tells_where_it_is_from(tenant: Tenant, data: LakeFSData) -> None:
    commit = make(tenant, data, FIRST, {"a": b"1"})
    told = tenant.ask("GET", f"/commits/{commit}").json()
    assert told["metadata"] == {"run": FIRST, "content": "abc", "commit": "1234"}
    head = tenant.ask("GET", "/commits/" + data.list().head).json()
    assert head["metadata"]["sealed"] == commit
    assert head["metadata"]["run"] == FIRST


def test_nothing_is_left_of_a_merge(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    assert tenant.branches() == {"main", "dev"}


def test_a_merge_that_a_crash_broke_off_is_done_anew(tenant: Tenant, data: LakeFSData) -> None:
    data.open(TRIAL)
    tenant.put(name_of(RUN, TRIAL, "dev"), {f"{TRIAL}/a": b"1"})
    data.commit(TRIAL, {})
    make(tenant, data, FIRST, {"a": b"1"})
    left = {"name": name_of(MERGE, TRIAL, "dev"), "source": "main", "hidden": True}
    tenant.ask("POST", "/branches", json=left).raise_for_status()
    tenant.put(name_of(MERGE, TRIAL, "dev"), {"half": b"done"})
    tenant.open().merge(TRIAL)
    assert tenant.tree("dev") == {"datasets/loans/a": b"1", f"{TRIAL}/a": b"1"}


def test_what_a_crash_left_is_cleared_away(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    names = [name_of(MERGE, TRIAL, "dev"), name_of(RUN, FIRST, "dev"), name_of(MERGE, TRIAL, "prod")]
    for name in names:
        tenant.ask("POST", "/branches", json={"name": name, "source": "main"}).raise_for_status()
    tenant.open().open(SECOND)
    assert tenant.branches() == {"main", "dev", name_of(RUN, SECOND, "dev"), name_of(MERGE, TRIAL, "prod")}


def test_a_protected_branch_is_merged_to_and_nothing_else(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1", "b": b"1"})
    rules = [{"pattern": "dev"}]
    tenant.ask("PUT", "/settings/branch_protection", json=rules).raise_for_status()
    make(tenant, data, SECOND, {"a": b"2"})
    data.drop(SECOND, accepted=True)
    assert tenant.tree("dev") == {}


def test_a_rule_that_protects_everything_is_told(tenant: Tenant, data: LakeFSData) -> None:
    data.open(FIRST)
    tenant.ask("PUT", "/settings/branch_protection", json=[{"pattern": "*"}]).raise_for_status()
    with pytest.raises(Refused, match=r"protected branch.*leave run_"):
        data.commit(FIRST, {})


def test_a_hook_that_declines_is_told_in_its_words(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"a": b"1"})
    tenant.put("dev", {"_lakefs_actions/reviewed.yaml": HOOK})
    tenant.commit("dev")
    told = set()
    for _ in range(2):
        with pytest.raises(Refused, match="no data on Fridays") as refusal:
            make(tenant, data, SECOND, {"a": b"2"})
        told.add(str(refusal.value))
    assert len(told) == 1, "the message differs from call to call"
    assert tenant.tree("dev")["datasets/loans/a"] == b"1"
    assert SECOND not in data.list().versions
    assert name_of(MERGE, SECOND, "dev") not in tenant.branches()


def test_a_job_that_wrote_outside_of_its_folder_is_refused(tenant: Tenant, data: LakeFSData) -> None:
    for number, stray in enumerate(("_lakefs_actions/mine.yaml", "datasets/loans-2/a", "zzz")):
        run = RunName(f"datasets/loans/{number}")
        data.open(run)
        tenant.put(name_of(RUN, run, "dev"), {"datasets/loans/a": b"1", stray: b"x"})
        with pytest.raises(Refused, match=stray):
            data.commit(run, {})


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PAGE", 3)


@pytest.mark.usefixtures("small_pages")
def test_listings_of_many_pages_are_complete(tenant: Tenant, data: LakeFSData) -> None:
    runs = [RunName(f"experiments/e/{number:012x}") for number in range(10)]
    for run in runs:
        data.open(run)
    make(tenant, data, FIRST, {f"{number}": b"x" for number in range(10)})
    assert set(data.missing(FIRST, [f"{number}" for number in range(11)])) == {"10"}
    make(tenant, data, SECOND, {"one": b"y"})
    assert set(data.list().branches) == set(runs)
    assert set(data.list().versions) == {FIRST, SECOND}
    assert tenant.tree("dev") == {"datasets/loans/one": b"y"}
    assert tenant.open().list() == data.list()


def test_a_repository_is_made_where_a_namespace_is_told(lakefs: LakeFS) -> None:
    name = f"suite-made-{lakefs.admin.key[-6:-1].lower()}"
    admin = {"access_key_id": lakefs.admin.key, "secret_access_key": lakefs.admin.secret}
    keys = admin | {f"job_{key}": value for key, value in admin.items()}
    absent = LakeFSData("dev", endpoint=lakefs.url, repository=name, **keys)
    with pytest.raises(Unavailable, match=r"404.*see that the repository"):
        absent.list()
    made = LakeFSData(
        "dev", endpoint=lakefs.url, repository=name, storage_namespace=lakefs.storage_namespace(name), **keys
    )
    assert made.list().head == ""
    with pytest.raises(FileNotFoundError):
        made.read(FIRST, "result.json")
    made.open(FIRST)
    assert set(made.list().branches) == {FIRST}
    assert set(absent.list().branches) == {FIRST}


def test_two_daemons_use_a_repository_with_a_history(tenant: Tenant) -> None:
    for number in range(3):
        tenant.put("main", {f"own/{number}": b"x"})
        tenant.commit("main")
    data = tenant.open()
    make(tenant, data, FIRST, {"a": b"1"})
    assert set(tenant.tree("dev")) == {"own/0", "own/1", "own/2", "datasets/loans/a"}
    assert set(tenant.tree(data.list().versions[FIRST].commit)) == {"datasets/loans/a"}


def test_who_serves_may_read_models_and_nothing_else(tenant: Tenant, data: LakeFSData) -> None:
    make(tenant, data, FIRST, {"rows": b"private"})
    data.open(TRIAL)
    tenant.put(branch := name_of(RUN, TRIAL, "dev"), {f"{TRIAL}/model.onnx": b"learned"})
    told = data.access(TRIAL, lasting=True)
    keys = told["FSSPEC_LAKEFS_USERNAME"], told["FSSPEC_LAKEFS_PASSWORD"]
    base = f"{told['FSSPEC_LAKEFS_HOST']}/api/v1/repositories/{tenant.repository}"
    with httpx.Client(base_url=base, auth=keys, timeout=30, trust_env=False) as client:
        found = client.get(f"/refs/{branch}/objects", params={"path": f"{TRIAL}/model.onnx"})
        tried = [
            client.get("/refs/dev/objects", params={"path": "datasets/loans/rows"}),
            client.post(f"/branches/{branch}/objects", params={"path": f"{TRIAL}/model.onnx"}, content=b"x"),
            client.delete(f"/branches/{branch}/objects", params={"path": f"{TRIAL}/model.onnx"}),
            client.post(f"/branches/{branch}/commits", json={"message": "mine"}),
            client.delete(f"/branches/{branch}"),
        ]
    assert found.content == b"learned"
    assert [answer.status_code for answer in tried] == [401] * len(tried)


def test_without_a_key_for_endpoints_they_get_what_jobs_get(tenant: Tenant) -> None:
    options = {name: told for name, told in tenant.options().items() if not name.startswith("serve")}
    data = LakeFSData("dev", **options)
    assert data.access(TRIAL, lasting=True).keys() == data.access(TRIAL).keys()
    assert "FSSPEC_LAKEFS_ACCESS_TOKEN" in data.access(TRIAL, lasting=True)


def test_a_preview_that_is_gone_leaves_no_branch_with_no_more_rights_than_it_needs(
    tenant: Tenant, data: LakeFSData
) -> None:
    user = tenant.user("previews")
    told = tenant.options() | {"access_key_id": user.key, "secret_access_key": user.secret}
    preview = LakeFSData("pr-7", **told)
    make(tenant, data, FIRST, {"a": b"1"})
    preview.merge(FIRST)
    assert tenant.tree("pr-7") == {"datasets/loans/a": b"1"}
    preview.drop(FIRST, accepted=True)
    for _ in range(2):
        preview.leave()
    assert not [name for name in tenant.branches() if "pr-7" in name]
    assert tenant.tree("dev") == {"datasets/loans/a": b"1"}
    with pytest.raises(Unavailable, match="not allowed to fs:DeleteBranch"):
        LakeFSData("dev", **told).leave()
