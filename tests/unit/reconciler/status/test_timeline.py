"""What became of a resource, by the commits of the status branch."""

from itertools import islice
from pathlib import Path

from reconciler.git.repository import open_repository
from reconciler.status.branch import StatusBranch
from reconciler.status.timeline import documents, events
from reconciler.yaml.dump import dump
from tests.unit.reconciler.git.people import bare

ADDRESS = "datasets/a"


def written(status: StatusBranch, message: str, state: str = "ready") -> None:
    ready = {"type": "Ready", "reason": "Fine", "message": message, "observed_commit": "c" * 40}
    status.write({f"status/{ADDRESS}.yaml": dump({"state": state, "conditions": [ready]})}, message)


def test_what_commits_say_alike_is_one_event_as_of_the_first(tmp_path: Path) -> None:
    status = StatusBranch(open_repository(bare(tmp_path / "origin"), tmp_path), "dev")
    assert list(events(status, ADDRESS)) == []
    written(status, "first", "waiting")
    written(status, "second")
    status.write(
        {
            f"status/{ADDRESS}.yaml": dump(
                {
                    "state": "ready",
                    "conditions": [
                        {
                            "type": "Ready",
                            "reason": "Fine",
                            "message": "second",
                            "observed_commit": "c" * 40,
                            "since": "x",
                        }
                    ],
                }
            )
        },
        "the same",
    )
    status.write({f"status/{ADDRESS}.yaml": None}, "gone")
    told = list(events(status, ADDRESS))
    assert [(event.state, event.message) for event in told] == [
        ("removed", ""),
        ("ready", "second"),
        ("waiting", "first"),
    ]
    assert told[1].as_json().keys() == {"when", "address", "state", "reason", "message", "commit"}
    assert (told[1].address, told[1].reason, told[1].commit) == (ADDRESS, "Fine", "c" * 40)
    past = list(islice(documents(status, ADDRESS), 2))
    assert [one.document is None for one in past] == [True, False]
