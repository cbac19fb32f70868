"""Places: near ones are used as they are, far ones are brought; secrets are revealed in a job only."""

import os
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from runners.contract import InputError, InputGone, SourceUnavailable
from runners.staging import deliver, fetch, found_below, inside, local, reveal


def test_a_near_place_is_itself(tmp_path: Path) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()
    assert local(str(folder)) == folder
    assert local(f"file://{tmp_path}/with%20a%20space") == folder


@pytest.mark.parametrize("url", ["/no/such/place", "file:///no/such/place"])
def test_a_place_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises(InputGone) as failure:
        local(url)
    assert (failure.value.exit_code, failure.value.where) == (75, url)


def test_a_far_place_is_brought() -> None:
    files = fsspec.filesystem("memory")
    files.pipe({"/far/a.txt": b"1", "/far/deep/b.txt": b"2"})
    near = local("memory://far")
    assert (near / "a.txt").read_bytes() == b"1"
    assert (near / "deep/b.txt").read_bytes() == b"2"


def test_a_far_place_that_is_not_there_is_told() -> None:
    with pytest.raises(InputGone):
        local("memory://nowhere/at/all")


def test_a_folder_is_delivered_to_where_it_belongs(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.txt").write_text("1")
    deliver(tmp_path, "memory://delivered/here")
    assert fsspec.filesystem("memory").cat("/delivered/here/deep/a.txt") == b"1"
    deliver(tmp_path, f"file://{tmp_path}")
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_what_an_earlier_attempt_left_is_taken_away(tmp_path: Path) -> None:
    fsspec.filesystem("memory").pipe({"/again/error.json": b"{}", "/again/old/part": b"1", "/again-not/a": b"1"})
    (tmp_path / "result.json").write_text("{}")
    deliver(tmp_path, "memory://again")
    assert fsspec.filesystem("memory").find("/again") == ["/again/result.json"]
    assert fsspec.filesystem("memory").find("/again-not") == ["/again-not/a"]


class Breaking(MemoryFileSystem):
    """A place whose connection breaks at one file."""

    protocol = "breaking"
    store: ClassVar[dict[str, object]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    def put_file(self, lpath: str, rpath: str, *rest: Any, **more: Any) -> None:
        if lpath.endswith("zzz"):
            raise ConnectionError("broken")
        super().put_file(lpath, rpath, *rest, **more)


class HalfRead(MemoryFileSystem):
    """A place one of whose folders can't be read."""

    protocol = "halfread"
    store: ClassVar[dict[str, object]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.replace("halfread://", "memory://")))

    def ls(self, path: str, *rest: Any, **more: Any) -> Any:
        if path.endswith("/deep"):
            raise ConnectionError("broken")
        return super().ls(path, *rest, **more)


def test_a_far_place_that_can_only_be_read_in_part_is_not_brought(tmp_path: Path) -> None:
    fsspec.register_implementation("halfread", HalfRead, clobber=True)
    fsspec.filesystem("halfread").pipe({"/far/a.txt": b"1", "/far/deep/b.txt": b"2"})
    with pytest.raises(SourceUnavailable):
        local("halfread://far")
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(SourceUnavailable):
        deliver(tmp_path, "halfread://far")


def test_the_last_word_comes_last(tmp_path: Path) -> None:
    fsspec.register_implementation("breaking", Breaking, clobber=True)
    for name in ("aaa", "result.json", "zzz"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(SourceUnavailable):
        deliver(tmp_path, "breaking://out")
    assert [path.rpartition("/")[2] for path in Breaking.store] == ["aaa"]


def test_secrets_are_revealed_where_they_are_known() -> None:
    told = reveal("postgres://me:${secret:PASSWORD}@${secret:HOST}/x", {
        "SETPOINT_SECRET_PASSWORD": "p${secret:NOT}", "SETPOINT_SECRET_HOST": "h"
    })  # fmt: skip
    assert told == "postgres://me:p${secret:NOT}@h/x"
    assert reveal("nothing secret", {}) == "nothing secret"


def test_a_secret_that_is_not_set_is_told_by_name() -> None:
    with pytest.raises(InputError, match="the secret PASSWORD is not set") as failure:
        reveal("${secret:PASSWORD}", {})
    assert "SETPOINT_SECRET_PASSWORD" in failure.value.fix


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "", ".", "a\0b", "link/x", "a/.."])
def test_a_foreign_name_never_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out of its folder"):
        inside(tmp_path / "folder", name)


@pytest.mark.parametrize("name", ["x.png", "a/b/x.png", "..x", "a..b/x"])
def test_a_name_within_its_folder_is_a_path(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == tmp_path / name


class Climbing(MemoryFileSystem):
    """A store whose listing names what lies three folders up."""

    protocol = "climbing"
    store: ClassVar[dict[str, Any]] = {}

    def ls(self, path: str, detail: bool = True, **_options: Any) -> list[Any]:
        return [{"name": f"{path}/../../../x", "type": "file", "size": 1}]


def test_a_listing_that_climbs_is_refused(tmp_path: Path) -> None:
    fsspec.register_implementation("climbing", Climbing, clobber=True)
    with pytest.raises(InputError, match="leads out of its folder"):
        fetch("climbing://a/b", tmp_path / "near")


def test_what_is_neither_a_file_nor_a_folder_is_told_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    files = fsspec.filesystem("file")
    assert len(list(found_below(files, str(tmp_path)))) == 2
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        list(found_below(files, str(tmp_path)))


class Circling(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A listing of folders without an end, each of which holds itself, too."""

    protocol = "circling"

    def ls(self, path: str, detail: bool = True, **_options: Any) -> list[Any]:
        inner = [] if path.count("/") > self.storage_options["most"] else [f"{path}/..."]
        folders = [{"name": name, "type": "directory", "size": 0} for name in (f"{path}/./", f"{path}/", *inner)]
        return [*folders, {"name": f"{path}/x", "type": "file", "size": 1}]


def test_a_listing_that_goes_round_or_never_ends_is_no_endless_loop() -> None:
    assert len(list(found_below(Circling(most=20), "a"))) == 22
    with pytest.raises(InputError, match="more than 500 folders in one another") as caught:
        list(found_below(Circling(most=2000), "a"))
    assert caught.value.fix


def test_what_is_kept_in_the_store_is_copied_there_and_what_is_stale_goes(tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    for name in ("former/kept", "output/stale"):
        store.pipe_file(f"/staging-kept/{name}", name.encode())
    (tmp_path / "new").write_text("new")
    deliver(tmp_path, "memory://staging-kept/output", {"a/kept": "memory://staging-kept/former/kept"})
    assert sorted(store.find("/staging-kept/output")) == ["/staging-kept/output/a/kept", "/staging-kept/output/new"]
    assert store.cat_file("/staging-kept/output/a/kept") == b"former/kept"
