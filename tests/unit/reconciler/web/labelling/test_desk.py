"""A person's desk: what is next, whose answers it sees, and what it leaves on the disk."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.errors import Missing, Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.folder import LabelFolder
from reconciler.web.labelling.answers import Result
from reconciler.web.labelling.desk import Desk, desk_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
MAILS = Address("labels/mails")
SAID: list[Result] = [{"from_name": "q", "to_name": "text", "type": "choices", "value": {"choices": ["spam"]}}]


@pytest.fixture
def folder(tmp_path: Path) -> LabelFolder:
    made = LabelFolder(tmp_path)
    made.configure(ProjectOrder(MAILS, "Mails", "<View/>"))
    names = [f"{n:012x}-{slot}" for slot in (1, 2) for n in range(4)]
    made.add(MAILS, [Task(name, {"id": name[:12], "text": "t", "image": "data:image/png;base64,AA"}) for name in names])
    return made


def at(folder: LabelFolder, person: str) -> Desk:
    return desk_of(folder.place(MAILS), person)


def answer(desk: Desk, name: str | None, *, skipped: bool = False) -> str:
    assert name is not None
    desk.save(name, [] if skipped else SAID, NOW, seconds=2.04, skipped=skipped)
    return name


def test_each_example_is_shown_once_to_a_person_and_the_other_one_gets_its_other_task(folder: LabelFolder) -> None:
    ada, ben = at(folder, "ada@example.org"), at(folder, "Ben")
    hers = [answer(ada, ada.next()) for _ in range(4)]
    assert sorted(name.partition("-")[0] for name in hers) == [f"{n:012x}" for n in range(4)]
    assert ada.next() is None
    his = [answer(ben, ben.next()) for _ in range(4)]
    assert ben.next() is None
    assert not set(hers) & set(his)
    assert folder.list()[MAILS].answers == 8


def test_two_people_begin_with_different_tasks(folder: LabelFolder) -> None:
    first = {at(folder, f"person {n}").next() for n in range(20)}
    assert len(first) == 4


def test_a_person_sees_no_answer_of_another(folder: LabelFolder) -> None:
    ada, ben = at(folder, "ada"), at(folder, "ben")
    name = answer(ada, ada.next())
    assert ben.results(name) == ()
    assert ada.results(name) == SAID
    assert (ben.count().answered, ben.count().own) == (1, 0)


def test_what_is_skipped_is_no_answer_and_is_not_shown_again(folder: LabelFolder) -> None:
    ada, ben = at(folder, "ada"), at(folder, "ben")
    skipped = answer(ada, ada.next(), skipped=True)
    assert folder.list()[MAILS].answers == 0
    assert (ada.count().own, ada.count().skipped) == (0, 1)
    for _ in range(3):
        assert answer(ada, ada.next()) != skipped
    assert ada.next() is None
    his = {answer(ben, ben.next()) for _ in range(4)}
    assert skipped in his


def test_an_answer_takes_the_place_of_a_former_one_and_is_what_label_studio_writes(folder: LabelFolder) -> None:
    ada = at(folder, "ada@example.org")
    name = answer(ada, ada.next())
    answer(ada, name)
    (task,) = json.loads(ada.file.read_text())
    (said,) = task["annotations"]
    assert said["completed_by"] == {"email": "ada@example.org"}
    assert (said["result"], said["lead_time"], said["created_at"]) == (SAID, 2.0, NOW.isoformat())
    assert task["meta"]["setpoint_task"] == name
    assert task["data"] == {"id": name[:12], "text": "t"}, "a picture that stands in the task isn't written again"


def test_names_that_look_alike_have_files_of_their_own(folder: LabelFolder) -> None:
    people = ["a/b", "a b", "ä", "../../up", "ada", "Ada"]
    desks = [at(folder, person) for person in people]
    assert len({desk.file for desk in desks}) == len(people)
    assert {desk.file.parent for desk in desks} == {folder.place(MAILS) / "answers"}


@pytest.mark.parametrize("person", ["", "  ", "two\nlines", "x" * 201])
def test_nobody_is_named_so(folder: LabelFolder, person: str) -> None:
    with pytest.raises(Refused, match="nobody is told to label"):
        at(folder, person)


def test_a_project_or_a_task_that_is_gone(folder: LabelFolder, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="holds no project"):
        desk_of(tmp_path / "nowhere", "ada")
    with pytest.raises(Missing, match="no task abc"):
        answer(at(folder, "ada"), "abc")


def test_a_file_that_somebody_broke_is_told_and_kept(folder: LabelFolder) -> None:
    ada = at(folder, "ada")
    ada.file.write_text("[{", "utf-8")
    with pytest.raises(Unavailable, match="can't be read"):
        answer(ada, next(iter(ada.tasks())))
    assert ada.file.read_text() == "[{"


def test_answers_of_two_pages_of_one_person_are_all_kept(folder: LabelFolder) -> None:
    names = [name for name in at(folder, "ada").tasks() if name.endswith("-1")]
    threads = [threading.Thread(target=answer, args=(at(folder, "ada"), name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(at(folder, "ada").own()) == set(names)
