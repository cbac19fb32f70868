"""A heavy server runs while tests of its group do."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.servers.resting import awake, first_words, pytest_runtest_setup, pytest_runtest_teardown


class Counted:
    """A server that counts."""

    def __init__(self) -> None:
        self.starts, self.stops = 0, 0

    def start(self) -> None:
        self.starts += 1

    def stop(self) -> None:
        self.stops += 1


def item(*groups: str, divided: bool = True) -> Any:
    marks = [pytest.mark.xdist_group(group).mark for group in groups]
    config = SimpleNamespace(option=SimpleNamespace(loadgroup=divided))
    return SimpleNamespace(iter_markers=lambda _: marks, config=config)


def test_a_group_is_known_by_its_first_word() -> None:
    assert first_words(item("cluster of the ports", "soak")) == {"cluster", "soak"}
    assert first_words(None) == set()


def test_it_ends_with_the_last_test_of_its_group_and_is_started_again_for_another() -> None:
    with awake("pond", Counted()) as server:
        pytest_runtest_teardown(item("pond"), item("pond"))
        assert (server.starts, server.stops) == (1, 0)
        pytest_runtest_teardown(item("pond"), item())
        pytest_runtest_setup(item())
        assert (server.starts, server.stops) == (1, 1)
        pytest_runtest_setup(item("pond of frogs"))
        pytest_runtest_setup(item("pond of frogs"))
        assert (server.starts, server.stops) == (2, 1)
        pytest_runtest_teardown(item("pond of frogs"), None)
        assert (server.starts, server.stops) == (2, 2)


def test_it_lasts_as_long_as_the_session_where_nothing_is_divided() -> None:
    with awake("pond", Counted()) as server:
        pytest_runtest_teardown(item("pond", divided=False), None)
        assert (server.starts, server.stops) == (1, 0)
    assert server.stops == 1
