"""The request as a file, which a job is started with."""

from pathlib import Path

from runners.launcher.request_file import written


def test_a_request_is_for_its_user_only() -> None:
    with written("{}") as path:
        assert Path(path).read_text() == "{}"
        assert Path(path).parent.stat().st_mode & 0o077 == 0
    assert not Path(path).exists()
