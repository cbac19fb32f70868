"""The room that a source may fill on the disk of the machine that reads it."""

import shutil
import tempfile


def room() -> int:
    """Return the bytes that a source may have: half of what is free, as its rows are written beside it."""
    return shutil.disk_usage(tempfile.gettempdir()).free // 2
