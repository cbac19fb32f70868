"""The formats of the status branch: what is newer is told from what is broken, and stops whoever can't read it."""

import pytest

from reconciler.status.formats import Newer, NewerStatus, check, demand_none
from reconciler.yaml.parse import Unreadable


@pytest.mark.parametrize("path", ["pass.yaml", "status/datasets/loans.yaml", "controls/datasets/loans.yaml"])
def test_what_is_known_passes_what_is_newer_is_told_from_nonsense(path: str) -> None:
    check(path, {})
    check(path, {"format": 1})
    with pytest.raises(Newer, match="it is of format 2"):
        check(path, {"format": 2})
    with pytest.raises(Unreadable) as error:
        check(path, {"format": "two"})
    assert not isinstance(error.value, Newer)


def test_one_newer_file_is_named_and_the_others_counted() -> None:
    demand_none(())
    with pytest.raises(NewerStatus, match=r"environment: a \(and 1 more\)"):
        demand_none(["b", "a"])
