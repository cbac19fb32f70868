"""Files of tasks and answers, whatever somebody has put there."""

import os
from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.providers.labelling.task_files import answer_files, answers_to, name_of, project_in, put, tasks_in


def test_nothing_is_there(tmp_path: Path) -> None:
    assert project_in(tmp_path) is None
    assert tasks_in(tmp_path / "tasks.json") == []
    assert answer_files(tmp_path) == []


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100, b"{}", b"[1]"])
def test_what_is_no_list_of_tasks_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "tasks.json"
    file.write_bytes(content)
    with pytest.raises(Unavailable, match=r"tasks\.json"):
        tasks_in(file)


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project.json")
    with pytest.raises(Unavailable, match="named pipe"):
        project_in(tmp_path)


def test_a_file_is_written_as_a_whole(tmp_path: Path) -> None:
    put(tmp_path / "tasks.json", "[]")
    assert [path.name for path in tmp_path.iterdir()] == ["tasks.json"]
    assert tasks_in(tmp_path / "tasks.json") == []


@pytest.mark.parametrize("meta", [None, 3, {}, {"setpoint_task": 5}, {"setpoint_task": "../x"}])
def test_a_task_of_others_has_no_name(meta: object) -> None:
    assert name_of({"meta": meta}) == ""


def test_answers_that_count() -> None:
    told = {"annotations": [{"result": []}, {"was_cancelled": True}, "no answer"]}
    assert answers_to(told) == [{"result": []}]
    assert answers_to({"annotations": "none"}) == []
