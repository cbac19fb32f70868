"""What goes wrong while a table is followed: a job or a server that is killed, a slot that is lost; and chance."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.contract import InputError, SourceUnavailable
from runners.ingest.ingestion import ingest
from runners.inputs import Lent
from runners.sources.changes import postgres as reading
from tests.engines.following import OWNER, Followed
from tests.servers.postgres import PostgreSQL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

TABLE = "CREATE TABLE loans (id INT PRIMARY KEY, amount INT, note TEXT)"
NOTE = "(SELECT string_agg(md5(i::text || {}), '') FROM generate_series(1, 300) i)"
POINTS = 8


@pytest.fixture
def loans(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Followed]:
    with closing(Followed(postgres.create_database(), tmp_path)) as followed:
        followed.do(TABLE)
        yield followed


@pytest.fixture
def alone(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Followed, PostgreSQL]]:
    """Make a server for one test, which it may break; its parameter bounds what it keeps for slots."""
    server = PostgreSQL(tmp_path / "server", max_slot_wal_keep_size=getattr(request, "param", "1GB"))
    (tmp_path / "server").mkdir()
    server.start()
    try:
        followed = Followed(server.create_database(), tmp_path)
        followed.do(TABLE, "INSERT INTO loans SELECT n, n, 'x' FROM generate_series(1, 50) n")
        yield followed, server
        followed.writer.close()
    finally:
        server.stop()


def killed(loans: Followed, name: str, last: int) -> subprocess.CompletedProcess[str]:
    folder = loans.root / name
    folder.mkdir()
    line = [sys.executable, "-m", "tests.engines.killed_following", loans.params.model_dump_json(exclude_none=True)]
    line += [str(folder), str(loans.former or ""), str(last)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("has_former", [False, True])
def test_killed_anywhere_the_next_attempt_has_each_row_once(loans: Followed, *, has_former: bool) -> None:
    loans.do("INSERT INTO loans SELECT n, n, 'x' FROM generate_series(1, 20) n")
    if has_former:
        loans.check("full")
        loans.do("UPDATE loans SET amount = 0 WHERE id < 5", "DELETE FROM loans WHERE id = 9")
    steps = int(killed(loans, "whole", 0).stdout)
    for point in range(POINTS):
        done = killed(loans, f"killed-{point}", 1 + point * steps // POINTS)
        assert done.returncode == -signal.SIGKILL, done.stderr
        loans.do(
            f"UPDATE loans SET amount = amount + 1 WHERE id = {point + 10}", f"INSERT INTO loans VALUES ({point + 90})"
        )
    loans.check("incremental" if has_former else "full")
    loans.do("DELETE FROM loans WHERE id > 92")
    loans.check()
    assert len(loans.slots()) == 1


def test_a_version_that_was_not_accepted_costs_no_change(loans: Followed) -> None:
    loans.do("INSERT INTO loans VALUES (1, 1, 'x')")
    loans.check("full")
    for amount in (2, 3):
        loans.do(f"UPDATE loans SET amount = {amount}")
        loans.refresh(accepted=False)
    loans.check()


def test_a_version_that_was_taken_back_is_gone_on_with_by_a_snapshot(loans: Followed) -> None:
    loans.do("INSERT INTO loans VALUES (1, 1, 'x')")
    loans.check("full")
    first = loans.former
    for amount in (2, 3):
        loans.do(f"UPDATE loans SET amount = {amount}")
        loans.check()
    loans.former = first
    assert "moved, after the version before" in loans.check("full").told["refresh"]["because"]


def test_many_changes_come_in_portions_of_whole_transactions(loans: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PORTION", 10)
    loans.check("full")
    for n in range(30):
        loans.do(*(f"INSERT INTO loans VALUES ({n * 100 + i}, {n}, 'x')" for i in range(n % 7)))
    loans.do("DELETE FROM loans WHERE id % 3 = 0")
    loans.check()


def test_a_server_that_is_killed_in_the_midst_is_gone_on_with(alone: tuple[Followed, PostgreSQL]) -> None:
    loans, server = alone
    loans.check("full")
    loans.do("UPDATE loans SET amount = 0 WHERE id < 9", "DELETE FROM loans WHERE id = 10")
    call = reading.Following._portion

    def kill(self: Any, slot: str, bound: int) -> Iterator[bytes]:
        messages = call(self, slot, bound)
        yield next(messages)
        _kill(server)
        yield from messages
        self.connection.execute("SELECT 1")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.Following, "_portion", kill)
        with pytest.raises(SourceUnavailable):
            loans.refresh()
    loans.writer.close()
    server.stop()
    server.start()
    loans.__post_init__()
    loans._numbers = iter(range(100, 200))  # type: ignore[assignment]
    loans.do("INSERT INTO loans VALUES (1000, 1, 'y')")
    loans.check()


def _kill(server: PostgreSQL) -> None:
    """Kill the server with all its processes: one whose parent alone is gone answers until it next waits."""
    parent = psutil.Process(int((server._data / "postmaster.pid").read_text().split("\n")[0]))
    for process in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.parametrize("alone", ["1MB"], indirect=True)
def test_a_slot_that_is_lost_is_told_and_a_snapshot_taken(alone: tuple[Followed, PostgreSQL]) -> None:
    loans, _ = alone
    loans.check("full")
    _lose(loans)
    loans.told = {"when_lost": "refuse"}
    loans.check("full")  # it is asked for otherwise: all is read, and the slot that is lost made anew
    _lose(loans)
    with pytest.raises(InputError, match=r"given the slot .* up") as told:
        loans.refresh()
    assert "when_lost: snapshot" in told.value.fix
    loans.told, loans.former = {}, None
    loans.check("full")
    _lose(loans)
    loans.do("DELETE FROM loans WHERE id < 10")
    assert "given the slot" in loans.check("full").told["refresh"]["because"]
    loans.do("DELETE FROM loans WHERE id < 20")
    loans.check()
    loans.writer.execute(f"SELECT pg_drop_replication_slot('{loans.slots()[0]}')".encode())
    assert "is gone" in loans.check("full").told["refresh"]["because"]


def _lose(loans: Followed) -> None:
    for _ in range(4):
        loans.do("SELECT pg_logical_emit_message(false, 'a', 'b')", "SELECT pg_switch_wal()")
    loans.writer.execute("CHECKPOINT")
    assert loans.do("SELECT wal_status FROM pg_replication_slots") == [("lost",)]


@pytest.mark.parametrize("alone", ["64MB"], indirect=True)
def test_a_slot_that_is_about_to_be_lost_is_a_finding_until_it_is_read(alone: tuple[Followed, PostgreSQL]) -> None:
    loans, _ = alone
    assert _at_risk(loans) == []
    for _ in range(4):
        loans.do("SELECT pg_logical_emit_message(false, 'a', 'b')", "SELECT pg_switch_wal()")
    loans.do("INSERT INTO loans VALUES (999, 1, 'x')")
    (first,) = found = _at_risk(loans)
    assert (first["severity"], first["evidence"]["bound"]) == ("warning", 64 * 2**20)
    assert 0 < first["evidence"]["left"] < 16 * 2**20
    assert loans.slots()[0] in first["what"]
    for n in range(1000, 1004):  # the server lets its log go at a checkpoint after the slot was moved
        loans.do(f"INSERT INTO loans VALUES ({n}, 1, 'y')")
        loans.writer.execute("CHECKPOINT")
        if not (found := _at_risk(loans)):
            break
    assert not found


def _at_risk(loans: Followed) -> list[dict[str, Any]]:
    """Refresh as a job does, and return what its profile finds of the slot; the status tells as many."""
    folder, former = loans.root / f"job-{len(list(loans.root.iterdir()))}", loans.former
    lent = Lent(former.as_uri(), former) if former else None
    folder.mkdir()
    result = ingest(OWNER.dataset, loans.params, folder, former=lent, environment=OWNER.environment)
    assert result.accepted, result.violations
    loans.former = folder
    told = [
        one for one in json.loads((folder / "profile.json").read_text())["findings"] if one["kind"] == "slot_at_risk"
    ]
    assert len([one for one in result.facts["findings"] if one["kind"] == "slot_at_risk"]) == len(told)
    return told


@pytest.mark.parametrize("alone", ["-1"], indirect=True)
def test_a_server_that_bounds_no_slot_is_refused_unless_the_spec_says_so(alone: tuple[Followed, PostgreSQL]) -> None:
    loans, _ = alone
    with pytest.raises(InputError, match="nothing bounds") as told:
        loans.refresh()
    assert "max_slot_wal_keep_size" in told.value.fix
    assert not loans.slots()
    loans.told = {"unbounded": True}
    assert loans.refresh().table.rows == 50


IDS = st.integers(1, 6)
STATEMENTS = st.one_of(
    IDS.map(lambda n: f"INSERT INTO loans VALUES ({n}, 1, {NOTE.format(n)}) ON CONFLICT DO NOTHING"),
    IDS.map(lambda n: f"UPDATE loans SET amount = amount + {n} WHERE id = {n}"),
    IDS.map(lambda n: f"UPDATE loans SET note = {NOTE.format(n + 10)} WHERE id <= {n}"),
    st.tuples(IDS, IDS).map(
        lambda two: (
            f"UPDATE loans SET id = {two[1]} WHERE id = {two[0]} AND NOT EXISTS (SELECT FROM loans WHERE id = {two[1]})"
        )
    ),
    IDS.map(lambda n: f"DELETE FROM loans WHERE id = {n}"),
    IDS.map(lambda n: f"DELETE FROM loans WHERE id > {n}"),
    st.just("TRUNCATE loans"),
)
STEPS = st.lists(
    st.one_of(st.none(), st.tuples(st.booleans(), st.lists(STATEMENTS, min_size=1, max_size=5))), max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_transactions_a_refresh_has_the_tables_rows(loans: Followed, steps: list[Any]) -> None:
    """A step is a refresh, or a transaction, which may be rolled back."""
    for step in [*steps, None]:
        if step is None:
            loans.refresh()
            found = sorted((row["id"], row["amount"], row["note"]) for row in loans.rows())
            assert found == loans.do("SELECT id, amount, note FROM loans ORDER BY id")
            continue
        is_undone, statements = step
        with loans.writer.transaction(force_rollback=is_undone):
            for statement in statements:
                loans.writer.execute(statement.encode())
