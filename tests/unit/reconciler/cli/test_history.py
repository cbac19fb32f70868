"""`setpoint history`, as people type it."""

from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import open_status
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import Say, condition

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_what_became_of_a_resource_the_newest_first(say: Say, place: Place, settings: Settings) -> None:
    document = {"state": "ready", "conditions": [condition(True, "Accepted", "version 2 is merged")]}
    open_status(settings).write({"status/datasets/digits.yaml": dump(document)}, "dev: datasets/digits")
    open_status(settings).write({"status/datasets/digits.yaml": None}, "dev: datasets/digits")
    told = say("history", "datasets/digits", "--json", *place).json
    assert [event["state"] for event in told] == ["removed", "ready", "stalled"]
    assert told[1]["message"] == "version 2 is merged"
    shown = say("history", "datasets/digits", "-n", "2", *place).out
    assert "version 2 is merged" in shown
    assert "too few rows" not in shown


def write(settings: Settings, **documents: dict[str, Any] | None) -> None:
    """Write what the status tells of some deployments, or that they have gone."""
    texts = {f"status/deployments/{name}.yaml": dump(told) if told else None for name, told in documents.items()}
    open_status(settings).write(texts, "dev: deployments")


def told_of(message: str, **more: Any) -> dict[str, Any]:
    return {"state": "ready", "conditions": [condition(True, "Serving", message)], **more}


@pytest.mark.usefixtures("status")
def test_a_resource_that_was_renamed_is_told_of_under_its_former_names(
    say: Say, place: Place, settings: Settings
) -> None:
    write(settings, c=told_of("another one that was called so"))
    write(settings, c=None)
    write(settings, a=told_of("first"))
    write(settings, a=None, b=told_of("second", facts={"moved_from": ["a"]}))
    write(settings, b=None, c=told_of("third", facts={"moved_from": ["a", "b"]}))
    told = say("history", "deployments/c", "--json", *place).json
    expected = [("deployments/c", "third"), ("deployments/b", "second"), ("deployments/a", "first")]
    assert [(event["address"], event["message"]) for event in told] == expected
    shown = say("history", "deployments/c", *place).out
    assert "resource" in shown
    assert "deployments/a" in shown
    write(settings, c=None)
    told = say("history", "deployments/c", "--json", "-n", "3", *place).json
    assert [event["message"] for event in told] == ["", "third", "second"], "though it has gone"


@pytest.mark.usefixtures("status")
def test_what_commits_in_a_row_say_alike_is_told_once_as_of_the_first(
    say: Say, place: Place, settings: Settings
) -> None:
    for facts in ({"url": "1"}, {"url": "2"}, {"url": "3"}):
        write(settings, a=told_of("it serves", facts=facts))
    write(settings, a=told_of("it serves more"))
    write(settings, a=told_of("it serves"))
    told = say("history", "deployments/a", "--json", *place).json
    assert [event["message"] for event in told] == ["it serves", "it serves more", "it serves"]
    assert len(say("history", "deployments/a", "--json", "-n", "2", *place).json) == 2
    assert "resource" not in say("history", "deployments/a", *place).out


@pytest.mark.usefixtures("status")
def test_a_stranger_is_refused_with_the_nearest(say: Say, place: Place) -> None:
    told = say("history", "datasets/digit", *place)
    assert told.code == Exit.REFUSED
    assert "did you mean datasets/digits?" in told.err
