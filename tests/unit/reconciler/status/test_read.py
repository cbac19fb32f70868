"""What the status branch holds, as it is read back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.ids import Address
from reconciler.model.observed import Control
from reconciler.status.formats import NewerStatus
from reconciler.status.plain import plain
from reconciler.status.read import (
    LARGEST,
    Recorded,
    RecordedFiles,
    approval_path,
    commit_of,
    control_path,
    parse,
)
from reconciler.yaml.dump import dump
from tests.unit.reconciler.stage import API, LOANS


class Files:
    """Files whose blob ids are their contents, and what was read of them."""

    def __init__(self, files: Mapping[str, bytes], sizes: Mapping[str, int] | None = None) -> None:
        self.contents = files
        self.files = {path: text.hex() for path, text in files.items()}
        self.sizes = sizes or {}
        self.reads: list[str] = []

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        return self.contents[path]

    def size(self, path: str) -> int:
        return self.sizes.get(path, len(self.contents[path]))


def read(files: dict[str, bytes]) -> Recorded:
    return RecordedFiles().read(Files(files))


def test_statuses_are_found_by_address_and_the_last_pass_beside_them() -> None:
    found = read(
        {
            f"status/{LOANS}.yaml": b"state: ready\n",
            "pass.yaml": b"commit: abc\n",
            "README.md": b"# dev\n",
            "reports/monitors/w/1/report.md": b"x",
        }
    )
    assert found.statuses == {LOANS: {"state": "ready"}}
    assert found.last_pass == {"commit": "abc"}
    assert set(found.files) == {f"status/{LOANS}.yaml", "pass.yaml", "README.md", "reports/monitors/w/1/report.md"}


def test_every_blob_is_parsed_once() -> None:
    reader, path = RecordedFiles(), f"status/{LOANS}.yaml"
    files = Files({path: b"state: ready\n", "README.md": b"# dev\n"})
    reader.read(files)
    reader.read(files)
    assert files.reads == [path]
    changed = Files({path: b"state: stalled\n"})
    assert reader.read(changed).statuses == {LOANS: {"state": "stalled"}}
    assert changed.reads == [path]


def test_what_a_broken_file_said_before_stands_in_its_place() -> None:
    reader, path = RecordedFiles(), f"status/{LOANS}.yaml"
    reader.read(Files({path: b"facts: {due: '2026-01-07T12:00:00+00:00'}\n"}))
    found = reader.read(Files({path: b"facts: {due: soon}\n"}))
    assert found.statuses == {LOANS: {"facts": {"due": "2026-01-07T12:00:00+00:00"}}}
    assert found.flaws[path].startswith(f"{path}: `facts.due` isn't a moment")
    assert not reader.read(Files({path: b"facts: {}\n"})).flaws


def test_a_large_file_is_not_read_at_all() -> None:
    path = f"status/{LOANS}.yaml"
    files = Files({path: b"state: ready\n"}, {path: LARGEST + 1})
    found = RecordedFiles().read(files)
    assert "too large: 16.0 MiB" in found.flaws[path]
    assert files.reads == []
    (ready,) = found.statuses[LOANS]["conditions"]
    assert (found.statuses[LOANS]["state"], ready["reason"]) == ("stalled", "Unreadable")
    assert "too large: 16.0 MiB" in ready["message"]


def test_controls_that_cannot_be_read_hold_their_resource() -> None:
    control = read({control_path(LOANS): b"suspended: [\n"}).controls.resources[LOANS]
    assert (control.suspended, control.requested) == (True, None)
    assert control.reason.startswith(f"its controls can't be read: {control_path(LOANS)}:2:1: ")


@pytest.mark.parametrize("told", [b"{}", b"commit: --help", b"commit: [1]", b"commit: 7", b"commit: abc"])
def test_a_commit_is_an_object_id(told: bytes) -> None:
    assert commit_of(parse(told)) is None
    assert commit_of({"commit": "a" * 40}) == "a" * 40


def test_what_operators_ask_is_read_from_the_same_branch() -> None:
    moment = "2026-01-07T12:00:00+00:00"
    found = read(
        {
            control_path(LOANS): f"suspended: true\nreason: migration\nrequested: '{moment}'\n".encode(),
            control_path(API): b"requested: 2026-01-07T12:00:00Z\n",
            approval_path("0123456789ab"): b"{}\n",
            "controls/things/odd.yaml": b"suspended: true\n",
        }
    ).controls
    assert found.resources[LOANS] == Control(True, datetime.fromisoformat(moment), "migration")
    assert found.resources[API].requested == datetime.fromisoformat(moment)
    assert found.approved == {"0123456789ab"}
    assert found.resources.keys() == {LOANS, API}


@pytest.mark.parametrize("told", ["lately", "[1]", "''", "7", "{a: 1}"])
def test_a_moment_that_is_none_is_no_request(told: str) -> None:
    assert read({control_path(LOANS): f"requested: {told}\n".encode()}).controls.resources[LOANS].requested is None


def test_a_moment_without_a_zone_is_in_utc() -> None:
    found = read({control_path(LOANS): b"requested: 2026-01-07 12:00:00\n"}).controls.resources[LOANS]
    assert found.requested == datetime(2026, 1, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", [b"", b"[1, 2]", b"{", b"a: b: c", b"\xff\xfe\x00", b"--- !!python/object:os.system\n"]
)
def test_a_file_that_somebody_broke_counts_as_empty(text: bytes) -> None:
    assert parse(text) == {}


words = st.text(max_size=30) | st.sampled_from(
    ["2026-01-07", "yes", "null", "0o7", "1_000", "=", "<<", "12:30:00", "~", "1e3"]
)
scalars = words | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()
facts = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(words, facts, max_size=4))
def test_what_is_written_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    """Else a status would differ from itself, and every pass would write a commit."""
    assert parse(dump(plain(document))) == plain(document)


def test_what_no_file_can_hold_does_not_stop_a_pass() -> None:
    odd = plain({"what": "half a character \ud800", "when": datetime(2026, 1, 7, tzinfo=UTC), "which": Address("a/b")})
    assert parse(dump(odd)) == odd


def test_what_was_written_here_is_not_parsed_when_it_is_read_back() -> None:
    files, document = RecordedFiles(), {"address": "datasets/loans", "state": "ready", "conditions": [], "facts": {}}
    text = files.dump(document)
    assert files.read(Files({"status/datasets/loans.yaml": text})).statuses[LOANS] is document
    assert RecordedFiles().read(Files({"status/datasets/loans.yaml": text})).statuses[LOANS] == document


def test_what_was_written_and_never_arrived_is_forgotten() -> None:
    files = RecordedFiles()
    text = files.dump({"address": "datasets/loans"})
    files.read(Files({}))
    found = files.read(Files({"status/datasets/loans.yaml": text}))
    assert found.statuses[LOANS] == {"address": "datasets/loans"}


FORMER = {
    f"status/{LOANS}.yaml": {"address": LOANS, "state": "ready", "conditions": [], "facts": {"run": "x"}},
    f"controls/{API}.yaml": {"suspended": True, "reason": "an incident"},
    "controls/approved/0123456789ab.yaml": {"approved": "2026-01-01T00:00:00+00:00"},
    "pass.yaml": {"environment": "dev", "commit": "a" * 40, "problems": [], "notes": []},
}
"""The documents of the branch before they told their format."""


ROOMS = dict(zip(FORMER, ("status", "controls", "approved", "last_pass"), strict=True))


def branch(**formats: int) -> Files:
    """Return those documents, some of them in another format: `status`, `controls`, `approved`, `last_pass`."""
    told = {path: {"format": formats[room]} if room in formats else {} for path, room in ROOMS.items()}
    return Files({path: dump({**document, **told[path]}) for path, document in FORMER.items()})


def test_documents_of_the_first_format_are_read_whether_they_say_so_or_not() -> None:
    told = branch(status=1, controls=1, approved=1, last_pass=1)
    former, now = (RecordedFiles().read(files) for files in (branch(), told))
    assert former.newer == now.newer == ()
    assert former.flaws == now.flaws == {}
    assert former.controls == now.controls
    assert former.statuses[LOANS]["facts"] == now.statuses[LOANS]["facts"] == {"run": "x"}
    assert commit_of(former.last_pass) == commit_of(now.last_pass) == "a" * 40


@pytest.mark.parametrize("room", ["status", "last_pass"])
def test_what_a_newer_daemon_wrote_is_named_and_nothing_is_taken_from_it(room: str) -> None:
    found = RecordedFiles().read(branch(**{room: 2}))
    (flaw,) = found.newer
    assert "it is of format 2, and only format 1 is known here (upgrade Setpoint here)" in flaw
    assert found.flaws
    if room == "status":
        (condition,) = found.statuses[LOANS]["conditions"]
        assert (condition["reason"], condition["message"]) == ("NewerFormat", flaw)
    else:
        assert found.last_pass == {}
        with pytest.raises(NewerStatus, match="a newer version of Setpoint wrote the status of this environment: pass"):
            RecordedFiles().last_pass(branch(**{room: 2}))


def test_what_was_read_before_doesn_t_stand_for_what_a_newer_daemon_wrote() -> None:
    reader = RecordedFiles()
    assert reader.read(branch()).statuses[LOANS]["state"] == "ready"
    assert "facts" not in reader.read(branch(status=2)).statuses[LOANS]


def test_a_newer_control_holds_its_resource_and_a_newer_approval_approves_of_nothing() -> None:
    found = RecordedFiles().read(branch(controls=2, approved=2))
    assert found.newer == ()
    assert found.controls.resources[API].suspended
    assert "it is of format 2" in found.controls.resources[API].reason
    assert not found.controls.approved
    assert len(found.flaws) == 2
    assert RecordedFiles().is_approved(branch(), "0123456789ab")
    assert not RecordedFiles().is_approved(branch(approved=2), "0123456789ab")
    assert not RecordedFiles().is_approved(branch(), "another")


def test_a_format_that_is_none_is_a_flaw_as_any_other() -> None:
    files = Files({"pass.yaml": dump({**FORMER["pass.yaml"], "format": "new"})})
    found = RecordedFiles().read(files)
    assert found.newer == ()
    assert "isn't a whole number" in found.flaws["pass.yaml"]
