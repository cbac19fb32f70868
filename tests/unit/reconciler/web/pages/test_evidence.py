"""The pages of what there is to show: what each says, and what to do where there is nothing yet."""

import pytest
from markupsafe import escape

from reconciler.model.ids import Address
from reconciler.model.text import visible
from reconciler.web.pages.evidence import beside
from tests.unit.reconciler.web.pages.conftest import FORMER, HOSTILE, TRIAL, VERSION, Client, Stage, document


def test_trials_are_compared_with_their_intervals_and_lead_to_their_pages(client: Client) -> None:
    page = client.get("/dev/experiments/loans/compare").text
    assert f'href="/dev/{TRIAL}"' in page
    assert "0.9 (0.85 to 0.95)" in page
    assert "only what differs" in page


def test_a_trial_shows_its_card_without_pictures_that_arent_there(client: Client) -> None:
    page = client.get(f"/dev/{TRIAL}").text
    assert "A card" in page
    assert f"/dev/files/reports/{TRIAL}/curves/roc.png" in page
    assert "curves/gone.png" not in page
    assert "Answers requests of" in page
    assert f'href="/dev/{TRIAL}/log"' in page


def test_data_is_shown_beside_the_version_before(client: Client) -> None:
    page = client.get("/dev/datasets/loans/data").text
    assert "+200 rows" in page
    assert str(escape(visible(HOSTILE))) in page
    assert f'href="/dev/{FORMER}"' in page
    alone = client.get("/dev/datasets/loans/data?against=none").text
    assert "+200 rows" not in alone
    assert f'href="/dev/{VERSION}"' in alone


def test_reports_are_shown_over_time_and_one_of_them_whole_in_a_frame_without_rights(client: Client) -> None:
    page = client.get("/dev/monitors/loans/reports").text
    assert "▲ 0.40" in page
    assert 'sandbox=""' in page
    assert "0.8500 ± 0.0196" in page


@pytest.mark.parametrize(
    ("address", "path", "says"),
    [
        ("experiments/fresh", "compare", "No trial has begun"),
        ("datasets/fresh", "data", "No profile is here yet"),
        ("labels/fresh", "data", "No labels were merged yet"),
        ("monitors/fresh", "reports", "No report was made yet"),
    ],
)
def test_where_there_is_nothing_yet_a_page_says_what_to_do(
    client: Client, stage: Stage, address: str, path: str, says: str
) -> None:
    stage.tell(address, document("waiting", "it waits"))
    stage.following.environments["dev"].look()
    page = client.get(f"/dev/{address}/{path}").text
    assert says in page
    assert f"what {address} waits for" in page


@pytest.mark.parametrize(
    "path",
    [
        "/dev/experiments/nothing/compare",
        "/dev/datasets/nothing/data",
        "/dev/x/y/lineage",
        "/dev/datasets/nothing/aaaaaaaaaaaa",
        "/dev/datasets/loans/zzz",
        "/dev/commits/main",
        f"/dev/commits/{'0' * 40}",
        "/nowhere/pools",
    ],
)
def test_what_isnt_there_is_said(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, "Not Found" in answer.text) == (404, True)


def test_every_kind_leads_to_its_lineage_and_some_to_more() -> None:
    assert beside(Address("pools/a")) == [("Lineage", "lineage")]
    assert [path for _, path in beside(Address("datasets/a"))] == ["data", "lineage", "log"]
