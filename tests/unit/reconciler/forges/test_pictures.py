"""Pictures of a proposal: where the forge shows them at one commit, and nothing that ends a link too soon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.forges.pictures import in_words, section
from reconciler.git.repository import Repository, open_repository
from tests.unit.reconciler.git.people import Clone, bare

PATH = "reports/promotions/go/aaaaaaaaaaaa/comparison.png"
RAW = "https://forge.test/team/models/raw/commit"


class Place:
    """A repository whose branch `setpoint/prod` has a picture."""

    def __init__(self, folder: Path) -> None:
        origin = bare(folder / "origin.git")
        ada = Clone(folder / "ada", origin)
        self.commit = ada.commit({PATH: "a picture", "reports/a b.png": "another"})
        ada.git("push", "--quiet", "origin", "HEAD:refs/heads/setpoint/prod")
        self.repository: Repository = open_repository(f"file://{origin}", folder / "state")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.repository.close()


def test_a_picture_is_shown_as_one_commit_has_it(place: Place) -> None:
    told = section({PATH: "what <b>is</b>", "reports/a b.png": "b"}, place.repository, "setpoint/prod", RAW)
    assert f"![what &lt;b&gt;is&lt;/b&gt;]({RAW}/{place.commit}/{PATH})" in told
    assert f"![b]({RAW}/{place.commit}/reports/a%20b.png)" in told


def test_what_is_not_there_is_not_shown(place: Place) -> None:
    assert section({"reports/gone.png": "gone"}, place.repository, "setpoint/prod", RAW) == ""
    assert section({PATH: "a"}, place.repository, "setpoint/dev", RAW) == ""
    assert section({}, place.repository, "setpoint/prod", RAW) == ""


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "/raw",
        "ftp://forge.test/raw",
        "https://ada:pass@forge.test/raw",
        "https://forge.test/a)b",
        "https://forge.test/a b",
        "https://[forge/raw",
        "javascript:alert(1)",
        "https://forge.test/" + "a" * 1000,
    ],
)
def test_what_is_no_address_shows_nothing(place: Place, raw: str) -> None:
    assert section({PATH: "a"}, place.repository, "setpoint/prod", raw) == ""


def test_where_there_is_no_page_the_branch_is_told() -> None:
    assert in_words({PATH: "both models"}, "setpoint/prod").endswith(f"setpoint/prod:\n\n- both models: {PATH}")
    assert in_words({}, "setpoint/prod") == ""
