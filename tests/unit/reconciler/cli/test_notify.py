"""`setpoint notify`: each route is tried, and what keeps a message from being taken is said with what to do."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import main
from tests.unit.reconciler.loop.test_telling import Catalogue, answers, listening

ROUTES = """notifications:
  routes:
    - {{name: hook, about: [alerting], webhook: {{url: "{url}"}}}}
    - {{name: chat, slack: "${{secret:CHAT}}"}}
"""


@pytest.fixture
def taken() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


def repository(folder: Path, text: str) -> list[str]:
    (folder / "environments/dev").mkdir(parents=True)
    (folder / "environments/dev/environment.yaml").write_text(text)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    who = ["-c", "user.name=test", "-c", "user.email=test"]
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
    subprocess.run(["git", "-C", str(folder), *who, "commit", "-qm", "begin"], check=True)
    return ["-C", str(folder), "-e", "dev"]


def test_each_route_is_told_and_the_one_that_lacks_its_secret_is_named(
    taken: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = repository(tmp_path / "r", ROUTES.format(url=taken.url))
    assert main(["notify", *place]) == 6
    hook, chat = capsys.readouterr().out.splitlines()
    assert hook.split() == ["taken", "hook"]
    assert chat.startswith("not taken")
    assert "CHAT" in chat
    (event,) = taken.got
    assert (event["subject"], "nothing is wrong" in event["data"]["message"]) == ("test", True)
    assert main(["notify", "hook", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out) == [{"route": "hook", "taken": True}]
    taken.replies = [answers(410)]
    assert main(["notify", "hook", *place]) == 3


def test_what_is_not_there_is_told(taken: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = repository(tmp_path / "r", ROUTES.format(url=taken.url))
    assert main(["notify", "pager", *place]) == 3
    assert "the routes are hook, chat" in capsys.readouterr().err
    empty = repository(tmp_path / "e", "description: nothing\n")
    assert main(["notify", *empty]) == 3
    assert "has no `notifications`" in capsys.readouterr().err
