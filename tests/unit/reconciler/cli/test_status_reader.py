"""The command line: reading the status branch."""

import pytest

from reconciler.cli.status_reader import document_of, read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings


@pytest.mark.usefixtures("status")
def test_a_status_is_found_by_its_address(settings: Settings) -> None:
    recorded = read_status(settings)
    assert document_of(recorded, "datasets/digits", "dev")["state"] == "stalled"
    with pytest.raises(Refused, match="did you mean datasets/digits"):
        document_of(recorded, "dataset/digits", "dev")


def test_nothing_is_read_where_no_daemon_has_been(settings: Settings) -> None:
    recorded = read_status(settings)
    assert not recorded.statuses
    with pytest.raises(Refused, match="is the daemon running"):
        document_of(recorded, "datasets/digits", "dev")
