"""What commands end with when they are used wrongly: the documented code, and words that say what to do."""

import re
import socket
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]
HERE = ("-e", "dev")

WRONG = (
    (("nope",), Exit.USAGE, "no such verb"),
    (("statsu",), Exit.USAGE, "did you mean status?"),
    (("status", "--jsn"), Exit.USAGE, "--json"),
    (("status", "-o", "yaml"), Exit.USAGE, "table"),
    (("status", "-e", "nope"), Exit.REFUSED, "has no environment nope"),
    (("wait", "-e", "dve"), Exit.REFUSED, "did you mean dev?"),
    (("wait", "deployments/nope", *HERE), Exit.REFUSED, "has no resource deployments/nope"),
    (("wait", "deployments/employmnt", *HERE), Exit.REFUSED, "did you mean deployments/employment?"),
    (("wait", "--timeout", "soon", *HERE), Exit.USAGE, "90s"),
    (("apply", "--timeout", "abc", *HERE), Exit.USAGE, "90s"),
    (("apply", "--approve", "typo", *HERE), Exit.REFUSED, "asks for no approval"),
    (("get", "datasets/digit", *HERE), Exit.REFUSED, "did you mean datasets/digits?"),
    (("get", "widgets", *HERE), Exit.REFUSED, "there are: pools"),
    (("logs", "promotions/employment", *HERE), Exit.REFUSED, "has no run"),
    (("logs", "experiments/employment/cccccccccccc", *HERE), Exit.REFUSED, "no job of"),
    (("compare", "datasets/digits", *HERE), Exit.REFUSED, "no leaderboard"),
    (("promote", "experiments/x/123", "deployments/nope", *HERE), Exit.REFUSED, "it has: deployments/"),
    (("trace", "experiments/employment", *HERE), Exit.REFUSED, "no deployment"),
    (("suspend", "datasets/digit", *HERE), Exit.REFUSED, "did you mean datasets/digits?"),
    (("diff", "0123456", *HERE), Exit.REFUSED, "no commit"),
    (("plan", "--commit", "0123456", *HERE), Exit.REFUSED, "no commit"),
    (("plan", "--format", "yaml", *HERE), Exit.USAGE, "markdown"),
    (("schema", "widgets"), Exit.REFUSED, "there is no kind widgets"),
    (("validate", "-e", "nope"), Exit.REFUSED, "has no environment nope"),
    (("history", "datasets/digit", *HERE), Exit.REFUSED, "did you mean"),
    (("open", "datasets/digit", *HERE), Exit.REFUSED, "did you mean"),
    (("run", "--http", "nonsense", *HERE), Exit.REFUSED, "can't be listened at"),
    (("simulate", "--seeds", "0", *HERE), Exit.USAGE, "0"),
    (("demo", "--stop"), Exit.USAGE, "--folder"),
    (("demo", "--stop", "--folder", "specs"), Exit.REFUSED, "no folder of a demo"),
)


def _name(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else ""


@pytest.mark.usefixtures("status")
@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=_name)
def test_wrong_use_is_told_in_words(
    arguments: tuple[str, ...], code: Exit, words: str, say: Say, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    told = say(*arguments)
    assert words in told.err
    assert told.code == code
    assert "defect" not in told.err
    assert not re.search(r"\b1 [a-z]+s\b", told.err)


@pytest.mark.usefixtures("status")
def test_a_taken_port_is_named(say: Say, place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        told = say("run", "--http", address, *place)
    assert told.code == Exit.REFUSED
    assert f"{address} can't be listened at" in told.err


@pytest.mark.parametrize("verb", ["apply", "status", "plan"])
def test_outside_of_a_repository_it_says_where_to_go(
    verb: str, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = say(verb)
    assert told.code == Exit.REFUSED
    assert "--repository" in told.err
