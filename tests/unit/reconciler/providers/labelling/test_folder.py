"""Labelling by files, which people may have made anything of. What the port promises: tests/conformance."""

import os
from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.folder import LabelFolder

MAILS = Address("labels/mails")
NAME = "0123456789ab-1"


@pytest.fixture
def tool(tmp_path: Path) -> LabelFolder:
    tool = LabelFolder(tmp_path)
    tool.configure(ProjectOrder(MAILS, "labels/mails", "<View/>", "Read it."))
    tool.add(MAILS, [Task(NAME, {"text": "hello"})])
    return tool


def test_what_is_asked_lies_there_as_files(tool: LabelFolder, tmp_path: Path) -> None:
    told = {path.name for path in (tmp_path / "mails").iterdir()}
    assert told == {"project.json", "config.xml", "guide.md", "tasks.json", "answers"}
    assert (tmp_path / "mails/guide.md").read_text("utf-8") == "Read it."


@pytest.mark.parametrize("content", ["no JSON", "{}", "[1]", "[" * 100 + "]" * 100])
def test_answers_that_are_none_are_told_and_nothing_is_taken_for_absent(
    tool: LabelFolder, tmp_path: Path, content: str
) -> None:
    (tmp_path / "mails/answers/ada.json").write_text(content, "utf-8")
    with pytest.raises(Unavailable, match=r"ada\.json"):
        tool.list()


def test_a_pipe_in_the_place_of_answers_hangs_nobody(tool: LabelFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mails/answers/ada.json")
    with pytest.raises(Unavailable, match="named pipe"):
        tool.list()


@pytest.mark.parametrize(
    "task",
    [
        "{}",
        '{"meta": 3}',
        '{"annotations": 3}',
        '{"annotations": [3]}',
        '{"annotations": [{"result": [3]}], "meta": {}}',
    ],
)
def test_a_task_of_others_is_a_stranger(tool: LabelFolder, tmp_path: Path, task: str) -> None:
    (tmp_path / "mails/answers/ada.json").write_text(f"[{task}]", "utf-8")
    project = tool.list()[MAILS]
    assert (project.strangers, project.answers) == (1, 0)


def test_other_folders_are_no_projects(tool: LabelFolder, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "Not a name").mkdir()
    (tmp_path / "file").write_text("x", "utf-8")
    assert list(tool.list()) == [MAILS]


def test_a_name_leads_nowhere_else(tool: LabelFolder) -> None:
    with pytest.raises(Refused, match="no name of labels"):
        tool.add(Address("labels/../x"), [])


def test_leaving_takes_all_of_the_environment_s_away(tool: LabelFolder, tmp_path: Path) -> None:
    for _ in range(2):
        tool.leave()
    assert dict(tool.list()) == {}
    assert not tmp_path.exists()
