"""Whose fault an error of MySQL's drivers is."""

import pymysql
import pytest

from runners.sources.mysql import is_of_the_query


@pytest.mark.parametrize("number", [1054, 1064, 1146, 1242, 1305, 3140, 4078])
def test_what_the_server_says_of_a_query_is_lasting(number: int) -> None:
    assert is_of_the_query(pymysql.err.OperationalError(number, "it says so each time"))


@pytest.mark.parametrize("number", [1040, 1045, 1205, 1213, 1969, 2003, 2013, 3024, 0, True, "1054"])
def test_what_may_be_gone_at_the_next_try_is_not(number: object) -> None:
    assert not is_of_the_query(pymysql.err.OperationalError(number, "not now"))


@pytest.mark.parametrize("error", [None, ValueError(1054), pymysql.err.OperationalError()])
def test_others_errors_are_none_of_its(error: BaseException | None) -> None:
    assert not is_of_the_query(error)
