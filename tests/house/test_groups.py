"""Tests of one group run on one worker, one after the other: they share a server, or would disturb one another."""

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_is_told_to_the_scheduler(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("only `make test` divides tests by groups")
    assert request.node.nodeid.endswith("@groups"), "this pytest-xdist doesn't know how this pytest names tests"
