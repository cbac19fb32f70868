"""A full disk takes lines of the log, and nothing else."""

import io

import pytest

from reconciler.cli.log_stream import LogStream


def test_what_can_be_written_is_written() -> None:
    stream = io.StringIO()
    LogStream(stream).write("a line\n")
    LogStream(stream).flush()
    assert stream.getvalue() == "a line\n"


def test_what_cannot_be_written_is_lost_and_raises_nothing() -> None:
    with io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True) as full:  # type: ignore[arg-type]
        log = LogStream(full)
        with pytest.raises(OSError, match="No space left"):
            full.write("a line\n")
        assert log.write("a line\n") == 0
        log.flush()
