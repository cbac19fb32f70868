"""The command line: controls."""

import pytest

from reconciler.cli.controls import write_approval, write_control
from reconciler.cli.reading import read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings


@pytest.mark.usefixtures("status")
def test_an_approval_is_read_back(settings: Settings) -> None:
    write_approval(settings, "0123456789ab")
    assert read_status(settings).controls.approved == {"0123456789ab"}


def test_before_the_first_pass_there_is_nothing_to_control(settings: Settings) -> None:
    with pytest.raises(Refused, match="has no resource"):
        write_control(settings, "datasets/digits", {"suspended": True}, "suspend")
