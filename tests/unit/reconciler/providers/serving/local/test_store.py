"""The folder: whole files, read again only when they changed, and nothing absent that can't be read."""

import os
from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address
from reconciler.providers.serving.local.store import Store, read_json, write
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, OLD, endpoint, revision

LIVE = endpoint(revision(), traffic={OLD: 100}, since=3.0)


def test_an_endpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    Store(tmp_path).put(LIVE)
    assert Store(tmp_path).endpoints() == {DEPLOYMENT: LIVE}
    assert Store(tmp_path).endpoint(DEPLOYMENT) == LIVE


def test_nothing_is_an_empty_folder(tmp_path: Path) -> None:
    store = Store(tmp_path / "nowhere")
    assert (store.endpoints(), store.leaving(), store.endpoint(DEPLOYMENT)) == ({}, {}, None)


def test_what_another_process_wrote_is_seen(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(LIVE)
    changed = endpoint(revision(name=NEW))
    Store(tmp_path).put(changed)
    assert store.endpoint(DEPLOYMENT) == changed


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(LIVE)
    (path,) = (tmp_path / "endpoints").iterdir()
    stamp = path.stat()
    with path.open("r+b") as file:
        file.write(b"#")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert store.endpoint(DEPLOYMENT) == LIVE


def test_what_can_t_be_understood_is_not_absent(tmp_path: Path) -> None:
    Store(tmp_path).put(LIVE)
    (path,) = (tmp_path / "endpoints").iterdir()
    path.write_text("{half")
    store = Store(tmp_path)
    assert store.endpoints() == {}
    assert list(store.unread()) == [DEPLOYMENT]
    with pytest.raises(Unavailable, match="can't be understood"):
        store.endpoint(DEPLOYMENT)


def test_a_deleted_endpoint_that_can_t_be_understood_takes_no_slot_from_its_successor(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(endpoint(revision(next_slot=7)))
    store.put_aside(DEPLOYMENT)
    (path,) = (tmp_path / "leaving").iterdir()
    path.write_text("{half")
    assert (store.leaving(), store.unread(), list(store.unread("leaving"))) == ({}, {}, [DEPLOYMENT])
    with pytest.raises(Unavailable, match="can't be understood"):
        store.first_slot(DEPLOYMENT, OLD)
    assert store.first_slot(Address("deployments/shop"), OLD) == 0


def test_a_half_written_file_is_not_seen(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(LIVE)
    (tmp_path / "endpoints" / ".other.json.part").write_text("{half")
    assert Store(tmp_path).endpoints() == {DEPLOYMENT: LIVE}


def test_a_deleted_endpoint_is_out_of_sight_and_not_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(LIVE)
    assert store.put_aside(DEPLOYMENT)
    assert not store.put_aside(DEPLOYMENT)
    assert store.endpoints() == {}
    assert list(store.leaving().values()) == [LIVE]


def test_a_new_endpoint_takes_no_slot_of_one_that_leaves(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.first_slot(DEPLOYMENT, OLD) == 0
    store.put(endpoint(revision(next_slot=7)))
    store.put_aside(DEPLOYMENT)
    assert store.first_slot(DEPLOYMENT, OLD) == 7
    assert store.first_slot(DEPLOYMENT, NEW) == 0


def test_replicas_share_no_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = store.replica(DEPLOYMENT, OLD, 0), store.replica(DEPLOYMENT, OLD, 1)
    assert not set(first.__slots__) - {"config", "lock", "log", "former_log", "words", "socket"}
    assert first.socket != second.socket
    assert first.lock != second.lock
    store.prepare()
    first.log.write_text("last words")
    store.remove_replica(first)
    assert not first.log.exists()


def test_sockets_have_short_paths_however_deep_the_folder_is(tmp_path: Path) -> None:
    deep = Store(tmp_path / ("a" * 60) / ("b" * 60))
    deep.prepare()
    try:
        socket = deep.replica(DEPLOYMENT, OLD, 0).socket
        assert len(os.fsencode(socket)) < 104
        assert socket.parent.stat().st_mode & 0o077 == 0
        assert deep.sockets != Store(tmp_path / "c" / ("d" * 80)).sockets
    finally:
        deep.sockets.rmdir()


def test_a_file_that_is_broken_or_missing_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "below" / "it.json"
    assert read_json(path) == {}
    write(path, {"a": 1})
    assert read_json(path) == {"a": 1}
    path.write_text("[1]")
    assert read_json(path) == {}


def test_a_revision_s_secrets_are_its_owner_s_to_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.secrets_of(DEPLOYMENT, OLD) == {}
    store.keep_secrets(DEPLOYMENT, OLD, {"TOKEN": "first"})
    store.keep_secrets(DEPLOYMENT, OLD, {"TOKEN": "second"})
    assert store.secrets_of(DEPLOYMENT, OLD) == {"TOKEN": "second"}
    (file,) = (tmp_path / "secrets").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    store.model_of(DEPLOYMENT, OLD).mkdir(parents=True)
    store.forget_revision(DEPLOYMENT, OLD)
    assert not file.exists()
    assert not store.model_of(DEPLOYMENT, OLD).exists()
