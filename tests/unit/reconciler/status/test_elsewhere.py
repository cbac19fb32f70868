"""Elsewhere: what other environments recorded is read once a change, their reports never."""

from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.status.elsewhere import Elsewhere

API, WATCH = Address("deployments/api"), Address("monitors/watch")


class Branch:
    """A status branch in memory that counts what is read of it."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.files: dict[str, str] = {}
        self.reads: list[str] = []

    def put(self, path: str, text: str) -> None:
        self.content[path] = text.encode()
        self.files = {**self.files, path: str(hash(text))}

    def read(self, path: str | None = None) -> Any:
        if path is None:
            return self
        self.reads.append(path)
        return self.content[path]

    def size(self, path: str) -> int:
        return len(self.content[path])


@pytest.fixture
def branches() -> dict[str, Branch]:
    found = {"dev": Branch(), "staging": Branch()}
    found["dev"].put("status/deployments/api.yaml", "facts: {trial: experiments/a/1}\nstate: ready\n")
    found["dev"].put("status/datasets/loans.yaml", "state: ready\n")
    found["dev"].put("status/monitors/watch.yaml", "state: ready\n")
    return found


@pytest.fixture
def elsewhere(branches: dict[str, Branch]) -> Elsewhere:
    return Elsewhere(lambda name: branches[name])


def test_deployments_and_monitors_are_read_and_nothing_else(elsewhere: Elsewhere, branches: dict[str, Branch]) -> None:
    told = elsewhere.read(["dev", "staging"])
    assert set(told["dev"]) == {API, WATCH}
    assert told["dev"][API]["facts"] == {"trial": "experiments/a/1"}
    assert told["staging"] == {}
    assert not any("datasets" in path for path in branches["dev"].reads)


def test_what_is_the_same_is_read_once_and_only_a_change_that_matters_moves(
    elsewhere: Elsewhere, branches: dict[str, Branch]
) -> None:
    elsewhere.read(["dev"])
    count = len(branches["dev"].reads)
    branches["dev"].put("status/datasets/loans.yaml", "state: stalled\n")
    branches["dev"].put("reports/one.md", "# A report")
    assert not elsewhere.moved()
    elsewhere.read(["dev"])
    assert len(branches["dev"].reads) == count
    branches["dev"].put("status/deployments/api.yaml", "state: stalled\n")
    assert elsewhere.moved()
    assert elsewhere.read(["dev"])["dev"][API]["state"] == "stalled"
    assert not elsewhere.moved()


def test_an_environment_that_no_route_comes_by_any_more_is_not_looked_at(
    elsewhere: Elsewhere, branches: dict[str, Branch]
) -> None:
    elsewhere.read(["dev", "staging"])
    elsewhere.read(["staging"])
    branches["dev"].put("status/deployments/api.yaml", "state: stalled\n")
    assert not elsewhere.moved()


def test_a_broken_status_is_told_and_takes_nothing_down(elsewhere: Elsewhere, branches: dict[str, Branch]) -> None:
    branches["staging"].put("status/deployments/api.yaml", "facts: [not, a, mapping]\n")
    told = elsewhere.read(["staging", "dev"])
    assert told["staging"][API]["state"] == "stalled"
    assert told["dev"][API]["state"] == "ready"
