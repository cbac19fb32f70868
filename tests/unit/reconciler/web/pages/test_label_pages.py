"""The page of labels' data: disputed examples under the right to data, as a page, as pictures, and as JSON."""

import pytest

from reconciler.providers.memory.data import MemoryData
from reconciler.providers.memory.world import World
from tests.unit.reconciler.web.pages.conftest import DOT, LABELLED, Client, Stage, leave

PAGE, PICTURE = "/dev/labels/loans/data", f"/dev/{LABELLED}/disputed/0.png"
API = "/api/v1/environments/dev/resources/labels/loans/disputes"


@pytest.fixture
def browsed(stage: Stage) -> Client:
    for one in stage.following.environments.values():
        one.look()
    data = MemoryData(World())
    leave(data)
    return Client(stage, stores=lambda *_: data)


def test_an_example_its_picture_and_its_answers_stand_on_the_page(browsed: Client) -> None:
    told = browsed.get(PAGE).text
    assert f'src="{PICTURE}"' in told
    assert "12 of them, the most disputed first" in told
    assert "Sensitive columns are shown nowhere: iban." in told
    assert 'href="?page=2#disputes"' in told
    assert "<script>alert" not in told
    assert "page 2 of 2" in browsed.get(f"{PAGE}?page=2").text


def test_a_picture_is_handed_out_as_one_and_nothing_else_is(browsed: Client) -> None:
    answer = browsed.get(PICTURE)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, DOT, "image/png")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for other in ("1.png", "examples.json", "0.svg", "..%2fexamples.json"):
        assert browsed.get(f"/dev/{LABELLED}/disputed/{other}").status_code == 404
    assert browsed.get("/dev/labels/nowhere/aaaaaaaaaaaa/disputed/0.png").status_code == 404


def test_scripts_read_the_same(browsed: Client) -> None:
    told = browsed.get(API).json()
    assert (told["run"], told["page"], told["pages"], told["total"], told["why"]) == (LABELLED, 1, 2, 12, None)
    assert told["disputes"][1]["answers"][1] == {"annotator": "ben", "answer": "lost", "differs": True}
    assert browsed.get(f"{API}?page=x").status_code == 400
    assert browsed.get(API.replace("loans", "nowhere")).status_code == 404


def test_a_page_without_a_data_store_says_so(client: Client) -> None:
    assert "The examples themselves aren&#39;t shown: this page reads Git alone" in client.get(PAGE).text
    assert client.get(PICTURE).status_code == 404
