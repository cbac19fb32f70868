"""`setpoint plan BASE..HEAD` and `--pr`, as people type them: what a merge would do, beside what is done anyway."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]
SPEC = "specs/experiments/employment.yaml"


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def change(repository: Path) -> Path:
    """Commit another seed to a branch of its own; the watched branch stays where it is."""
    git(repository, "checkout", "-qb", "change")
    spec = repository / SPEC
    spec.write_text(spec.read_text().replace("seed: 7", "seed: 8"))
    git(repository, "commit", "-qam", "Another seed")
    return repository


@pytest.mark.usefixtures("change")
def test_a_change_is_told_with_its_field_its_line_and_what_follows(say: Say, place: Place) -> None:
    told = say("plan", "main..change", "--json", "--detailed-exitcode", *place)
    assert told.code == Exit.CHANGES
    (line,) = told.json["differences"]
    assert (line["address"], line["field"], line["old"], line["new"]) == ("experiments/employment", "seed", 7, 8)
    assert line["place"] == f"{SPEC}:10"
    assert told.json["changes"] == [], "what is done anyway isn't this change's doing"
    assert told.json["following"] == ["experiments/employment", "promotions/employment"]
    assert told.json["verdict"] == "success"


@pytest.mark.usefixtures("change")
def test_the_page_is_that_of_pull_requests(say: Say, place: Place) -> None:
    told = say("plan", "main..change", *place)
    assert told.code == Exit.OK
    assert told.out.startswith("### ✅ `dev`: no change at once, 2 resources after that")
    assert "| `experiments/employment` | `seed` | `7` | `8` |" in told.out


def test_a_branch_that_has_moved_is_merged_first_and_written_to_by_nobody(change: Path, say: Say, place: Place) -> None:
    git(change, "checkout", "-q", "main")
    (change / "README.md").write_text("# Another page\n")
    git(change, "add", "README.md")
    git(change, "commit", "-qm", "Move on")
    before = git(change, "count-objects", "-v")
    told = say("plan", "main..change", "--json", *place)
    assert [line["field"] for line in told.json["differences"]] == ["seed"]
    assert git(change, "count-objects", "-v") == before


def test_a_conflict_is_told_and_not_planned_for(change: Path, say: Say, place: Place) -> None:
    git(change, "checkout", "-q", "main")
    spec = change / SPEC
    spec.write_text(spec.read_text().replace("seed: 7", "seed: 9"))
    git(change, "commit", "-qam", "Yet another seed")
    told = say("plan", "main..change", *place)
    assert told.code == Exit.REFUSED
    assert "❌" in told.out
    assert f"conflicts with main in {SPEC}" in told.out


def test_errors_are_told_with_their_places_and_those_of_the_branch_aren_t(change: Path, say: Say, place: Place) -> None:
    (change / "specs/pools/shared.yaml").write_text("capacity: {cpus: many}\n")
    git(change, "add", "-A")
    git(change, "commit", "-qm", "Break a spec")
    told = say("plan", "main..change", "--json", *place)
    assert told.code == Exit.REFUSED
    assert told.json["summary"] == "1 error in the specs"
    assert told.json["problems"][0].startswith("specs/pools/shared.yaml:1:")
    assert "pools/shared" not in {line["address"] for line in told.json["differences"]}, "broken isn't deleted"
    assert say("plan", "change..change", "--json", *place).json["problems"] == []


def test_a_pull_request_is_named_by_its_number(change: Path, say: Say, place: Place) -> None:
    git(change, "update-ref", "refs/pull/7/head", "change")
    told = say("plan", "--pr", "7", "--json", *place)
    assert [line["field"] for line in told.json["differences"]] == ["seed"]
    missing = say("plan", "--pr", "8", *place)
    assert missing.code == Exit.REFUSED
    assert "has no pull request 8" in missing.err


@pytest.mark.usefixtures("change")
@pytest.mark.parametrize("revisions", ["main", "nowhere..change", "main..nowhere", "..", "--..x"])
def test_what_names_no_two_commits_is_refused(revisions: str, say: Say, place: Place) -> None:
    told = say("plan", *place, "--", revisions)
    assert told.code == (Exit.OK if revisions == ".." else Exit.REFUSED)
    assert "defect" not in told.err


@pytest.mark.usefixtures("change")
def test_offline_no_engine_is_asked_and_none_of_their_secrets_is_needed(say: Say, repository: Path) -> None:
    place = ("-C", str(repository), "-e", "cluster")
    asked = say("plan", "main..change", *place)
    assert asked.code == Exit.REFUSED
    assert "the secret LAKEFS_KEY is not set" in asked.err
    told = say("plan", "main..change", "--offline", "--json", *place)
    assert told.code == Exit.OK, told.err
    assert [line["field"] for line in told.json["differences"]] == ["seed"]
    assert told.json["changes"] == []
    assert "no engine was asked" in told.json["notes"][-1]
    assert "no engine was asked" in say("plan", "main..change", "--offline", *place).out


def test_offline_a_model_that_nobody_knows_of_holds_no_merge_back(say: Say, repository: Path) -> None:
    git(repository, "checkout", "-qb", "change")
    patch = repository / "environments/prod/deployments/employment.yaml"
    patch.write_text("model: {trial: experiments/employment/aaaaaaaaaaaa, digest: 'sha256:" + "0" * 64 + "'}\n")
    git(repository, "commit", "-qam", "Promote")
    told = say("plan", "main..change", "--offline", "--json", "-C", str(repository), "-e", "prod")
    assert told.code == Exit.OK, told.out
    assert told.json["verdict"] == "success"


def test_offline_is_for_two_commits(say: Say, place: Place) -> None:
    told = say("plan", "--offline", *place)
    assert told.code == Exit.REFUSED
    assert "BASE..HEAD" in told.err
