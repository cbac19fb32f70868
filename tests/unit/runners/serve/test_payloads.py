"""The payload log: on the disk within a second, whole lines only, and never in a request's way."""

import errno
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from runners.models import Prediction
from runners.monitor.parameters import Window
from runners.monitor.payloads import read_log
from runners.serve.events import Origin
from runners.serve.files import append_whole
from runners.serve.payloads import DAY, DROPPED, MOST_BYTES, MOST_WAITING, PayloadLog, day_of, line_of, payload_log
from runners.serve.request_context import Exchange

ORIGIN = Origin("deployments/employment", "aaaaaaaaaaaa", "experiments/employment/aaaaaaaaaaaa")
MOMENT = datetime(2026, 1, 5, 23, 59, 59, tzinfo=UTC)


def exchange(name: str = "an-id", moment: datetime = MOMENT) -> Exchange:
    answered = Prediction(np.array([1]), probability=np.array([0.75]))
    return Exchange(name, {"AGEP": [30], "id": [7]}, answered, status=200, time=moment.timestamp(), seconds=0.004)


def dropped() -> float:
    return float(DROPPED._value.get())


def test_it_is_on_the_disk_without_waiting_for_more(tmp_path: Path) -> None:
    log = PayloadLog(tmp_path / "aaaaaaaaaaaa", ORIGIN, append_whole)
    log.put(exchange())
    deadline = time.monotonic() + 30.0
    while not (told := "".join(path.read_text() for path in tmp_path.rglob("2026-01-05-*.jsonl"))):
        assert time.monotonic() < deadline, "nothing is written"
        time.sleep(0.005)
    assert json.loads(told)["id"] == "an-id"
    log.close()


def test_nothing_is_lost_at_the_end_and_every_day_has_its_file(tmp_path: Path) -> None:
    log = PayloadLog(tmp_path, ORIGIN, append_whole)
    for number in range(500):
        log.put(exchange(str(number), MOMENT + timedelta(seconds=number % 2)))
    log.close()
    first, second = sorted(tmp_path.glob("*.jsonl"))
    assert (first.name[:10], second.name[:10]) == ("2026-01-05", "2026-01-06")
    assert len((first.read_text() + second.read_text()).splitlines()) == 500


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-01-05T00:00:00+00:00", "2026-01-05"), ("2026-01-05T23:59:59.999999+00:00", "2026-01-05"),
     ("1969-12-31T23:59:59+00:00", "1969-12-31"), ("2024-02-29T12:00:00-13:00", "2024-03-01")],
)  # fmt: skip
def test_a_day_is_that_of_utc(moment: str, day: str) -> None:
    assert day_of(datetime.fromisoformat(moment).timestamp() // DAY) == day


def test_the_monitor_reads_it(tmp_path: Path) -> None:
    log = PayloadLog(tmp_path / "aaaaaaaaaaaa", ORIGIN, append_whole)
    log.put(exchange())
    log.put(Exchange("refused", error="no", status=400, time=MOMENT.timestamp()))
    log.close()
    window = Window(start=MOMENT - timedelta(hours=1), end=MOMENT + timedelta(hours=1))
    told = read_log(tmp_path.as_uri(), window, ORIGIN.trial)
    assert [(p.row, p.prediction, p.probability) for p in told.predictions] == [({"AGEP": 30, "id": 7}, 1, 0.75)]
    assert (told.counts["events"], told.counts["failed"], told.counts["broken"]) == (2, 1, 0)


def test_it_may_lie_in_an_object_store() -> None:
    place = f"memory://payloads/{time.time_ns()}/employment"
    log = payload_log(f"{place}/aaaaaaaaaaaa/a-pod", ORIGIN, 2**20)
    log.put(exchange("one"))
    log.put(exchange("two", MOMENT + timedelta(days=1)))
    log.close()
    window = Window(start=MOMENT - timedelta(hours=1), end=MOMENT + timedelta(days=2))
    assert read_log(place, window, ORIGIN.trial).counts["events"] == 2


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    log = payload_log((tmp_path / "with 100 %").as_uri(), ORIGIN, 2**20)
    log.put(exchange())
    log.close()
    assert list((tmp_path / "with 100 %").glob("2026-01-05-*.jsonl"))


def test_a_full_disk_costs_events_and_no_request(tmp_path: Path) -> None:
    full, tried = Event(), Event()
    full.set()

    def append(path: Path, content: bytes) -> None:
        tried.set()
        if full.is_set():
            raise OSError(errno.ENOSPC, "no space left on the device")
        append_whole(path, content)

    before = dropped()
    log = PayloadLog(tmp_path, ORIGIN, append)
    log.put(exchange("lost"))
    assert tried.wait(5)
    full.clear()
    log.put(exchange("kept"))
    log.close()
    (file,) = tmp_path.iterdir()
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["kept"]
    assert dropped() - before == 1


def test_a_disk_that_hangs_costs_events_and_no_time(tmp_path: Path) -> None:
    hanging, released = Event(), Event()

    def hang(_: Path, _content: bytes) -> None:
        hanging.set()
        released.wait(30)

    before = dropped()
    log = PayloadLog(tmp_path, ORIGIN, hang)
    log.put(exchange())
    assert hanging.wait(5)
    for _ in range(MOST_WAITING + 1000):
        log.put(exchange())
    assert dropped() - before == 1000
    assert not released.is_set()
    released.set()
    log.close()


def test_what_waits_is_bounded_in_bytes(tmp_path: Path) -> None:
    hanging, released = Event(), Event()

    def hang(_: Path, _content: bytes) -> None:
        hanging.set()
        released.wait(30)

    log, before = PayloadLog(tmp_path, ORIGIN, hang), dropped()
    log.put(exchange())
    assert hanging.wait(5)
    for _ in range(10):
        log.put(replace(exchange(), columns={"text": ["x" * (MOST_BYTES // 4 - 1000)]}))
    assert dropped() - before == 6
    released.set()
    log.close()


def test_numbers_that_json_has_no_word_for_are_null() -> None:
    odd = Exchange("an-id", {"AGEP": [float("nan")]}, Prediction(np.array([float("inf")])), status=200, time=1.0)
    data = json.loads(line_of(odd, ORIGIN))["data"]
    assert (data["rows"], data["prediction"]) == ([[None]], [None])


def test_what_json_has_no_word_for_is_dropped_and_counted_and_the_others_are_logged(tmp_path: Path) -> None:
    before, log = dropped(), PayloadLog(tmp_path, ORIGIN, append_whole)
    log.put(replace(exchange("odd"), columns={"id": [2**70]}))
    log.put(exchange("even"))
    log.close()
    (path,) = tmp_path.glob("*.jsonl")
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["even"]
    assert dropped() == before + 1
