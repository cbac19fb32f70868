"""Values of a spec on a real repository of Git: two environments, the command line, and the way back."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.cli.exits import Exit

GO = "promotions/go"
FILES = {
    "specs/pools/shared.yaml": "capacity: {cpus: 2, memory: 4Gi}\n",
    "specs/promotions/go.yaml": "spec: pools/shared\nfields: [capacity]\nroute: [dev, prod]\n",
    "environments/dev/environment.yaml": "{}\n",
    "environments/prod/environment.yaml": "{}\n",
}


class Repository:
    """A repository, and Setpoint's command line on it; each environment has a home of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        for name, value in (("user.name", "Somebody"), ("user.email", "somebody@localhost")):
            self.git("config", name, value)
        self.commit(FILES)

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(self.folder), *arguments], check=True, capture_output=True, text=True
        ).stdout

    def commit(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-qm", "Say something")

    def say(self, environment: str, *arguments: str) -> tuple[int, str, str]:
        place = ("-C", str(self.folder), "-e", environment, "--home", str(self.folder.parent / environment))
        code = main([*arguments, *place])
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def told(self, environment: str, address: str) -> Any:
        code, out, err = self.say(environment, "get", address, "--json")
        assert code == Exit.OK, err
        return json.loads(out)

    def merged(self, branch: str) -> None:
        self.git("merge", "-q", "--no-ff", "-m", "Merge", branch)


@pytest.fixture
def repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repository:
    found = Repository(tmp_path / "repository", capsys)
    for environment in ("dev", "prod"):
        assert found.say(environment, "apply")[0] == Exit.OK
    return found


def test_values_are_proposed_merged_traced_taken_back_and_brought_again_by_hand(repository: Repository) -> None:
    repository.commit({"environments/dev/pools/shared.yaml": "capacity: {cpus: 3, memory: 6Gi}  # more\n"})
    assert repository.say("dev", "apply")[0] == Exit.OK
    assert repository.say("prod", "apply")[0] == Exit.OK
    facts = repository.told("prod", GO)["facts"]
    name = facts["candidate"]
    repository.merged(f"proposals/prod/{facts['proposal']}")
    assert (repository.folder / "environments/prod/pools/shared.yaml").read_text() == (
        "capacity:\n  cpus: 3\n  memory: 6Gi\n"
    )
    assert repository.say("prod", "apply")[0] == Exit.OK
    code, out, err = repository.say("prod", "trace", GO, "--json")
    traced = json.loads(out)
    assert (code, traced["says"], traced["said_by"]["merged_by"]) == (Exit.OK, name, "Somebody <somebody@localhost>"), (
        err
    )
    assert [row["values"] for row in traced["in_force"]][-1] == name
    code, _, err = repository.say("prod", "rollback", GO)
    assert (code, "`git revert` the merge" in err) == (Exit.REFUSED, True), err
    repository.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert repository.say("prod", "apply")[0] == Exit.OK
    assert repository.told("prod", GO)["facts"]["taken_back"] == [name]
    code, _, err = repository.say("prod", "promote", "pools/shared@000000000000", GO)
    assert (code, f"dev says {name}" in err) == (Exit.REFUSED, True), err
    code, out, err = repository.say("prod", "promote", name, GO, "--merge", "--json")
    assert (code, bool(json.loads(out)["merged"])) == (Exit.OK, True), err
    assert repository.say("prod", "apply")[0] == Exit.OK
    assert "taken_back" not in repository.told("prod", GO)["facts"]
    code, _, err = repository.say("prod", "promote", name, GO)
    assert (code, "says in prod already" in err) == (Exit.REFUSED, True), err


def test_what_is_no_promotion_of_values_is_refused(repository: Repository) -> None:
    for command in (("promote", "pools/shared@000000000000", "promotions/other"), ("trace", "promotions/other")):
        code, _, err = repository.say("prod", *command)
        assert code != Exit.OK
        assert "promotions/other" in err
    code, _, err = repository.say("dev", "promote", "pools/shared@000000000000", GO)
    assert (code, "nothing comes before it" in err) == (Exit.REFUSED, True), err
