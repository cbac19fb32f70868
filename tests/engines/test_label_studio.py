"""Label Studio as a labelling tool: what the port promises on a real server, and whole campaigns on it."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.model.decision import Phase
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.label_studio import LabelStudio
from reconciler.web.health import answered, serve
from reconciler.web.label_hints import PATH, with_label_hints
from tests.engines.campaign_life import LABELS, CampaignLife
from tests.engines.served_model import ServedModel
from tests.servers.label_studio import LabelStudioServer
from tests.servers.label_studio.server import chosen
from tests.unit.runners.serve.tiny import TRIAL

MAILS = Address("labels/mails")
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="answer" toName="text">'
    '<Choice value="spam"/><Choice value="ham"/></Choices></View>'
)


@pytest.fixture
def tool(label_studio: LabelStudioServer) -> Iterator[LabelStudio]:
    found = LabelStudio("dev", label_studio.url, label_studio.operator.token, space=secrets.token_hex(4))
    yield found
    found.close()


def asked(*names: str) -> list[Task]:
    return [Task(name, {"text": f"text of {name}", "id": name}) for name in names]


NAMES = tuple(f"{n:012x}-1" for n in range(5))


def test_a_guide_comes_back_as_it_was_written(tool: LabelStudio) -> None:
    guide = "# Spam?\n\n* a < b & c > \"d\" 'e' &amp; &lt;br&gt;\n\n<script>alert(1)</script> é \U0001f600\n\tend"
    tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG, guide))
    assert tool.list()[MAILS].guide == guide


def test_a_pass_in_which_nothing_happened_asks_twice(tool: LabelStudio, label_studio: LabelStudioServer) -> None:
    tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG))
    tool.add(MAILS, asked(*NAMES))
    first = tool.list()
    before = len(label_studio.requests())
    assert tool.list() == first
    assert len(label_studio.requests()) - before == 2


def test_whatever_happens_to_a_task_makes_another_state(tool: LabelStudio, label_studio: LabelStudioServer) -> None:
    tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG))
    tool.add(MAILS, asked(*NAMES))
    project = tool.list()[MAILS].identity
    ada, operator = label_studio.people["ada"], label_studio.operator
    tasks = [task["id"] for task in operator.tasks(project)]
    states = [tool.list()[MAILS].state]

    def changed() -> None:
        states.append(tool.list()[MAILS].state)

    answer = ada.answer(tasks[0], chosen("spam"))
    changed()
    ada.api("PATCH", f"/api/annotations/{answer}/", json={"result": chosen("ham")})
    changed()
    ada.answer(tasks[1], [], was_cancelled=True)
    changed()
    operator.api("PATCH", f"/api/annotations/{answer}/", json={"ground_truth": True})
    changed()
    operator.api("DELETE", f"/api/tasks/{tasks[2]}/")
    changed()
    ada.api("DELETE", f"/api/annotations/{answer}/")
    changed()
    operator.api("POST", f"/api/projects/{project}/import", json=[{"data": {"text": "by hand"}}])
    changed()
    assert len(set(states)) == len(states)
    found = tool.list()[MAILS]
    assert (found.strangers, sorted(found.tasks)) == (1, [NAMES[0], NAMES[1], NAMES[3], NAMES[4]])


def test_a_token_that_nobody_knows_is_refused(label_studio: LabelStudioServer) -> None:
    tool = LabelStudio("dev", label_studio.url, "aaaa.bbbb.cccc")
    with pytest.raises(Refused, match="doesn't know the token"):
        tool.list()
    tool.close()


SPEC = """
dataset: datasets/mails
choices: [spam, ham]
agreement: {annotators: 3, alpha: 0.2}
campaign:
  show: text
  guide: "Is it *spam*? Who sells something & says nothing else: <spam>."
  answers: {wanted: 3}
"""


def test_answers_come_in_pieces_that_are_the_whole(
    tool: LabelStudio, label_studio: LabelStudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG))
    tool.add(MAILS, asked(*NAMES))
    project = tool.list()[MAILS].identity
    for task in label_studio.operator.tasks(project):
        label_studio.people["ada"].answer(task["id"], chosen("spam"))
    monkeypatch.setattr("reconciler.providers.labelling.label_studio.projects.PIECE", 1000)
    pieces = None
    for _ in range(100):
        pieces = pieces or tool.answers(MAILS, "0" * 12)
    found = list(pieces or ())
    assert len(found) > 2
    assert {len(piece) for piece in found[:-1]} == {1000}
    assert len(json.loads(b"".join(found))) == len(NAMES)
    assert label_studio.operator.api("GET", f"/api/projects/{project}/exports/") == []


def test_a_webhook_of_the_server_hints_that_somebody_has_answered(
    tool: LabelStudio, label_studio: LabelStudioServer
) -> None:
    hints = threading.Event()
    inner = lambda _environ, start: answered(start, "404 Not Found", {"status": "nothing"})  # noqa: E731
    address, stop = serve("127.0.0.1:0", with_label_hints(inner, "s3cret", hints.set))
    try:
        tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG))
        tool.add(MAILS, asked(*NAMES))
        project = tool.list()[MAILS].identity
        told = {"project": int(project), "url": f"http://{address}{PATH}", "headers": {"X-Setpoint-Token": "s3cret"}}
        label_studio.operator.api("POST", "/api/webhooks/", json={**told, "actions": ["ANNOTATION_CREATED"],
                                                                  "send_for_all_actions": False})  # fmt: skip
        label_studio.people["ada"].answer(label_studio.operator.tasks(project)[0]["id"], chosen("spam"))
        assert hints.wait(30)
    finally:
        stop()


@pytest.fixture
def life(tool: LabelStudio, tmp_path: Path) -> CampaignLife:
    return CampaignLife(tmp_path, tool, SPEC)


def everybody_answers(life: CampaignLife, server: LabelStudioServer, says: Callable[[str, str], str]) -> None:
    """Have the slots of each example answered, each by somebody else."""
    project = life.tool.list()[LABELS].identity
    for task in server.operator.tasks(project):
        if not task["total_annotations"]:
            name = ("ada", "ben", "cleo", "dora", "emil")[int(task["meta"]["setpoint_task"].rpartition("-")[2]) - 1]
            server.people[name].answer(task["id"], chosen(says(name, task["data"]["text"])))


def truth(_name: str, text: str) -> str:
    return "spam" if "prize" in text else "ham"


def test_a_campaign_becomes_labels(life: CampaignLife, label_studio: LabelStudioServer) -> None:
    asked = life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 18, "the tasks to be there")
    assert "0 answers to 18 tasks" in asked.message
    everybody_answers(
        life, label_studio, lambda name, text: "ham" if name == "cleo" and text[-1] == "1" else truth(name, text)
    )
    done = life.until(lambda d: d.phase is Phase.READY, "labels to be accepted")
    assert life.labels(done) == {f"m{n}": ("spam" if n % 2 else "ham", 3) for n in range(6)}
    assert "18 answers to 18 tasks" in done.message
    shown = label_studio.operator.api("GET", f"/api/projects/{life.tool.list()[LABELS].identity}/")
    assert (shown["title"], shown["show_instruction"]) == ("labels/mails", True)
    life.born()
    assert not life.once().outcomes


GOLD = """
dataset: datasets/mails
choices: [spam, ham]
campaign:
  show: text
  answers: {{wanted: 3, at_most: 4}}
  stop: {{gain: {{answers: 4, below: 0.9}}}}
  gold: {{url: "{url}", share: 0.25, minimum: 0.6, under: left-out}}
"""


@pytest.mark.slow
def test_who_is_wrong_in_gold_questions_is_left_out_and_somebody_else_is_asked(
    tool: LabelStudio, label_studio: LabelStudioServer, tmp_path: Path
) -> None:
    known = tmp_path / "known.csv"
    known.write_text("id,label\nm0,ham\nm1,spam\nm2,ham\nm3,spam\nelsewhere,spam\n", "utf-8")
    life = CampaignLife(tmp_path, tool, GOLD.format(url=known.as_uri()), rows=12)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 33, "3 tasks for 8 examples and 3 gold ones")
    tasks = label_studio.operator.tasks(life.tool.list()[LABELS].identity)
    assert {(*task["data"], *task["meta"]) for task in tasks} == {("text", "id", "setpoint_task")}

    def says(name: str, text: str) -> str:
        return truth(name, text) if name != "ben" else {"spam": "ham", "ham": "spam"}[truth(name, text)]

    everybody_answers(life, label_studio, says)
    told = life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 41, "8 more tasks, for somebody else")
    gold = told.facts["result"]["gold"]
    assert gold["annotators"]["ben@example.org"] == {
        "answers": 3, "right": 0, "accuracy": 0.0, "interval": [0.0, 0.561497], "under": True,
    }  # fmt: skip
    assert (gold["under"], gold["left_out"], gold["questions"]) == (["ben@example.org"], 8, 3)
    everybody_answers(life, label_studio, says)
    done = life.until(lambda d: d.phase is Phase.READY and d.facts["result"]["answered"] == 8, "labels")
    assert life.labels(done) == {f"m{n}": ("spam" if n % 2 else "ham", 3) for n in range(4, 12)}
    assert done.facts["result"]["gain"]["changed"] == 0
    assert "nobody is asked anything more: the last 4 answers changed 0 of 4 labels" in done.message
    assert not life.once().outcomes


PRELABELLED = """
dataset: datasets/mails
choices: ["0", "1"]
campaign:
  show: text
  select: {uncertain: {deployment: deployments/workers, by: margin}, sample: 10}
  prelabels: {deployment: deployments/workers, without: 0.5}
"""
WORKERS = "SELECT id, text, 10.0 * CAST(substr(id, 2) AS INTEGER) AS AGEP, '1' AS SEX FROM mails"


def of_a_served_model(tool: LabelStudio, folder: Path) -> tuple[CampaignLife, ServedModel]:
    """Return a campaign about workers, and the model that it asks, whose server doesn't run yet."""
    derived = f'source: {{derived: {{inputs: {{mails: datasets/mails}}, query: "{WORKERS}"}}}}\nidentifier: id\n'
    labels = PRELABELLED.replace("datasets/mails", "datasets/workers")
    life = CampaignLife(folder, tool, labels, rows=16, specs={"specs/datasets/workers.yaml": derived})
    served = life.serving = ServedModel(life.world, folder / "model")
    life.files["specs/deployments/workers.yaml"] = served.spec
    life.change(labels)
    life.born()
    return life, served


@pytest.mark.slow
def test_a_campaign_goes_on_without_an_endpoint_and_says_so(
    tool: LabelStudio, label_studio: LabelStudioServer, tmp_path: Path
) -> None:
    life, _ = of_a_served_model(tool, tmp_path)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 10, "ten of sixteen by lot")
    away = life.until(lambda d: "the host refuses the connection" in d.message, "the reason to be told")
    assert "deployments/workers can't be asked about the examples" in away.message
    assert "goes on without" in away.message
    assert not any(task["predictions"] for task in label_studio.operator.tasks(life.tool.list()[LABELS].identity))


@pytest.mark.slow
def test_a_served_model_says_whom_to_ask_about_and_what_it_would_answer(
    tool: LabelStudio, label_studio: LabelStudioServer, tmp_path: Path
) -> None:
    life, served = of_a_served_model(tool, tmp_path)
    with served.running():
        life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 10, "the most uncertain ten of sixteen")
    tasks = {task["data"]["id"]: task for task in label_studio.operator.tasks(life.tool.list()[LABELS].identity)}
    # The probability is one half at the age of 30, by AGEP / 20 - 2 + 0.5: the example m3.
    assert sorted(tasks) == [f"m{n}" for n in range(10)]
    shown = {name for name, task in tasks.items() if task["predictions"]}
    kept = {name for name, task in tasks.items() if "setpoint_kept_back" in task["meta"]}
    assert (shown | kept, shown & kept, bool(shown), bool(kept)) == (set(tasks), set(), True, True)
    ada = label_studio.people["ada"]
    for name, task in tasks.items():  # whom the model tells something says the same, all others the contrary
        seen = ada.api("GET", f"/api/tasks/{task['id']}/")["predictions"]
        assert [one["model_version"] for one in seen] == ([TRIAL] if name in shown else [])
        ada.answer(task["id"], chosen(str(int((int(name[1:]) > 3) == (name in shown)))))
    found = life.until(lambda d: d.phase is Phase.READY and d.facts["result"]["answered"] == 10, "labels")
    assert found.facts["scores"]["deployments/workers"]["model"] == TRIAL
    told = found.facts["result"]["prelabels"]
    decided = [name for name in tasks if name != "m3"]  # of this one both are the same, to the last digit
    assert told["versions"] == {TRIAL: 10}
    assert told["shown"]["answers"] == len(shown)
    assert told["shown"]["accepted"] >= len(shown.intersection(decided))
    assert told["kept_back"]["accepted"] <= len(kept) - len(kept.intersection(decided))
    assert (told["follows"], told["p"] < 0.05) == (True, True)


ADAPTIVE = SPEC.replace("agreement: {annotators: 3, alpha: 0.2}", "agreement: {annotators: 2}").replace(
    "{wanted: 3}", "{wanted: 2, at_most: 4}"
)


@pytest.mark.slow
def test_only_where_it_is_unsure_is_somebody_else_asked(
    tool: LabelStudio, label_studio: LabelStudioServer, tmp_path: Path
) -> None:
    life = CampaignLife(tmp_path, tool, ADAPTIVE)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 12, "two tasks for each of six examples")

    def says(name: str, text: str) -> str:
        return "ham" if name == "ben" and text.endswith(" 1") else truth(name, text)

    everybody_answers(life, label_studio, says)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 13, "a third task where two differ")
    everybody_answers(life, label_studio, says)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 14, "a fourth where two of three isn't enough")
    everybody_answers(life, label_studio, says)
    done = life.until(lambda d: d.phase is Phase.READY and d.facts["result"]["answered"] == 6, "labels")
    assert life.labels(done) == {f"m{n}": ("spam" if n % 2 else "ham", 4 if n == 1 else 2) for n in range(6)}
    assert not life.once().outcomes


@pytest.mark.slow
def test_what_people_do_to_a_project_by_hand(life: CampaignLife, label_studio: LabelStudioServer) -> None:
    operator = label_studio.operator
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 18, "the tasks to be there")
    project = life.tool.list()[LABELS].identity
    place = f"/api/projects/{project}/"

    def config() -> str:
        return str(operator.api("GET", place)["label_config"])

    asked = config()
    operator.api("PATCH", place, json={"label_config": asked.replace("ham", "eggs"), "title": "Renamed"})
    assert "changed by hand" in life.once().plan.decisions[LABELS].drifted
    life.until(lambda d: not d.drifted, "the question to be put back")
    assert config() == asked
    (first, second, *_) = operator.tasks(project)
    operator.api("DELETE", f"/api/tasks/{first['id']}/")
    label_studio.people["ada"].answer(second["id"], [], was_cancelled=True)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 18, "the task to be asked again")
    assert life.tool.list()[LABELS].answers == 0
    everybody_answers(life, label_studio, truth)
    done = life.until(lambda d: d.phase is Phase.READY, "labels to be accepted")
    life.change(SPEC.replace("[spam, ham]", "[ham, eggs]"))
    held = life.until(lambda d: d.phase is Phase.STALLED, "the change to wait for a person")
    assert "spam (9 answers)" in held.message
    assert config() == asked
    life.change(SPEC)
    life.until(lambda d: d.phase is Phase.READY, "the former question")
    operator.api("DELETE", place)
    gone = life.until(lambda d: d.phase is Phase.STALLED, "the loss to be told")
    assert "18 answers that were pulled are kept" in gone.message
    assert gone.output == done.output


@pytest.mark.slow
def test_a_server_that_goes_and_comes_back(own_label_studio: LabelStudioServer, tmp_path: Path) -> None:
    tool = LabelStudio("dev", own_label_studio.url, own_label_studio.operator.token, timeout=5.0)
    life = CampaignLife(tmp_path, tool, SPEC)
    life.until(lambda d: (d.facts.get("project") or {}).get("tasks") == 18, "the tasks to be there")
    everybody_answers(life, own_label_studio, truth)
    before = life.until(lambda d: d.phase is Phase.READY, "labels to be accepted")
    own_label_studio.kill()
    away = life.until(lambda d: "can't be read" in d.message, "the loss to be told")
    assert (away.phase, away.output) == (Phase.READY, before.output)
    own_label_studio.start()
    back = life.until(lambda d: "can't be read" not in d.message, "the server to be read again")
    assert back.output == before.output
    tool.close()
