"""Fetching: within the room that there is, others not kept away by one that is too large, and nothing left behind."""

from pathlib import Path

import pytest

from reconciler.git import fetching
from reconciler.git.bare import make_bare
from reconciler.git.fetching import Fetcher, TooLarge, mirrored
from reconciler.git.process import Output
from reconciler.model.errors import Unavailable

HUGE, SMALL = "refs/heads/huge", "refs/heads/small"


@pytest.fixture
def git_dir(tmp_path: Path) -> Path:
    return make_bare(tmp_path / "mirror.git")


@pytest.fixture
def lines() -> list[tuple[str, ...]]:
    return []


@pytest.fixture
def fetcher(git_dir: Path, lines: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> Fetcher:
    """Return a fetcher whose remote sends more than the bound for one ref."""
    monkeypatch.setattr(fetching, "LARGEST", 10_000)

    def run(line: tuple[str, ...], room: int) -> Output:
        lines.append(line)
        if not any(word.startswith(f"+{HUGE}:") for word in line):
            return Output(0, b"", "")
        (git_dir / "objects" / "pack" / f"tmp_pack_{len(lines)}").write_bytes(b"x" * room)
        return Output(128, b"", "fatal: fetch-pack: invalid index-pack output\n")

    return Fetcher(git_dir, "https://forge/x.git", "https://forge/x.git", run)


def drafts(git_dir: Path) -> list[Path]:
    return list((git_dir / "objects" / "pack").glob("tmp_*"))


def test_one_that_is_too_large_is_fetched_again_when_there_is_more_room(
    fetcher: Fetcher, git_dir: Path, lines: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        with pytest.raises(TooLarge, match=r"sends more than 0\.0 MiB for refs/heads/huge"):
            fetcher.fetch({HUGE: "a" * 40})
    assert len(lines) == 1
    assert drafts(git_dir) == []
    monkeypatch.setattr(fetching, "LARGEST", 20_000)
    with pytest.raises(TooLarge):
        fetcher.fetch({HUGE: "a" * 40})
    assert len(lines) == 2


def test_others_are_fetched_all_the_same(fetcher: Fetcher, lines: list[tuple[str, ...]]) -> None:
    with pytest.raises(TooLarge, match="huge"):
        fetcher.fetch({HUGE: "a" * 40, SMALL: "b" * 40})
    assert [line[-1] for line in lines][-1] == f"+{SMALL}:{mirrored(SMALL)}"
    assert fetcher.fetch({SMALL: "b" * 40})


@pytest.mark.parametrize("left", [0, 5000])
def test_what_fails_for_another_reason_is_told_as_git_says_it(git_dir: Path, left: int) -> None:
    def run(line: tuple[str, ...], room: int) -> Output:
        (git_dir / "objects" / "pack" / "tmp_pack_1").write_bytes(b"x" * left)
        return Output(128, b"", "fatal: early EOF\n")

    fetcher = Fetcher(git_dir, "here", "file:///x", run)
    assert not fetcher.fetch({SMALL: ""})
    assert fetcher.complaint == "early EOF"
    assert drafts(git_dir) == []


def test_what_was_killed_leaves_nothing_and_what_others_write_stays(git_dir: Path) -> None:
    folder = git_dir / "objects" / "pack"
    (folder / "tmp_pack_theirs").touch()

    def run(line: tuple[str, ...], room: int) -> Output:
        (folder / "tmp_pack_ours").touch()
        raise Unavailable("git fetch took longer than 120 s")

    with pytest.raises(Unavailable, match="took longer"):
        Fetcher(git_dir, "here", "file:///x", run).fetch({SMALL: ""})
    assert [draft.name for draft in drafts(git_dir)] == ["tmp_pack_theirs"]


def test_where_the_disk_is_nearly_full_git_isn_t_started(
    fetcher: Fetcher, lines: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "RESERVE", 2**62)
    with pytest.raises(Unavailable, match="so nothing is fetched"):
        fetcher.fetch({SMALL: ""})
    assert lines == []


def test_a_mirror_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is gone"):
        Fetcher(tmp_path / "nowhere", "here", "file:///x", lambda line, room: Output(0, b"", "")).fetch({SMALL: ""})
