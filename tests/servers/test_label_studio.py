"""The labelling tool of the tests: people sign in by their tokens, are asked and answer."""

from tests.servers.label_studio import LabelStudioServer
from tests.servers.label_studio.server import chosen

CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="answer" toName="text">'
    '<Choice value="spam"/><Choice value="ham"/></Choices></View>'
)


def test_people_answer_by_their_own_names(label_studio: LabelStudioServer) -> None:
    operator = label_studio.operator
    project = operator.api("POST", "/api/projects/", json={"title": "by their names", "label_config": CONFIG})["id"]
    operator.api("POST", f"/api/projects/{project}/import", json=[{"data": {"text": "buy now"}}])
    (task,) = operator.tasks(project)
    for name in ("ada", "ben"):
        label_studio.people[name].answer(task["id"], chosen("spam"))
    (task,) = operator.tasks(project)
    assert len({str(one["completed_by"]) for one in task["annotations"]}) == 2
    assert any(line.startswith("POST /api/tasks/") for line in label_studio.requests())
