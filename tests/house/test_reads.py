"""What others left is read in one way, `reconciler/untrusted.py`: regular files of a known size, and JSON in bounds."""

from tests.house.yardstick import direct_reads, sources, told

ROOMS = (
    "reconciler/cli/",
    "reconciler/git/",
    "reconciler/lease/",
    "reconciler/loop/",
    "reconciler/providers/",
    "reconciler/status/",
    "reconciler/watched/",
)
OTHERWISE = {
    "reconciler/cli/demo/": "it reads what it wrote itself a moment ago",
    "reconciler/cli/init.py": "it compares the sample with what a person has in the folder",
    "reconciler/watched/folder.py": "a person's own specs, of which only regular files are listed",
    "reconciler/lease/monotonic.py": "the kernel's own word",
    "reconciler/lease/process.py": "the kernel's own word",
    "reconciler/providers/data/lakefs/errors.py": "an answer of a server, which was read in bounds",
    "reconciler/providers/memory/": "nothing but memory",
    "reconciler/providers/pools/local/supervisor.py": "the kernel's own word, and it imports nothing of ours",
    "reconciler/providers/pools/ray/jobs_api.py": "an answer of a server, which was read in bounds",
    "reconciler/providers/pools/ray/pool.py": "a request that was written one line before",
    "reconciler/providers/serving/kserve/prometheus.py": "an answer of a server, which was read in bounds",
}
"""Places that read in another way, each with its reason."""


def test_what_others_left_is_read_in_one_way() -> None:
    found = {source.path: direct_reads(source) for source in sources("reconciler") if source.path.startswith(ROOMS)}
    odd = [
        f"{path}:{line}"
        for path, lines in found.items()
        for line in lines
        if not any(path.startswith(place) for place in OTHERWISE)
    ]
    assert not odd, told(odd, "Read it by `untrusted.read`, `read_object`, `tail` or `parse`: anything may lie there.")


def test_each_exception_is_one() -> None:
    paths = [source.path for source in sources("reconciler") if direct_reads(source)]
    idle = [place for place in OTHERWISE if not any(path.startswith(place) for path in paths)]
    assert not idle, told(idle, "Nothing is read there any more: take it off the list.")
