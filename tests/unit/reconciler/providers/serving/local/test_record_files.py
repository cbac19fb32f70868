"""The files of records: read again when they have changed, and a broken one told and never taken for none."""

import os
from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address
from reconciler.providers.serving.local.record_files import ENDPOINTS, LEAVING, RecordFiles, deployment_of
from reconciler.providers.serving.local.store import write
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, endpoint, revision

RECORD = endpoint(revision())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / ENDPOINTS / "employment.json"
    write(path, RECORD.as_json())
    return path


def test_a_record_is_read_where_it_has_changed(tmp_path: Path, path: Path) -> None:
    files = RecordFiles(tmp_path)
    first = files.read(path)
    assert first == RECORD
    assert files.read(path) is first
    changed = endpoint(revision(name=NEW))
    write(path, changed.as_json())
    assert files.read(path) == changed
    path.unlink()
    assert files.read(path) is None


def test_what_was_just_written_is_not_read(tmp_path: Path, path: Path) -> None:
    files = RecordFiles(tmp_path)
    other = endpoint(revision(name=NEW))
    files.remember(path, other)
    assert files.read(path) is other


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{half", "it is no endpoint's"),
        ("[]", "it is no endpoint's"),
        ('{"deployment": "deployments/employment"}', "it is no endpoint's"),
        ('{"deployment": "deployments/\\u001b[2J", "created": 1, "revisions": [], "traffic": {}, "since": null}',
         "it is that of deployments/\\x1b[2J"),
    ],
)  # fmt: skip
def test_a_broken_one_says_what_is_wrong_each_time_until_it_is_mended(
    tmp_path: Path, path: Path, text: str, why: str
) -> None:
    files = RecordFiles(tmp_path)
    assert files.read(path) == RECORD
    path.unlink()
    path.write_text(text)
    for _ in range(2):
        with pytest.raises(Unavailable) as told:
            files.read(path)
        assert told.value.message == f"the record {path} can't be understood, {why}"
        assert told.value.hint == "restore it, or remove it to have its endpoint made anew"
    assert files.all(ENDPOINTS) == ({}, {DEPLOYMENT: f"{told.value.message}: {told.value.hint}"})
    write(path, RECORD.as_json())
    assert files.all(ENDPOINTS) == ({path: RECORD}, {})


@pytest.mark.skipif(os.getuid() == 0, reason="root may read all")
def test_one_that_may_be_read_again_is_read(tmp_path: Path, path: Path) -> None:
    files = RecordFiles(tmp_path)
    path.chmod(0)
    with pytest.raises(Unavailable):
        files.read(path)
    path.chmod(0o600)
    assert files.read(path) == RECORD


def test_only_names_of_deployments_are_records(tmp_path: Path, path: Path) -> None:
    for odd in ("No Name.json", "shop~1.json", ".shop.json", "shop.json.part", "shop"):
        (path.parent / odd).write_text("{")
    left = tmp_path / LEAVING / "employment~17.json"
    write(left, RECORD.as_json())
    (left.parent / "shop.json").write_text("{")
    files = RecordFiles(tmp_path)
    assert files.all(ENDPOINTS) == ({path: RECORD}, {})
    assert files.all(LEAVING) == ({left: RECORD}, {})
    assert RecordFiles(tmp_path / "nowhere").all(ENDPOINTS) == ({}, {})


def test_a_file_names_its_deployment() -> None:
    assert deployment_of(Path("a/b-c.json")) == Address("deployments/b-c")
    assert deployment_of(Path("a/b-c~12.json")) == Address("deployments/b-c")
