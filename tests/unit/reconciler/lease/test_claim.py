"""A claim: read as it was written, and never trusted further than its span."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.lease.claim import LARGEST, LONGEST, NOBODY, SPAN, Claim, format_claim, parse_claim

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ODD = [
    b"",
    b"[]",
    b"{}",
    b"7",
    b'{"holder": 1, "token": "x", "expires": "y"}',
    b"\xff",
    b"[" * 3000,
    b'{"holder": "h", "token": 1e999, "expires": "2026-05-01"}',
    b'{"holder": "h", "token": 1, "expires": "0001-01-01T00:00:00+14:00"}',
    b'{"holder": "h", "token": 1, "expires": "2026-05-01", "span": NaN}',
    b'{"holder": "h", "token": 1, "expires": "2026-05-01", "span": 1e300}',
    b'{"holder": "h", "token": 1, "expires": 7}',
    b'{"holder": "h", "token": 1, "expires": "2026-05-01", "format": "new"}',
]


def told(**changes: object) -> bytes:
    return json.dumps({"holder": "h", "token": 3, "expires": NOON.isoformat(), **changes}).encode()


@pytest.mark.parametrize("content", ODD)
def test_what_is_no_claim_is_nobody_s(content: bytes) -> None:
    assert parse_claim(content) == NOBODY
    assert NOBODY.seen is None


def test_what_is_too_large_is_no_claim() -> None:
    assert parse_claim(told(holder="h" * LARGEST)) == NOBODY


def test_claims_are_read_as_written() -> None:
    claim = Claim("h", 3, NOON, timedelta(seconds=15), "a-boot", 17.5, 4)
    assert parse_claim(format_claim(claim)) == claim


def test_a_moment_without_a_zone_is_in_utc_and_any_other_is_turned_to_it() -> None:
    assert parse_claim(told(expires="2026-05-01T12:00:00")).expires == NOON
    assert parse_claim(told(expires="2026-05-01T14:00:00+02:00")).expires == NOON


def test_a_claim_of_an_older_version_has_the_usual_span() -> None:
    claim = parse_claim(told())
    assert (claim.span, claim.boot) == (SPAN, "")


def test_no_span_locks_others_out_for_ever() -> None:
    assert parse_claim(told(span=1e8)).span == LONGEST


def test_a_holder_is_one_line_that_can_be_shown() -> None:
    assert parse_claim(told(holder="a\x1b[31m\nb" + "c" * 999)).holder == "a[31mb" + "c" * 194


def test_a_holder_was_last_seen_when_it_renewed_and_a_lease_that_was_given_back_when_that_was_done() -> None:
    assert Claim("h", 3, NOON, timedelta(seconds=15)).seen == NOON - timedelta(seconds=15)
    assert Claim("", 3, NOON, timedelta(seconds=15)).seen == NOON
    assert Claim("h", 3, datetime.min.replace(tzinfo=UTC)).seen == datetime.min.replace(tzinfo=UTC)


def test_a_claim_tells_its_format_and_one_that_tells_none_is_of_the_first() -> None:
    claim = parse_claim(told())
    assert json.loads(format_claim(claim))["format"] == 1
    assert parse_claim(told(format=1)) == claim


def test_a_claim_of_a_newer_version_is_somebody_s_of_whom_nothing_else_is_known() -> None:
    claim = parse_claim(b'{"format": 2, "held": {"by": "h"}}')
    assert (claim.holder, claim.format, claim.seen) == ("a newer version of Setpoint", 2, None)
