"""`setpoint label`: whose desk it opens, and where it says that it can't."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder
from reconciler.providers.labelling.folder import LabelFolder
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]
LABELS = """\
dataset: datasets/digits
choices: [one, other]
campaign: {{show: label, annotators: [{who}]}}
"""


@pytest.fixture
def asked(repository: Path) -> Path:
    """Commit a campaign for one person."""
    (repository / "specs/labels/side.yaml").write_text(LABELS.format(who="ada@example.org"), "utf-8")
    for line in (["add", "-A"], ["commit", "-qm", "Ask"]):
        subprocess.run(["git", "-C", str(repository), *line], check=True)
    return repository


def test_labels_without_a_campaign_are_not_asked_by_a_page(say: Say, place: Place, asked: Path) -> None:
    told = say("label", "labels/digits", *place)
    assert told.code == Exit.REFUSED
    assert "dev has no campaign for labels/digits" in told.err
    assert "labels/side" in told.err


def test_answers_of_a_stranger_would_not_count(say: Say, place: Place, asked: Path) -> None:
    told = say("label", "side", "--as", "Eve", *place)
    assert told.code == Exit.REFUSED
    assert "answers of Eve don't count for labels/side" in told.err


def test_a_project_that_is_not_made_yet(say: Say, place: Place, asked: Path) -> None:
    told = say("label", "--as", "ada@example.org", *place)
    assert "holds no project" in told.err
    assert "is it running?" in told.err


def test_an_address_that_others_reach_is_refused(say: Say, place: Place, asked: Path, tmp_path: Path) -> None:
    config = '<View><Text name="t" value="$t"/><Rating name="q" toName="t"/></View>'
    LabelFolder(tmp_path / "home/labelling/dev").configure(ProjectOrder(Address("labels/side"), "Side", config))
    told = say("label", "--as", "ada@example.org", "--listen", "0.0.0.0:1", *place)
    assert told.code == Exit.REFUSED
    assert "isn't this machine's own" in told.err
