"""`setpoint validate`, as people type it."""

from pathlib import Path

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say


def test_the_sample_has_no_problem(repository: Path, say: Say) -> None:
    told = say("validate", str(repository))
    assert told.code == Exit.OK
    assert "no problem" in told.out


def test_every_error_is_told_with_its_place_before_anything_is_committed(repository: Path, say: Say) -> None:
    spec = repository / "specs/experiments/employment.yaml"
    spec.write_text(spec.read_text().replace("metric:", "metrik:"))
    (repository / "specs/pools/shared.yaml").write_text("capacity: {cpus: many}\n")
    told = say("validate", str(repository), "--json")
    assert told.code == Exit.REFUSED
    places = {(p["file"], p["line"]) for p in told.json}
    line = spec.read_text().splitlines().index("metrik: {name: roc_auc, goal: maximize}") + 1
    assert ("specs/experiments/employment.yaml", line) in places
    assert ("specs/pools/shared.yaml", 1) in places


def test_a_folder_without_environments_is_told_what_to_do(tmp_path: Path, say: Say) -> None:
    told = say("validate", str(tmp_path))
    assert told.code == Exit.REFUSED
    assert "setpoint init" in told.err


def test_a_broken_environment_hides_nothing_of_another(repository: Path, say: Say) -> None:
    (repository / "environments/dev/environment.yaml").write_text("deletion: {number: none}\n")
    (repository / "environments/prod/deployments/employment.yaml").write_text("replicas: {minimum: 3, maximum: 1}\n")
    told = say("validate", str(repository), "--json")
    assert told.code == Exit.REFUSED
    files = {problem["file"] for problem in told.json}
    assert {"environments/dev/environment.yaml", "environments/prod/deployments/employment.yaml"} <= files


def test_who_may_ask_is_said_without_a_contradiction(repository: Path, say: Say) -> None:
    access = ["  jwt: {issuer: http://login.example, audience: a}", "  limits: {rate: 5/s, by: key}", "  core: {}"]
    spec = repository / "specs/deployments/employment.yaml"
    spec.write_text("\n".join(["visibility: public", "access:", *access]) + "\n")
    told = {(p["line"], p["path"]) for p in say("validate", str(repository), "--json").json}
    assert told == {(3, "access.jwt.issuer"), (5, "access.core")}
    spec.write_text("\n".join(["visibility: public", "access:", "  open: true", access[1]]) + "\n")
    (problem,) = say("validate", str(repository), "--json").json
    assert (problem["line"], "there are no keys" in problem["message"]) == (3, True)


def test_what_is_wrong_with_signers_is_told(repository: Path, say: Say) -> None:
    folder = repository / "environments/dev"
    (folder / "environment.yaml").write_text("verification: {commits: signed}\n")
    told = say("validate", str(repository))
    assert told.code == Exit.REFUSED
    assert "there are no signers" in " ".join(told.out.split())
    (folder / "allowed_signers").write_text("ada\n")
    assert "environments/dev/allowed_signers:1:1: there is no public key" in say("validate", str(repository)).out
    (folder / "allowed_signers").unlink()
    (folder / "allowed_signers").symlink_to("/etc/passwd")
    assert "it is a symlink" in " ".join(say("validate", str(repository)).out.split())
