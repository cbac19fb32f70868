"""Replicas as processes: what they are told, how they are seen, what their ends say."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import LOG_LIMIT
from reconciler.providers.serving.local.processes import is_alive
from reconciler.providers.serving.local.records import Replica, RevisionRecord
from reconciler.providers.serving.local.replica_lifecycle import Act
from reconciler.providers.serving.local.replicas import THREADS, Limits, Replicas, last_line, printed
from reconciler.providers.serving.local.serving import SERVE
from reconciler.providers.serving.local.store import Store
from reconciler.settings import inherited
from runners.serve.settings import Settings
from tests.house.yardstick import ROOT
from tests.unit.reconciler.providers.serving.local.conftest import Wait
from tests.unit.reconciler.providers.serving.local.told import COMMAND, DEPLOYMENT, OLD, revision

BEGUN = Replica(0, begun=1.0)
pytestmark = pytest.mark.usefixtures("no_process_left")


@pytest.fixture
def replicas(tmp_path: Path) -> Replicas:
    store = Store(tmp_path)
    store.prepare()
    environ = {"PATH": os.environ["PATH"], "SETPOINT_SECRET_WAREHOUSE": "s3cret", "AWS_REGION": "eu", "HOME": "here"}
    environ |= {"AWS_SECRET_ACCESS_KEY": "k", "DATABASE_URL": "postgres://u:p@h", "GITHUB_TOKEN": "t", "TZ": "UTC"}
    return Replicas(store, COMMAND, environ, Limits(1000))


def started(replicas: Replicas, behaves: str = "", **told: Any) -> RevisionRecord:
    record = revision(BEGUN, behaves=behaves, **told)
    replicas.act(record, Replica(0), Act.SPAWN)
    return record


def end(replicas: Replicas, record: RevisionRecord, wait: Wait) -> None:
    replicas.act(record, BEGUN, Act.KILL)
    wait(lambda: not replicas.see(record)[0].alive)
    replicas.act(record, BEGUN, Act.FORGET)


def test_it_is_seen_starting_then_ready_then_gone(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas)
    assert replicas.see(record)[0].alive
    wait(lambda: replicas.see(record)[0].ready)
    replicas.act(record, BEGUN, Act.TERM)
    wait(lambda: not replicas.see(record)[0].alive)
    replicas.act(record, BEGUN, Act.FORGET)
    files = replicas.files(record, 0)
    assert not [path for path in (files.config, files.lock, files.log, files.socket) if path.exists()]


def test_one_that_was_ready_is_asked_nothing(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas, "hang=1")
    seen = replicas.see(replace(record, replicas=(replace(BEGUN, ready=2.0),)))
    assert seen[0].ready
    end(replicas, record, wait)


def test_what_it_says_itself_is_the_reason(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas, "refuse=the+digest+differs")
    wait(lambda: not replicas.see(record)[0].alive)
    seen = replicas.see(record)[0]
    assert (seen.last_words, seen.is_refusal) == ("the digest differs (at model.onnx): train it again", True)
    end(replicas, record, wait)


def test_else_it_is_the_last_line_that_it_printed(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas, "crash=1")
    wait(lambda: not replicas.see(record)[0].alive)
    seen = replicas.see(record)[0]
    assert (seen.last_words, seen.is_refusal) == ("its process ended; it last printed: out of memory at 0x…", False)
    end(replicas, record, wait)


def test_the_log_before_is_kept(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas, "crash=1")
    wait(lambda: not replicas.see(record)[0].alive)
    replicas.act(record, replace(BEGUN, crashes=1), Act.SPAWN)
    assert "out of memory" in replicas.files(record, 0).former_log.read_text()
    end(replicas, record, wait)


def test_it_is_told_what_the_serving_process_reads(replicas: Replicas, wait: Wait, tmp_path: Path) -> None:
    record = started(replicas)
    settings = Settings.model_validate_json(replicas.files(record, 0).config.read_bytes())
    assert (settings.name, settings.deployment, settings.revision) == (
        "employment",
        "deployments/employment",
        "aaaaaaaaaaaa",
    )
    assert (settings.trial, settings.body_limit) == ("experiments/employment/aaaaaaaaaaaa", 1000)
    assert settings.logs == str(tmp_path / "logs" / "employment" / "aaaaaaaaaaaa")
    end(replicas, record, wait)


def test_without_a_log_it_is_told_none(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas, log_payloads=False)
    assert json.loads(replicas.files(record, 0).config.read_text())["logs"] is None
    end(replicas, record, wait)


def test_it_inherits_what_it_needs_and_as_many_threads_as_cpus(replicas: Replicas, wait: Wait) -> None:
    record = revision(BEGUN)
    record = replace(record, order=replace(record.order, resources=Resources(cpus=2.5)))
    replicas.act(record, Replica(0), Act.SPAWN)
    pid = int(replicas.files(record, 0).lock.read_text())
    wait(lambda: b"replica.py" in Path(f"/proc/{pid}/cmdline").read_bytes())
    environ = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    told = dict(line.split("=", 1) for line in environ if line)
    assert (told["AWS_REGION"], told["TZ"], told["OMP_NUM_THREADS"]) == ("eu", "UTC", "2")
    own = {*THREADS, "PYTHONUNBUFFERED", "LC_CTYPE", "AWS_REGION"}
    assert told.keys() - own <= inherited(told).keys(), "Python adds LC_CTYPE by itself"
    assert not any(name.startswith(("SETPOINT_", "AWS_SECRET")) for name in told)
    end(replicas, record, wait)


def test_a_replica_in_rotation_has_been_ready_once(replicas: Replicas) -> None:
    ready, crashed, fresh = Replica(0, ready=1.0, proven=True), Replica(1, proven=True, crashes=1), Replica(2)
    leaving = Replica(3, ready=1.0, proven=True, leaving=5.0)
    record = revision(ready, crashed, fresh, leaving)
    assert replicas.in_rotation(record) == tuple(replicas.files(record, slot).socket for slot in (0, 1))


def test_requests_wait_for_the_first_replica(replicas: Replicas) -> None:
    record = revision(Replica(0, begun=1.0))
    assert replicas.in_rotation(record) == (replicas.files(record, 0).socket,)
    nothing = revision(next_slot=4)
    assert replicas.in_rotation(nothing) == (replicas.files(nothing, 4).socket,)


def test_one_that_hangs_is_ended(replicas: Replicas, wait: Wait) -> None:
    record = started(replicas)
    replicas.kill(record, 0)
    wait(lambda: not is_alive(replicas.files(record, 0).lock))
    end(replicas, record, wait)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("a\n\n b \n\n", "b"),
        ("2026-01-05 10:00:00,123 ERROR kserve it broke", "ERROR kserve it broke"),
        ("2026-01-05T10:00:00.123Z 4711 it broke at 0x7fDEADbeef", "it broke at 0x…"),
        ("x" * 40_000, "x" * 300),
    ],
)
def test_the_last_line_is_the_same_each_time(text: str, line: str, tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    log.write_text(text)
    assert last_line(log) == line


def test_no_log_is_no_line(tmp_path: Path) -> None:
    assert last_line(tmp_path / "nothing") == ""


def test_a_log_is_read_with_that_of_the_former_process_from_a_whole_line_on(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    files = store.replica(DEPLOYMENT, OLD, 0)
    assert printed(files, 100) == ""
    files.log.write_text("starts\nready\n")
    files.former_log.write_text("starts\nout of memory")
    assert printed(files, 100) == "starts\nout of memory\nstarts\nready\n"
    assert printed(files, 30) == "out of memory\nstarts\nready\n"
    assert printed(files, 13) == "starts\nready\n"
    assert printed(files, 8) == "ready\n"
    files.log.write_bytes(b"\xff no line ends")
    assert printed(files, 15) == "\ufffd no line ends"
    assert printed(files, 8) == "ine ends"


def test_a_log_that_is_no_file_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    files = store.replica(DEPLOYMENT, OLD, 0)
    os.mkfifo(files.log)
    with pytest.raises(Refused, match="is a named pipe"):
        printed(files, 100)


def test_replicas_share_the_room_for_their_logs(replicas: Replicas, tmp_path: Path) -> None:
    record = revision(BEGUN, replace(BEGUN, slot=1))
    for slot in (0, 1):
        replicas.files(record, slot).log.write_text(f"line of {slot}\n" * LOG_LIMIT)
    told = replicas.logs(record)
    assert list(told) == [f"{OLD}-0", f"{OLD}-1"]
    assert all(LOG_LIMIT // 2 - 20 < len(text) <= LOG_LIMIT // 2 for text in told.values())
    assert {*told[f"{OLD}-1"].splitlines()} == {"line of 1"}
    assert replicas.logs(revision()) == {}


def test_secrets_that_a_replica_was_given_are_not_shown(replicas: Replicas, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep_secrets(DEPLOYMENT, OLD, {"FSSPEC_LAKEFS_ACCESS_TOKEN": "token-of-a-user", "CREATE": "false"})
    store.keep_keys(DEPLOYMENT, OLD, {"SHOP": "key-of-a-client"})
    record = revision(BEGUN)
    replicas.files(record, 0).log.write_text("401 for token-of-a-user, false\nx-api-key: key-of-a-client\n")
    (text,) = replicas.logs(record).values()
    assert text == "401 for ${secret:FSSPEC_LAKEFS_ACCESS_TOKEN}, false\nx-api-key: ${secret:SHOP}\n"


def test_last_words_of_a_replica_tell_no_secret(replicas: Replicas, tmp_path: Path) -> None:
    Store(tmp_path).keep_secrets(DEPLOYMENT, OLD, {"FSSPEC_LAKEFS_ACCESS_TOKEN": "token-of-a-user"})
    record = revision(BEGUN)
    replicas.files(record, 0).log.write_text("401 for token-of-a-user\n")
    assert replicas.see(record)[0].last_words.endswith("401 for ${secret:FSSPEC_LAKEFS_ACCESS_TOKEN}")
    replicas.files(record, 0).words.write_text('{"what": "no token-of-a-user"}')
    assert replicas.see(record)[0].last_words == "no ${secret:FSSPEC_LAKEFS_ACCESS_TOKEN}"


def test_all_that_a_replica_has_printed_lies_in_two_files(replicas: Replicas) -> None:
    files = replicas.files(revision(BEGUN), 0)
    assert replicas.log_files(revision(BEGUN)) == {f"{OLD}-0": (files.former_log, files.log)}


def test_a_real_replica_leaves_no_secret_on_the_disk(replicas: Replicas, tmp_path: Path, wait: Wait) -> None:
    store = Store(tmp_path)
    real = Replicas(store, SERVE, {**os.environ, "PYTHONPATH": str(ROOT)}, Limits())
    store.keep_secrets(DEPLOYMENT, OLD, {"FSSPEC_LAKEFS_ACCESS_TOKEN": "token-of-a-user", "LAKEFS_HOST": "http://lake"})
    record = revision(BEGUN)
    folder = tmp_path / "model"
    folder.mkdir()
    lists: dict[str, list[str]] = {name: [] for name in ("inputs", "outputs", "tensors", "classes")}
    (folder / "signature.json").write_text(json.dumps({"version": 1, **lists, "task": "token-of-a-user"}))
    record = replace(record, order=replace(record.order, model_url=folder.as_uri()))
    real.act(record, Replica(0), Act.SPAWN)
    wait(lambda: not real.see(record)[0].alive)
    files = real.files(record, 0)
    for path in (files.log, files.words):
        text = path.read_text()
        assert "${secret:FSSPEC_LAKEFS_ACCESS_TOKEN}" in text
        assert "token-of-a-user" not in text
    end(real, record, wait)
