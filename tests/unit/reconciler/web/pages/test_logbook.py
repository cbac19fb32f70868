"""Logs are read from the engines that an environment has, a few at once, and what can't be read says why."""

import asyncio
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from reconciler.model import environment as environments
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, CommitId, Digest, RunName
from reconciler.model.observed import JobState
from reconciler.model.resource import Desired
from reconciler.ports.pool import LOG_LIMIT
from reconciler.web.pages.logbook import SHOWN, Logbook, log_of
from reconciler.web.pages.snapshot import Snapshot
from runners.contract.progress import Progress, line_of
from tests.unit.reconciler.web.pages.conftest import OTHER, TRIAL, document, made
from tests.unit.reconciler.web.pages.engines import Engines


@pytest.fixture
def one() -> Snapshot:
    desired = Desired(CommitId("0" * 40), "dev", environments.Environment())
    return made({"experiments/loans": document()}, desired=desired)


class Kept(Engines):
    """A pool whose logs are files."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def log_file(self, run: RunName) -> Path:
        """Return where all of a log is."""
        del run
        return self.file


def test_a_log_tells_its_jobs_state_and_how_far_it_is(engines: Engines, one: Snapshot) -> None:
    engines.tell(TRIAL, f"begin\n{line_of(Progress(2, 5))}\n")
    log = asyncio.run(Logbook(engines).run(one, TRIAL))
    assert (log.name, log.state, log.is_live, log.left_out) == (TRIAL, "running", True, 0)
    assert log.told == (Progress(2, 5),)
    engines.tell(OTHER, "", JobState.SUCCEEDED)
    assert not asyncio.run(Logbook(engines).run(one, OTHER)).is_live


def test_only_the_end_is_shown_from_a_whole_line_on(engines: Engines, one: Snapshot, tmp_path: Path) -> None:
    text = "".join(f"line {n}\n" for n in range(SHOWN))
    log = log_of("x", text, len(text))
    assert len(log.text) <= SHOWN
    assert log.text.startswith("line ")
    assert log.left_out == len(text) - len(log.text)
    assert log_of("x", "ü" * 2 * SHOWN, 4 * SHOWN).left_out == 2 * SHOWN, "a line without an end is cut"
    kept = Kept(tmp_path / "1.log")
    kept.file.write_bytes(b"x" * 3 * LOG_LIMIT)
    kept.tell(TRIAL, "x\n" * (LOG_LIMIT // 2))
    assert asyncio.run(Logbook(kept).run(one, TRIAL)).size == 3 * LOG_LIMIT, "a pool tells the last part alone"
    kept.file.unlink()
    assert asyncio.run(Logbook(kept).run(one, TRIAL)).size == LOG_LIMIT


def test_a_secret_that_is_known_here_is_never_shown(
    engines: Engines, one: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_TOKEN", "very-secret-token")
    engines.tell(TRIAL, "with very-secret-token")
    assert asyncio.run(Logbook(engines).run(one, TRIAL)).text == "with ${secret:TOKEN}"


def test_what_cant_be_read_says_why(engines: Engines, one: Snapshot) -> None:
    with pytest.raises(Refused, match="this page reads Git alone"):
        asyncio.run(Logbook(None).run(one, TRIAL))
    with pytest.raises(Refused, match="isn't known here"):
        asyncio.run(Logbook(engines).run(made({}), TRIAL))
    with pytest.raises(Refused, match=f"knows no job of {TRIAL}"):
        asyncio.run(Logbook(engines).run(one, TRIAL))


def test_many_who_look_ask_the_engine_once(engines: Engines, one: Snapshot) -> None:
    engines.tell(TRIAL, "x")
    logbook = Logbook(engines, now=lambda: 0.0)

    async def looked() -> list[str]:
        return [log.text for log in await asyncio.gather(*(logbook.run(one, TRIAL) for _ in range(20)))]

    assert asyncio.run(looked()) == ["x"] * 20
    assert engines.asked == [TRIAL]


def test_an_engine_that_doesnt_answer_is_waited_for_in_vain_only_so_long(one: Snapshot) -> None:
    done = threading.Event()

    class Hanging(Engines):
        def logs(self, run: RunName) -> str:
            assert done.wait(5)
            return str(run)

    async def asked() -> str:
        try:
            await Logbook(Hanging(), patience=0.01).run(one, TRIAL)
        except Unavailable as error:
            return str(error)
        finally:
            done.set()
        return ""

    assert "has not answered for 0.01 seconds" in asyncio.run(asked())


def test_jobs_come_with_who_runs_first_and_then_who_ended_last(engines: Engines, one: Snapshot) -> None:
    runs = [f"experiments/loans/{digit * 12}" for digit in "abcd"]
    for hour, (run, state) in enumerate(zip(runs, ("succeeded", "running", "failed", "waiting"), strict=True), 1):
        engines.tell(run, "", JobState(state), hour)
    jobs = asyncio.run(Logbook(engines).jobs(one, [*runs[:3], "experiments/loans/eeeeeeeeeeee"]))
    assert [job.run for job in jobs] == [runs[1], runs[2], runs[0]]


def test_progress_is_that_of_those_that_can_be_read(engines: Engines, one: Snapshot) -> None:
    engines.tell(TRIAL, line_of(Progress(1)))
    engines.tell(OTHER, "nothing of it")
    told = asyncio.run(Logbook(engines).progress(one, [TRIAL, OTHER, "experiments/loans/eeeeeeeeeeee"]))
    assert told == {TRIAL: (Progress(1),)}
    assert asyncio.run(Logbook(None).progress(one, [TRIAL])) == {}


def test_a_defect_isnt_taken_for_a_log_that_cant_be_read(engines: Engines, one: Snapshot) -> None:
    engines.tell(TRIAL, cast("Any", 7))
    with pytest.raises(Exception, match="int"):
        asyncio.run(Logbook(engines).progress(one, [TRIAL]))


def test_replicas_are_told_by_revision(engines: Engines, one: Snapshot) -> None:
    address = Address("deployments/loans")
    engines.printed[address] = {Digest("r1"): {"r1-1": "b", "r1-0": "a"}, Digest("s"): {"s-0": ""}}
    found = asyncio.run(Logbook(engines).replicas(one, address, ""))
    assert [(revision, log.name, log.text) for revision, log in found] == [
        ("r1", "r1-0", "a"),
        ("r1", "r1-1", "b"),
        ("s", "s-0", ""),
    ]
    assert len(asyncio.run(Logbook(engines).replicas(one, address, "s"))) == 1
