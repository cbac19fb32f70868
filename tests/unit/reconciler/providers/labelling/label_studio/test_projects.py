"""Label Studio's projects, read from a server that says anything. The real one: tests/conformance/test_labelling.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.model.errors import Missing, Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.ports.labelling import Task
from reconciler.providers.labelling.label_studio import LabelStudio, projects
from tests.unit.reconciler.providers.labelling.label_studio.stand_in import PROJECT, TASK, TOKEN, StandIn, serving

MAILS = Address("labels/mails")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving(StandIn()) as server:
        yield server


@pytest.fixture
def tool(server: StandIn) -> Iterator[LabelStudio]:
    tool = LabelStudio("dev", server.url, TOKEN, timeout=5.0)
    yield tool
    tool.close()


def test_what_is_ours_is_known_by_its_mark_wherever_people_have_put_it(server: StandIn, tool: LabelStudio) -> None:
    mark = PROJECT["description"]
    told = [f"For March. {mark}, don't touch", mark.replace("/dev/", "/prod/"), f"{mark}-2", "mine", None]
    listed = [{**PROJECT, "id": 7 + n, "description": text} for n, text in enumerate(told)]
    server.answers["/api/projects/"] = (200, {"count": len(listed), "results": listed})
    server.answers["/api/projects/9/summary/"] = (200, {})
    assert sorted(tool.list()) == ["labels/mails", "labels/mails-2"]


def test_of_twins_the_first_counts_and_the_others_are_told(server: StandIn, tool: LabelStudio) -> None:
    server.answers["/api/projects/"] = (200, {"count": 2, "results": [{**PROJECT, "id": 9}, PROJECT]})
    project = tool.list()[MAILS]
    assert (project.identity, project.twins) == ("7", (f"{server.url}/projects/9/data",))


def test_a_token_that_runs_out_midway_is_exchanged_anew(server: StandIn, tool: LabelStudio) -> None:
    tool.list()
    server.valid = 1
    tool.list()
    assert server.exchanged == 2


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("/api/projects/", (500, {"detail": "id 1"}), Unavailable),
        ("/api/projects/", (502, b"<html>"), Unavailable),
        ("/api/projects/", (200, b"<html>"), Unavailable),
        ("/api/projects/", (200, []), Unavailable),
        ("/api/projects/", (200, {"count": 1, "results": [3]}), Unavailable),
        ("/api/projects/", (200, {"count": -1, "results": [PROJECT]}), Unavailable),
        ("/api/projects/", (200, {"count": 5, "results": []}), Unavailable),
        ("/api/projects/", (200, {"count": 1, "results": [{**PROJECT, "id": "7; --"}]}), Unavailable),
        ("/api/projects/", (200, b"[" * 200 + b"]" * 200), Unavailable),
        ("/api/projects/", (403, {}), Refused),
        ("/api/projects/", (302, {}), Refused),
        ("/api/projects/", (401, {}), Refused),
        ("/api/tasks/", (404, {}), Missing),
        ("/api/tasks/", (200, {"total": 1, "tasks": {}}), Unavailable),
        ("/api/tasks/", (200, {"total": 1, "tasks": [{**TASK, "total_annotations": None}]}), Unavailable),
        ("/api/tasks/", (200, {"total": 1, "tasks": [TASK, TASK]}), Unavailable),
        ("/api/token/refresh/", (401, {}), Refused),
        ("/api/token/refresh/", (200, {"access": "a\nb"}), Unavailable),
        ("/api/token/refresh/", (200, b"<html>"), Unavailable),
        ("/api/token/refresh/", (500, {}), Unavailable),
    ],
)
def test_a_listing_is_complete_or_none(
    server: StandIn, tool: LabelStudio, path: str, answer: tuple[int, Any], error: type[Exception]
) -> None:
    server.answers[path] = answer
    with pytest.raises(error) as told:
        tool.list()
    assert "id 1" not in str(told.value)
    assert "<html>" not in str(told.value)


def test_a_list_that_grows_while_it_is_read_is_none(server: StandIn, tool: LabelStudio) -> None:
    server.answers["/api/projects/?1"] = (200, {"count": 2, "results": [PROJECT]})
    server.answers["/api/projects/?2"] = (200, {"count": 3, "results": [{**PROJECT, "id": 8}]})
    with pytest.raises(Unavailable, match="changed the list"):
        tool.list()


@pytest.mark.parametrize("meta", [None, [], "x", {}, {"setpoint_task": 3}, {"setpoint_task": "by hand"}])
def test_tasks_of_others_are_strangers(server: StandIn, tool: LabelStudio, meta: Any) -> None:
    server.answers["/api/tasks/"] = (200, {"total": 1, "tasks": [{**TASK, "meta": meta}]})
    project = tool.list()[MAILS]
    assert (dict(project.tasks), project.strangers) == ({}, 1)


def test_a_summary_that_says_nothing_is_told_as_unknown(server: StandIn, tool: LabelStudio) -> None:
    server.answers["/api/projects/7/summary/"] = (200, {"created_labels": None})
    assert tool.list()[MAILS].used is None


@pytest.fixture
def snapshots(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.setattr(projects, "POLLS", (0.0,))
    place = "/api/projects/7/exports"
    server.answers[f"{place}/"] = (200, [{"id": 3, "title": "setpoint abc"}, {"id": 2, "title": "mine"}])
    server.answers[f"{place}/3"] = (200, {"status": "completed"})
    server.answers[f"{place}/3/download"] = (200, b"[]")
    return server


def test_a_snapshot_is_taken_and_cleared_away_and_those_of_people_stay(snapshots: StandIn, tool: LabelStudio) -> None:
    pieces = tool.answers(MAILS, "abc")
    assert not [line for line in snapshots.asked if line.startswith("DELETE")], "before it was read"
    assert list(pieces or ()) == [b"[]"]
    deleted = [line for line in snapshots.asked if line.startswith("DELETE")]
    assert set(deleted) == {"DELETE /api/projects/7/exports/3"}


def test_a_snapshot_that_takes_long_is_no_answer_yet(snapshots: StandIn, tool: LabelStudio) -> None:
    snapshots.answers["/api/projects/7/exports/3"] = (200, {"status": "in_progress"})
    assert tool.answers(MAILS, "abc") is None


def test_a_snapshot_that_failed_is_made_anew_another_time(snapshots: StandIn, tool: LabelStudio) -> None:
    snapshots.answers["/api/projects/7/exports/3"] = (200, {"status": "failed"})
    with pytest.raises(Unavailable, match="failed to make a snapshot"):
        tool.answers(MAILS, "abc")
    assert "DELETE /api/projects/7/exports/3" in snapshots.asked


def test_tasks_are_added_by_requests_of_so_many_and_of_such_a_size(
    server: StandIn, tool: LabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/api/projects/7/import"] = (201, {})
    monkeypatch.setattr(projects, "AT_ONCE", 4)
    monkeypatch.setattr(projects, "LARGEST", 1_000)

    def requests(*sizes: int) -> int:
        before = len(server.asked)
        tool.add(MAILS, [Task(f"{n:012x}-1", {"image": "x" * size}) for n, size in enumerate(sizes)])
        return server.asked[before:].count("POST /api/projects/7/import")

    assert [requests(), requests(*[1] * 4), requests(*[1] * 9)] == [0, 1, 3]
    assert [requests(2_000), requests(1, 2_000, 1), requests(*[600] * 3)] == [1, 3, 3]


def test_leaving_takes_our_projects_alone(server: StandIn, tool: LabelStudio) -> None:
    others = {**PROJECT, "id": 8, "description": "mine"}
    server.answers["/api/projects/"] = (200, {"count": 2, "results": [PROJECT, others]})
    server.answers["/api/projects/7/"] = (204, b"")
    tool.leave()
    assert [line for line in server.asked if line.startswith("DELETE")] == ["DELETE /api/projects/7/"]
