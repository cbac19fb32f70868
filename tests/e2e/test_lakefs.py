"""A dataset from its spec to a version in a real lakeFS: the real cycle, a job of its own, and its status."""

import json
import os
from pathlib import Path

import pytest

from reconciler.model.ids import RunName
from tests.engines.lakefs_life import Life, dataset, table
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

LOANS = "datasets/loans"


@pytest.fixture
def tenant(lakefs: LakeFS) -> Tenant:
    return Tenant(lakefs)


@pytest.fixture
def life(tenant: Tenant, tmp_path: Path) -> Life:
    return Life(tenant.open, tmp_path, {"specs/datasets/loans.yaml": dataset(table(tmp_path))})


def test_a_dataset_becomes_a_version(life: Life, tenant: Tenant) -> None:
    done = life.converge(LOANS)
    run = RunName(str(done.plan.decisions[LOANS].facts["version"]))  # type: ignore[index]
    data = tenant.open()
    assert data.list().versions[run].here
    assert dict(data.list().branches) == {}
    result = json.loads(data.read(run, "result.json"))
    assert result["accepted"]
    tree = tenant.tree("dev")
    assert set(tree) == {f"{LOANS}/{path}" for path in [*result["files"], "result.json"]}
    assert "with 20 rows is merged" in life.told()


def test_its_commit_tells_the_spec_the_job_and_the_commit_of_git(life: Life, tenant: Tenant) -> None:
    done = life.converge(LOANS)
    run = RunName(str(done.plan.decisions[LOANS].facts["version"]))  # type: ignore[index]
    sealed = tenant.ask("GET", f"/commits/{tenant.open().list().versions[run].commit}").json()
    told = sealed["metadata"]
    assert (told["run"], told["runner"], told["commit"]) == (run, "ingest", life.commit)
    assert told["spec"] == "specs/datasets/loans.yaml"


def test_a_daemon_that_starts_anew_makes_nothing_again(life: Life, tenant: Tenant) -> None:
    life.converge(LOANS)
    before = tenant.open().list()
    life.born()
    done = life.once()
    assert not done.outcomes
    assert tenant.open().list() == before


def test_a_daemon_that_starts_anew_adopts_the_job(life: Life, tenant: Tenant) -> None:
    life.live(lambda done: life.pool.list().jobs, "a job to be submitted")
    life.born()
    life.converge(LOANS)
    assert [job.attempt for job in life.pool.list().jobs.values()] == [1]


def test_a_job_whose_lakefs_goes_meanwhile_is_run_again_when_it_is_back(own_lakefs: LakeFS, tmp_path: Path) -> None:
    life = Life(Tenant(own_lakefs).open, tmp_path, {"specs/datasets/loans.yaml": dataset(table(tmp_path))})
    life.live(lambda done: life.pool.list().jobs, "a job to be submitted")
    for process in own_lakefs.processes:
        process.kill()

    def codes() -> list[int | None]:
        return [job.exit_code for job in life.pool.list().jobs.values()]

    life.live(lambda done: codes() == [75], "the job to end with the code of what is worth trying again")
    (job,) = life.pool.list().jobs.values()
    assert "the store doesn't answer" in life.pool.logs(job.run)
    own_lakefs.start()
    life.converge(LOANS)
    assert [job.attempt for job in life.pool.list().jobs.values()] == [2]


def test_no_credential_shows(life: Life, tenant: Tenant, tmp_path: Path) -> None:
    seen: list[str] = []

    def look(done: object) -> bool:
        seen.append(processes())
        return any(job.state.value == "succeeded" for job in life.pool.list().jobs.values())

    life.live(look, "the job to end")
    done = life.converge(LOANS)
    options = tenant.options()
    (kept,) = tmp_path.glob("pool/jobs/*/1.secrets.json")
    token = json.loads(kept.read_text())["FSSPEC_LAKEFS_ACCESS_TOKEN"]
    assert kept.stat().st_mode & 0o777 == 0o600
    secrets = {token, options["secret_access_key"], options["job_secret_access_key"]}
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != kept and "lakefs" not in path.parts]
    public = [life.told(), repr(done), *seen, *(path.read_text(errors="replace") for path in files)]
    public += [content.decode(errors="replace") for content in tenant.tree("dev").values()]
    assert not [text[:200] for text in public for secret in secrets if secret in text]
    assert not [path for path in files if options["access_key_id"] in path.read_text(errors="replace")]


def processes() -> str:
    """Return the command lines of all processes, as anybody may read them."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_text(errors="replace"))
        except OSError:
            continue  # it has ended, or it is none of ours
    assert any(str(os.getpid()) in str(path) for path in Path("/proc").glob("[0-9]*"))
    return "\n".join(lines)
