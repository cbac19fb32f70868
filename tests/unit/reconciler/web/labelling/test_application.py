"""The pages of a desk: what they show, whom they answer, and what a form may say."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.model.ids import Address
from reconciler.model.kinds.label_config import Wanted, compact
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.folder import LabelFolder
from reconciler.web.labelling.application import LARGEST, application, policy_of
from reconciler.web.labelling.desk import Desk, desk_of
from reconciler.web.labelling.questions import form_of
from tests.unit.reconciler.web.pages.conftest import HOSTILE

NOW = datetime(2026, 1, 5, tzinfo=UTC)
MAILS = Address("labels/mails")
FIRST = "000000000001-1"
CONFIG = compact(Wanted("q", "text", "text", "label", ("spam", "ham"), None))
SAYS_HAM = {"result": [{"from_name": "q", "to_name": "text", "type": "choices", "value": {"choices": ["ham"]}}]}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = LabelFolder(tmp_path)
    folder.configure(ProjectOrder(MAILS, HOSTILE, CONFIG, f"Is it *spam*? {HOSTILE}"))
    folder.add(MAILS, [Task(FIRST, {"text": HOSTILE, "id": 1}, SAYS_HAM, {"label": "a secret"})])
    return desk_of(folder.place(MAILS), "ada")


@dataclass
class Client:
    """Asks the application as a browser does, without following where it leads."""

    desk: Desk
    now: Callable[[], datetime]
    base: str = "http://localhost"

    def __post_init__(self) -> None:
        self._app: Any = application(self.desk, self.now)

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self._ask("POST", path, **sent)

    def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, path, **sent)

        return asyncio.run(asked())


@pytest.fixture
def client(desk: Desk) -> Client:
    times = iter(NOW + timedelta(seconds=n) for n in range(1000))
    return Client(desk, lambda: next(times))


def word(client: Client, name: str = FIRST) -> str:
    found = re.search(r'name="word" value="([^"]+)"', client.get(f"/tasks/{name}").text)
    assert found
    return found[1]


def test_a_task_is_answered_and_the_next_page_says_that_nothing_is_left(client: Client, desk: Desk) -> None:
    assert client.get("/").headers["location"] == f"/tasks/{FIRST}"
    sent = {"word": word(client), "began": NOW.isoformat(), "q": "spam"}
    done = client.post(f"/tasks/{FIRST}", data=sent)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    said = desk.own()[FIRST]["annotations"][0]
    assert said["result"][0]["value"] == {"choices": ["spam"]}
    assert 0 < said["lead_time"] < 60
    assert "Nothing is left for you" in client.get("/").text
    assert "spam" in client.get("/answers").text
    assert re.search(r'value="spam" checked', client.get(f"/tasks/{FIRST}").text)


def test_what_a_model_says_is_filled_in_unless_it_is_kept_back(client: Client) -> None:
    page = client.get(f"/tasks/{FIRST}").text
    assert re.search(r'value="ham" checked', page)
    assert "a model says" in page
    assert "a secret" not in page


def test_what_others_wrote_is_text(client: Client) -> None:
    for path in (f"/tasks/{FIRST}", "/answers"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "49" not in re.sub(r"<input[^>]*>", "", page), "a template in a text isn't one"


def test_a_mistake_keeps_what_was_filled_in(client: Client, desk: Desk) -> None:
    told = client.post(f"/tasks/{FIRST}", data={"word": word(client)})
    assert told.status_code == 422
    assert "q has no answer yet" in told.text
    assert 'role="alert"' in told.text
    assert not desk.own()


def test_a_skipped_task_is_kept_as_skipped(client: Client, desk: Desk) -> None:
    client.post(f"/tasks/{FIRST}", data={"word": word(client), "skip": "1"})
    assert desk.own()[FIRST]["annotations"][0]["was_cancelled"] is True
    assert "skipped" in client.get("/answers").text


@pytest.mark.parametrize("sent", ["", "no word of ours"])
def test_a_form_of_another_site_is_refused(client: Client, desk: Desk, sent: str) -> None:
    assert client.post(f"/tasks/{FIRST}", data={"word": sent, "q": "spam"}).status_code == 403
    assert not desk.own()


def test_another_name_of_this_machine_is_misdirected(desk: Desk) -> None:
    client = Client(desk, lambda: NOW, "http://evil.example")
    assert client.get("/").status_code == 421


def test_bodies_that_are_no_form_are_refused(client: Client) -> None:
    for body, status in ((b"\xff\xfe=1", 400), (b"a=1&" * 4000, 400), (b"x" * (LARGEST + 1), 413)):
        assert client.post(f"/tasks/{FIRST}", content=body).status_code == status


def test_what_is_not_there(client: Client, desk: Desk) -> None:
    for path in ("/tasks/nothing", "/assets/nothing", "/nothing"):
        assert client.get(path).status_code == 404
    sent = {"word": word(client), "q": "spam"}
    (desk.place / "tasks.json").write_text("[]", "utf-8")
    assert client.post(f"/tasks/{FIRST}", data=sent).status_code == 404
    assert "There are no tasks yet" in client.get("/").text


def test_files_that_cannot_be_read_are_told_with_what_to_do(client: Client, desk: Desk) -> None:
    (desk.place / "tasks.json").write_text("{", "utf-8")
    told = client.get("/")
    assert told.status_code == 503
    assert "tasks.json" in told.text
    assert "mend it, or remove it" in told.text


def test_assets_and_headers(client: Client) -> None:
    for name in ("style.css", "label.css", "label.js"):
        assert client.get(f"/assets/{name}").status_code == 200
    policy = client.get("/answers").headers["content-security-policy"]
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://pictures.example.org:8443/a.png", "https://pictures.example.org:8443"),
        ("data:image/png;base64,AA", ""),
        ("javascript:alert(1)", ""),
        ("https://x; script-src *", ""),
        ("https://user@host/a", ""),
        ("s3://bucket/a.png", ""),
    ],
)
def test_a_picture_may_come_from_where_it_is_and_from_nowhere_else(url: str, allowed: str) -> None:
    form = form_of(compact(Wanted("q", "image", "image", "boxes", ("a",), None)))
    policy = policy_of(form, {"image": url})
    media = f"'self' data: {allowed}".strip()
    assert f"img-src {media}; media-src {media};" in policy
    assert policy.count("script-src") == 1
