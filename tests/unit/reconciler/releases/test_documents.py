"""Releases as JSON."""

import json
from dataclasses import replace

from reconciler.releases.documents import as_document, moment_of
from reconciler.releases.release import Release
from tests.unit.reconciler.releases.made import hour

RELEASE = Release("dev", "deployments/x", "one", "c0ffee", when=hour(5), written=hour(3))


def test_times_are_moments_and_spans_are_seconds() -> None:
    told = as_document(replace(RELEASE, served=hour(6)))
    assert told == json.loads(json.dumps(told))
    assert (told["when"], told["served"]) == (hour(5).isoformat(), hour(6).isoformat())
    assert told["lead_time_seconds"] == 3 * 3600
    assert (told["model"], told["proposal"], told["restored"]) == ("one", None, None)
    assert as_document(RELEASE)["lead_time_seconds"] is None


def test_no_time_is_none() -> None:
    assert moment_of(None) is None
