"""A home belongs to one repository, and to one user."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.home import MARK, claim, kept_secret
from reconciler.model.errors import Refused, Unavailable


def test_a_home_is_closed_to_others_and_says_whose_it_is(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    claim(home, "/srv/ml.git")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / MARK).read_text() == "/srv/ml.git\n"
    for same in ("/srv/ml.git", "file:///srv/ml.git", "/srv/ml/", "/srv/ml/.git"):
        claim(home, same)


def test_another_repository_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    claim(tmp_path, "/srv/ml.git")
    with pytest.raises(Refused, match=r"is that of the repository /srv/ml\.git") as told:
        claim(tmp_path, "/srv/other.git")
    assert MARK in told.value.hint


def test_a_home_that_was_open_is_closed_and_its_group_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o775)
    claim(tmp_path, "/srv/ml.git")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o770


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="can't be used"):
        claim(tmp_path / "file" / "home", "/srv/ml.git")


def test_a_secret_is_made_once_and_is_its_user_s_alone(tmp_path: Path) -> None:
    place = tmp_path / "secrets" / "tokens"
    made = kept_secret(place)
    assert len(bytes.fromhex(made)) == 32
    assert kept_secret(place) == made
    assert made != kept_secret(tmp_path / "other")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("left", [b"", b"ab" * 31, b"not hexadecimal" * 5, b"AB" * 32, b"\xff" * 64, b"a" * 5000])
def test_what_is_no_secret_is_replaced_by_one(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "tokens").write_bytes(left)
    made = kept_secret(tmp_path / "tokens")
    assert (tmp_path / "tokens").read_text() == made
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


def test_of_several_who_make_a_secret_at_once_all_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        found = set(many.map(lambda _: kept_secret(tmp_path / "tokens"), range(64)))
    assert found == {(tmp_path / "tokens").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


def test_a_folder_in_the_place_of_a_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    with pytest.raises(OSError, match="directory"):
        kept_secret(tmp_path / "tokens")
