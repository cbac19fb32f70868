"""What every labelling tool promises; once as it is, once with a daemon that dies after every call."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.conformance.labellings import LabellingBench, Reborn
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.kinds.label_config import is_same
from reconciler.model.label_projects import IDENTIFIER, Asked, slot_name
from reconciler.ports.labelling import Labelling, ProjectOrder, Task
from runners.contract.files import KEPT_BACK

MAILS, OTHERS = Address("labels/mails"), Address("labels/mails-2")
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="answer" toName="text" choice="single">'
    '<Choice value="spam"/><Choice value="ham"/></Choices></View>'
)
MORE = CONFIG.replace('<Choice value="ham"/>', '<Choice value="ham"/><Choice value="neither"/>')
GUIDE = "# Spam?\n\n* a < b & c > \"d\" 'e' &amp; &lt;br&gt;\n\n<script>x</script> é \U0001f600\n\tend"
NAMES = tuple(slot_name(f"{n:012x}", 1) for n in range(5))


@pytest.fixture
def bench(make_bench: Callable[[], LabellingBench]) -> Iterator[LabellingBench]:
    bench = make_bench()
    yield bench
    bench.close()


@pytest.fixture(params=["lasting", pytest.param("reborn", marks=pytest.mark.sweep)])
def tool(request: pytest.FixtureRequest, bench: LabellingBench) -> Labelling:
    return bench.open() if request.param == "lasting" else Reborn(bench.open)


def order(address: Address = MAILS, config: str = CONFIG, guide: str = "") -> ProjectOrder:
    return ProjectOrder(address, str(address), config, guide)


def tasks(*names: str) -> list[Task]:
    return [Task(name, {"text": f"text of {name}", "id": name.partition("-")[0]}) for name in names]


def pulled(tool: Labelling, address: Address = MAILS, name: str = "0123456789ab") -> dict[str, list[dict[str, Any]]]:
    """Return the annotations of each answered task, by the example that it shows."""
    pieces = None
    for _ in range(100):
        pieces = pieces or tool.answers(address, name)
    assert pieces is not None
    content = b"".join(pieces)
    found: dict[str, list[dict[str, Any]]] = {}
    for task in json.loads(content):
        found.setdefault(task["data"]["id"], []).extend(task["annotations"])
    return found


def test_there_is_nothing_at_first(tool: Labelling) -> None:
    assert dict(tool.list()) == {}


def test_a_project_is_made_once_and_asks_what_it_was_given(tool: Labelling) -> None:
    for _ in range(2):
        tool.configure(order(guide=GUIDE))
    (project,) = tool.list().values()
    assert is_same(project.config, CONFIG)
    assert (project.guide, dict(project.tasks), project.answers, project.twins) == (GUIDE, {}, 0, ())
    assert project.url


def test_another_question_leaves_tasks_and_answers(tool: Labelling, bench: LabellingBench) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES))
    bench.answer(MAILS, NAMES[0], "ada", "spam")
    tool.configure(order(config=MORE, guide="else"))
    project = tool.list()[MAILS]
    assert is_same(project.config, MORE)
    assert (project.guide, len(project.tasks), project.answers) == ("else", 5, 1)


def test_tasks_are_added_once_by_their_names(tool: Labelling) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES[:3]))
    tool.add(MAILS, tasks(*NAMES))
    tool.add(MAILS, [])
    assert dict(tool.list()[MAILS].tasks) == dict.fromkeys(NAMES, Asked())


def test_projects_of_labels_and_of_environments_are_told_apart(tool: Labelling, bench: LabellingBench) -> None:
    for address in (MAILS, OTHERS):
        tool.configure(order(address))
    tool.add(OTHERS, tasks(NAMES[0]))
    prod = bench.open("prod")
    assert dict(prod.list()) == {}
    prod.configure(order(config=MORE))
    prod.add(MAILS, tasks(*NAMES[1:]))
    assert {address: sorted(project.tasks) for address, project in tool.list().items()} == {
        MAILS: [],
        OTHERS: [NAMES[0]],
    }
    assert is_same(tool.list()[MAILS].config, CONFIG)


def test_answers_are_counted_and_skipped_tasks_are_none(tool: Labelling, bench: LabellingBench) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES))
    states = {tool.list()[MAILS].state}
    for name, who, label in ((NAMES[0], "ada", "spam"), (NAMES[0], "ben", "ham"), (NAMES[1], "ada", "")):
        bench.answer(MAILS, name, who, label)
        states.add(tool.list()[MAILS].state)
    project = tool.list()[MAILS]
    assert {name: task.answers for name, task in project.tasks.items() if task.answers} == {NAMES[0]: 2}
    assert len(states) == 4
    assert project.used == {"answer": {"spam": 1, "ham": 1}}
    assert tool.list()[MAILS] == project


def test_answers_tell_who_said_what(tool: Labelling, bench: LabellingBench) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES))
    bench.answer(MAILS, NAMES[0], "ada", "spam")
    bench.answer(MAILS, NAMES[3], "ben", "ham")
    bench.answer(MAILS, NAMES[3], "cleo", "")
    found = pulled(tool)
    said = {
        example: [
            (one["completed_by"]["email"].partition("@")[0], one["result"][0]["value"]["choices"])
            for one in answers
            if not one.get("was_cancelled")
        ]
        for example, answers in found.items()
    }
    assert said == {"0" * 12: [("ada", ["spam"])], f"{3:012x}": [("ben", ["ham"])]}


def test_a_later_snapshot_has_what_came_since(tool: Labelling, bench: LabellingBench) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES))
    bench.answer(MAILS, NAMES[0], "ada", "spam")
    assert len(pulled(tool, name="0" * 12)) == 1
    bench.answer(MAILS, NAMES[1], "ada", "spam")
    assert len(pulled(tool, name="1" * 12)) == 2


def test_only_tasks_without_an_answer_go(tool: Labelling, bench: LabellingBench) -> None:
    tool.configure(order())
    tool.add(MAILS, tasks(*NAMES))
    bench.answer(MAILS, NAMES[0], "ada", "spam")
    for _ in range(2):
        tool.remove(MAILS, [NAMES[0], NAMES[1], slot_name("f" * 12, 1)])
    assert sorted(tool.list()[MAILS].tasks) == [NAMES[0], *NAMES[2:]]


def test_what_isn_t_there_is_told(tool: Labelling) -> None:
    tool.remove(MAILS, NAMES)
    with pytest.raises(Refused, match=r"(has|holds) no project"):
        tool.add(MAILS, tasks(*NAMES))
    with pytest.raises(Refused, match=r"(has|holds) no project"):
        list(tool.answers(MAILS, "0" * 12) or ())


def test_a_tool_that_is_well_says_where_it_is_and_whom_it_knows(tool: Labelling) -> None:
    tool.configure(order())
    tool.add(MAILS, [*tasks(*NAMES), Task(slot_name("f" * 12, 1), {"text": "", "id": "blank"})])
    found = tool.health()
    assert found.where
    if found.people is not None:
        assert "ada@example.org" in found.people
        assert (found.identity, dict(found.blank)) == ("operator@example.org", {MAILS: 1})


def test_what_a_model_says_is_pulled_with_the_answers(tool: Labelling, bench: LabellingBench) -> None:
    said = [{"from_name": "answer", "to_name": "text", "type": "choices", "value": {"choices": ["spam"]}}]
    tool.configure(order())
    for version, name in (("first", NAMES[0]), ("second", NAMES[1])):
        tool.add(MAILS, [Task(name, {"text": "t", "id": name}, {"model_version": version, "result": said})])
    tool.add(MAILS, [Task(NAMES[2], {"text": "t", "id": "2"}, kept_back={"label": "ham", "version": "second"})])
    for name in NAMES[:3]:
        bench.answer(MAILS, name, "ada", "spam")
    pieces = None
    for _ in range(100):
        pieces = pieces or tool.answers(MAILS, "0" * 12)
    told = {task["meta"][IDENTIFIER]: task for task in json.loads(b"".join(pieces or ()))}
    shown = {name: [one["model_version"] for one in task.get("predictions") or ()] for name, task in told.items()}
    assert shown == {NAMES[0]: ["first"], NAMES[1]: ["second"], NAMES[2]: []}
    assert told[NAMES[2]]["meta"][KEPT_BACK] == {"label": "ham", "version": "second"}
