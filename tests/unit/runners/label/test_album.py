"""The pictures of a dataset, read from its folder."""

from pathlib import Path

from runners.label.album import album_at


def test_a_file_is_read_by_its_name_and_none_beside_the_pictures(tmp_path: Path) -> None:
    assert album_at(tmp_path.as_uri()) is None
    (tmp_path / "images/a b").mkdir(parents=True)
    (tmp_path / "images/a b/é.png").write_bytes(b"PNG")
    (tmp_path / "manifest.parquet").write_bytes(b"")
    album = album_at(tmp_path.as_uri())
    assert album is not None
    assert album.content("a b/é.png") == b"PNG"
    assert [album.content(name) for name in ("none.png", "../manifest.parquet")] == [None, None]
    assert album.content("a b/é.png", most=2) is None
