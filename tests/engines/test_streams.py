"""Streams of a real Kafka and a real NATS: each message is a row once, wherever a job is killed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError, SourceUnavailable
from tests.engines.streams import Streams
from tests.servers.kafka import Kafka
from tests.servers.nats import Nats
from tests.servers.process import until
from tests.unit.runners.sources.streams.versions import rows_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("streams")]
POINTS = 8


@pytest.fixture(
    params=[
        pytest.param("kafka", marks=pytest.mark.servers("kafka")),
        pytest.param("nats", marks=pytest.mark.servers("nats")),
    ]
)
def streams(request: pytest.FixtureRequest, tmp_path: Path) -> Streams:
    server = request.getfixturevalue(request.param)
    return Streams(server, tmp_path, server.topic() if request.param == "kafka" else server.stream())


def ids(streams: Streams) -> list[int]:
    return sorted(row["id"] for row in streams.rows())


def test_each_refresh_goes_on_where_the_version_before_ended(streams: Streams) -> None:
    streams.put({"id": number} for number in range(500))
    assert streams.refresh().table.rows == 500
    assert streams.refresh().told["stream"] == {"messages": 0}
    streams.put({"id": number} for number in range(500, 700))
    assert streams.refresh(rows=150).told["stream"] == {"messages": 150, "left": 50}
    assert streams.refresh().told["refresh"]["kind"] == "incremental"
    assert ids(streams) == list(range(700))
    assert streams.read()["topics"][streams.topic] == {"0": [streams.first, streams.first + 700]}


def test_what_can_not_be_read_is_counted_and_what_was_dropped_is_told(streams: Streams) -> None:
    streams.put([{"id": 0}, b"{", {"id": 2}])
    (violation,) = streams.refresh().table.violations
    assert f"{streams.topic}/0@{streams.first + 1}: it is no JSON" in violation.what
    streams.refresh(poison="skip")
    streams.put({"id": number} for number in range(3, 9))
    streams.drop(streams.first + 6)
    with pytest.raises(InputError, match=f"from {streams.first + 3} to {streams.first + 5}"):
        streams.refresh(poison="skip")
    assert streams.refresh(poison="skip", gaps="skip").told["stream"]["dropped"] == 3
    assert ids(streams) == [0, 2, 6, 7, 8]


def test_a_topic_that_was_made_anew_is_another_one(streams: Streams) -> None:
    streams.put({"id": number} for number in range(3))
    streams.refresh()
    streams.anew()
    streams.put({"id": number} for number in range(5))
    with pytest.raises(InputError, match="was deleted and made anew"):
        streams.refresh()


def test_a_range_of_time_is_read_again_and_no_more(streams: Streams) -> None:
    streams.put({"id": number} for number in range(3))
    streams.refresh(metadata=["timestamp"])
    last = max(row["_timestamp"] for row in streams.rows())
    until(lambda: (datetime.now(UTC) - last).total_seconds() > 0.02, "the clock to go on")
    begin = datetime.now(UTC)
    streams.put({"id": number} for number in range(3, 6))
    streams.refresh(metadata=["timestamp"])
    last = max(row["_timestamp"] for row in streams.rows())
    until(lambda: (datetime.now(UTC) - last).total_seconds() > 0.02, "the clock to go on")
    end = datetime.now(UTC)
    streams.put({"id": number} for number in range(6, 9))
    streams.former = None
    streams.refresh(start=begin.isoformat(), end=end.isoformat())
    assert ids(streams) == [3, 4, 5]


def test_what_is_not_there_or_does_not_answer_is_told(streams: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"(?i)unknown topic|no stream"):
        streams.refresh(topics=["no-such-topic"])
    monkeypatch.setattr("runners.sources.streams.kafka.PATIENCE", 3)
    address = streams.source["url"].rpartition(":")[0]
    with pytest.raises(SourceUnavailable):
        streams.refresh(url=f"{address}:1")


@pytest.fixture(scope="module", params=["kafka", "nats"])
def jobs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return jobs of which one was done, before more messages came."""
    server = request.getfixturevalue(request.param)
    topic = server.topic() if request.param == "kafka" else server.stream()
    made = Streams(server, tmp_path_factory.mktemp("jobs"), topic)
    made.put({"id": number} for number in range(200))
    done = made.job("first")
    assert done.returncode == 0, done.stderr
    made.put({"id": number} for number in range(200, 300))
    done = made.job("undisturbed", "first")
    assert done.returncode == 0, done.stderr
    return made, int(re.search(r"steps (\d+)", done.stdout)[1])  # type: ignore[index]


@pytest.mark.sweep
@pytest.mark.servers("kafka", "nats")
@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_the_next_attempt_has_each_message_once(jobs: Any, point: int) -> None:
    """More messages come between the attempts: what the first one read is in no version, and so is its position."""
    streams, steps = jobs
    step, name = 1 + point * steps // POINTS, f"killed-{point}"
    assert streams.job(name, "first", step).returncode < 0
    assert not (streams.root / name / "result.json").exists()
    streams.put([{"id": 300 + point}])
    done = streams.job(name, "first")
    assert done.returncode == 0, done.stderr
    rows = rows_of(streams.root / name)
    assert sorted(row["id"] for row in rows) == sorted(value["id"] for value in streams.sent)
    assert len({row["_offset"] for row in rows}) == len(rows)


def test_transactions_that_were_aborted_are_no_rows(kafka: Kafka, tmp_path: Path) -> None:
    from confluent_kafka import Producer

    streams = Streams(kafka, tmp_path, kafka.topic())
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": streams.topic})
    producer.init_transactions(30)
    for number, is_kept in enumerate((True, False, True)):
        producer.begin_transaction()
        producer.produce(streams.topic, b'{"id": %d}' % number)
        producer.flush(30)
        producer.commit_transaction(30) if is_kept else producer.abort_transaction(30)
    streams.refresh()
    assert ids(streams) == [0, 2]
    assert streams.read()["topics"][streams.topic] == {"0": [0, 6]}  # each transaction's end takes an offset
    assert streams.refresh().told["stream"] == {"messages": 0}


def test_a_tombstone_takes_the_row_away_and_the_last_message_of_a_key_counts(kafka: Kafka, tmp_path: Path) -> None:
    streams = Streams(kafka, tmp_path, kafka.topic())
    keyed = {"key": ["id"], "key_format": "json"}
    kafka.put(streams.topic, [{"key": b"%d" % n, "value": b'{"id": %d, "x": 1}' % n} for n in range(3)])
    streams.refresh(**keyed)
    kafka.put(streams.topic, [{"key": b"1", "value": None}, {"key": b"2", "value": b'{"id": 2, "x": 5}'}])
    kafka.put(
        streams.topic, [{"key": b"2", "value": b'{"id": 2, "x": 6}'}, {"key": b"7", "value": b'{"id": 7, "x": 1}'}]
    )
    kafka.put(streams.topic, [{"key": b"7", "value": None}])
    streams.refresh(**keyed)
    assert sorted((row["id"], row["x"]) for row in streams.rows()) == [(0, 1), (2, 6)]


def test_nothing_of_a_reader_stays_on_the_servers(kafka: Kafka, nats: Nats, tmp_path: Path) -> None:
    from confluent_kafka.admin import AdminClient

    for server, topic in ((kafka, kafka.topic()), (nats, nats.stream())):
        (tmp_path / topic).mkdir(exist_ok=True)
        streams = Streams(server, tmp_path / topic, topic)  # type: ignore[arg-type]
        streams.put([{"id": 1}])
        streams.refresh()
    admin = AdminClient({"bootstrap.servers": kafka.address})
    assert admin.list_consumer_groups().result(30).valid == []
    told = nats.ask(lambda server: server.stream_info(topic))
    assert told.state.consumer_count == 0


def test_a_server_that_stops_is_out_of_reach_and_nothing_is_lost(own_nats: Nats, tmp_path: Path) -> None:
    streams = Streams(own_nats, tmp_path, own_nats.stream())
    streams.put({"id": number} for number in range(20))
    streams.refresh()
    own_nats.kill()
    with pytest.raises(SourceUnavailable):
        streams.refresh()
    own_nats.start()
    streams.put({"id": number} for number in range(20, 25))
    streams.refresh()
    assert ids(streams) == list(range(25))
