"""The changes of labelling projects, as a plan tells them."""

from reconciler.model.ids import Address, RunName
from reconciler.model.label_changes import AddTasks, PullAnswers, RemoveTasks

MAILS = Address("labels/mails")


def test_a_plan_counts_tasks_and_doesn_t_list_them() -> None:
    names = tuple(f"{n:012x}-1" for n in range(1000))
    add = AddTasks(address=MAILS, chosen=RunName(f"{MAILS}/0"), tasks=1000, names=names, parts=("a",))
    assert {"names", "parts"}.isdisjoint(add.as_json())
    assert (add.as_json()["tasks"], add.sign) == (1000, "+")
    assert RemoveTasks(address=MAILS, tasks=1, names=names).sign == "-"


def test_answers_are_pulled_under_the_name_of_their_version() -> None:
    run = RunName(f"{MAILS}/{'a' * 12}")
    assert PullAnswers(address=MAILS, run=run, state="s", answers=3).target == run
