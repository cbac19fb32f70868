"""What is seen of processes in proc(5)."""

from pathlib import Path


def members(group: int) -> list[int]:
    """Return the live processes of a group, by the third field behind the name in proc_pid_stat(5)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in (b"Z", b"X"):
            found.append(int(stat.parent.name))
    return found
