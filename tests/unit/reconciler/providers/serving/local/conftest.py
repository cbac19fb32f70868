"""What the tests of local serving share: ways to wait, and a look at whether a process is left."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Digest
from reconciler.model.observed import Endpoint, Revision, RevisionState
from reconciler.providers.serving.local import LocalServing
from tests.unit.reconciler.providers.serving.local.told import COMMAND, DEPLOYMENT, OLD, WallClock, order

Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def wait() -> Wait:
    """Return a function that waits until a condition holds, and fails when it doesn't come."""

    def until(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30.0
        while not condition():
            assert time.monotonic() < deadline, "it didn't come to pass"
            time.sleep(0.01)

    return until


@pytest.fixture
def no_process_left(tmp_path: Path, wait: Wait) -> Iterator[None]:
    """Demand that no process whose command names the test's folder outlives the test."""
    yield
    wait(lambda: not _naming(tmp_path))


def _naming(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


class Place:
    """A folder of endpoints, and the daemon that has it open."""

    def __init__(self, folder: Path, wait: Wait) -> None:
        self.folder = folder
        self.wait = wait
        self.serving = self.opened()

    def opened(self, **told: Any) -> LocalServing:
        return LocalServing(self.folder, WallClock(), public_address="127.0.0.1", command=COMMAND, **told)

    @property
    def endpoint(self) -> Endpoint:
        return self.serving.list()[DEPLOYMENT]

    def revision(self, name: Digest = OLD) -> Revision:
        return self.endpoint.revisions[name]

    def until(self, condition: Any) -> None:
        def settled() -> object:
            self.serving.settle()
            return condition()

        self.wait(settled)

    def serve(self, name: Digest = OLD, **told: Any) -> None:
        self.serving.start(order(name, **told))
        self.until(lambda: self.revision(name).state is RevisionState.READY)

    def go_live(self, name: Digest = OLD, **told: Any) -> None:
        self.serve(name, **told)
        self.serving.route(DEPLOYMENT, {name: 100})
        self.until(lambda: self.status() == 200)

    def status(self, headers: dict[str, str] | None = None, url: str = "") -> int:
        try:
            self.ask(url=url, headers=headers)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0
        return 200

    def ask(self, body: bytes = b"x", url: str = "", headers: dict[str, str] | None = None) -> Any:
        target = (url or self.endpoint.url) + "/v2/models/employment/infer"
        with urllib.request.urlopen(urllib.request.Request(target, body, headers or {}), timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def place(tmp_path: Path, wait: Wait) -> Iterator[Place]:
    place = Place(tmp_path / "serving", wait)
    yield place
    for deployment in place.serving.list():
        place.serving.delete(deployment)
    place.until(lambda: not list((place.folder / "leaving").glob("*")))
