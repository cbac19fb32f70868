"""Telling of runs: committed before it is sent, sent until it is taken, by a listener that does all that servers do."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from reconciler.lineage.events import Place, run_id
from reconciler.lineage.ledger import MOST
from reconciler.loop import posting
from reconciler.loop.telling import FILE, Telling
from reconciler.model.environment import Environment
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Actual, Branch, DataListing, Job, JobState, PoolListing, Version
from reconciler.model.resource import Desired
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import mapping

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
COMMIT = CommitId("c" * 40)
RUN = RunName("datasets/loans/aaaaaaaaaaaa")
PLACE = Place("", "dev", "/srv/models", "main", "0.1.0")
Reply = Callable[[BaseHTTPRequestHandler], None]


def answers(status: int) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return reply


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()


def drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b"x")
            time.sleep(0.05)


def redirects(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


class Catalogue:
    """A listener, and what it was sent; its replies come one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [answers(201)]
        self.got: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.url = ""

    @property
    def kinds(self) -> list[str]:
        return [event["eventType"] for event in self.got]


@contextmanager
def listening() -> Iterator[Catalogue]:
    found = Catalogue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            found.got.append(json.loads(body))
            reply = found.replies.pop(0) if len(found.replies) > 1 else found.replies[0]
            with suppress(OSError):
                reply(self)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_address[1]}/api/v1/lineage"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


class Status:
    """A status branch of one file, and no more."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}

    @property
    def files(self) -> Mapping[str, str]:
        return {path: str(hash(text)) for path, text in self.texts.items()}

    def read(self, path: str) -> bytes:
        return self.texts[path]

    def size(self, path: str) -> int:
        return len(self.texts[path])

    def ledger(self) -> dict[str, Any]:
        return mapping(self.texts[FILE])


class NoFiles:
    def read(self, run: RunName, path: str) -> bytes:
        raise FileNotFoundError(path)

    def missing(self, run: RunName, paths: object) -> tuple[str, ...]:
        return ()

    def url(self, run: RunName) -> str:
        return ""


class Loop:
    """Passes that see what they are told to see."""

    def __init__(self, url: str, **more: Any) -> None:
        told = {"lineage": {"url": url} | more.pop("options", {})} if url else {}
        environment = Environment.model_validate(told)
        self.desired = Desired(COMMIT, "dev", environment, {})
        self.status = more.pop("status", None) or Status()
        self.log = LogCapture()
        log = structlog.wrap_logger(None, processors=[self.log])
        self.may = True
        self.telling = Telling(PLACE, lambda: self.may, first_pause=0.01, log=log, **more)

    def sees(self, actual: Actual, others: bool = False, written: bool = True) -> bool:
        """Make a pass; return whether it wrote the ledger."""
        edits = self.telling.edits(self.status, self.desired, actual, COMMIT, others)
        if not written:
            return bool(edits)
        for path, text in edits.items():
            if text is None:
                del self.status.texts[path]
            else:
                self.status.texts[path] = text
        self.telling.recorded(self.desired, actual, NoFiles())
        return bool(edits)


def seen(state: JobState | None = JobState.RUNNING, run: RunName = RUN, accepted: bool = False) -> Actual:
    job = Job(run, "pools/shared", "risk", state or JobState.RUNNING, started=NOW)  # type: ignore[arg-type]
    branches = {} if state is None else {run: Branch(run, COMMIT)}
    versions = {run: Version(run, COMMIT)} if accepted else {}
    return Actual(NOW, DataListing(COMMIT, branches, versions), PoolListing({run: job} if state else {}))


DONE = seen(None, accepted=True)


def until(truth: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_run_is_told_from_its_beginning_to_its_end(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    loop.sees(seen())
    loop.sees(DONE)
    until(lambda: loop.telling.counts.sent == 2)
    assert catalogue.kinds == ["START", "COMPLETE"]
    assert {event["run"]["runId"] for event in catalogue.got} == {run_id(RUN, 1)}
    assert catalogue.got[0]["job"]["namespace"] == "setpoint/dev"


def test_nothing_is_sent_that_wasn_t_committed(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    assert loop.sees(seen(), written=False)
    time.sleep(0.1)
    assert catalogue.got == []
    loop.sees(seen())
    until(lambda: catalogue.kinds == ["START"])


FAULTS: dict[str, list[Reply]] = {
    "500": [answers(500)],
    "503, 429 and 401": [answers(503), answers(429), answers(401)],
    "a broken connection": [breaks_off, breaks_off],
    "a redirection": [redirects],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_isn_t_taken_is_sent_again_in_its_order(fault: str, catalogue: Catalogue) -> None:
    catalogue.replies = [*FAULTS[fault], answers(200)]
    loop = Loop(catalogue.url)
    loop.sees(seen())
    loop.sees(DONE)
    until(lambda: loop.telling.counts.sent == 2)
    assert catalogue.kinds[-1] == "COMPLETE"
    assert set(catalogue.kinds[:-1]) == {"START"}
    assert loop.telling.counts.lost == 0
    starts = [event for event in catalogue.got if event["eventType"] == "START"]
    assert all(event == starts[0] for event in starts)


def test_an_answer_that_drips_keeps_no_pass_waiting(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE", 0.3)
    catalogue.replies = [drips, answers(200)]
    loop = Loop(catalogue.url)
    began = time.monotonic()
    loop.sees(seen())
    assert time.monotonic() - began < 0.2
    until(lambda: loop.telling.counts.sent == 1)
    assert "has no end" in str(loop.log.entries)


def test_a_catalogue_that_is_down_is_told_once_and_asked_until_it_is_up() -> None:
    with listening() as gone:
        url = gone.url
    loop = Loop(url)
    loop.sees(seen())
    until(lambda: loop.log.entries)
    time.sleep(0.1)
    assert [entry["event"] for entry in loop.log.entries] == ["lineage"]
    assert "can't be reached" in loop.log.entries[0]["problem"]
    assert loop.telling.counts.waiting == 1
    with listening() as up:
        loop.desired = replace(loop.desired, environment=Environment.model_validate({"lineage": {"url": up.url}}))
        loop.sees(seen())
        until(lambda: up.kinds == ["START"])


def test_what_is_refused_for_good_is_lost_counted_and_told(catalogue: Catalogue) -> None:
    catalogue.replies = [answers(422), answers(200)]
    loop = Loop(catalogue.url)
    loop.sees(seen())
    loop.sees(DONE)
    until(lambda: loop.telling.counts.sent == 1)
    assert loop.telling.counts.lost == 1
    (entry,) = loop.log.entries
    assert (entry["event"], "status 422" in entry["why"]) == ("lineage lost", True)


def test_a_daemon_that_begins_anew_sends_what_is_left_under_the_same_ids(catalogue: Catalogue) -> None:
    with listening() as gone:
        url = gone.url
    first = Loop(url)
    first.sees(seen())
    first.sees(DONE)
    again = Loop(catalogue.url, status=first.status)
    again.sees(Actual(NOW))
    until(lambda: catalogue.kinds == ["START", "COMPLETE"])
    assert {event["run"]["runId"] for event in catalogue.got} == {run_id(RUN, 1)}
    third = Loop(catalogue.url, status=first.status)
    third.sees(Actual(NOW), others=True)
    until(lambda: len(catalogue.got) == 4)
    assert catalogue.got[:2] == catalogue.got[2:], "it may come twice, and is the same"


def test_what_was_taken_goes_with_the_next_commit_and_makes_none_of_its_own(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    assert loop.sees(seen())
    until(lambda: loop.telling.counts.sent == 1)
    assert not loop.sees(seen())
    assert len(loop.status.ledger()["pending"]) == 1
    assert loop.sees(seen(), others=True)
    assert loop.status.ledger()["pending"] == []
    assert not loop.sees(seen(), others=True)
    loop.sees(DONE)
    until(lambda: loop.telling.counts.sent == 2)
    assert catalogue.kinds == ["START", "COMPLETE"]


def test_who_has_lost_the_lease_sends_nothing(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    loop.may = False
    loop.sees(seen())
    time.sleep(0.1)
    assert catalogue.got == []
    loop.may = True
    until(lambda: catalogue.kinds == ["START"])


def test_the_token_is_sent_and_one_that_isn_t_set_is_waited_for(catalogue: Catalogue) -> None:
    known: dict[str, str] = {}

    def secret(text: str) -> str:
        if text not in known:
            raise Refused("the secret LINEAGE is not set", "set it")
        return known[text]

    loop = Loop(catalogue.url, options={"token": "${secret:LINEAGE}"}, secret=secret)
    loop.sees(seen())
    until(lambda: "LINEAGE is not set" in str(loop.log.entries))
    known["${secret:LINEAGE}"] = "hush"
    until(lambda: catalogue.kinds == ["START"])
    assert catalogue.headers[0]["authorization"] == "Bearer hush"
    assert "hush" not in str(loop.log.entries)


def test_more_than_are_kept_are_lost_counted_and_told() -> None:
    with listening() as gone:
        url = gone.url
    loop = Loop(url)
    loop.sees(seen())
    document = loop.status.ledger()
    document["pending"] = [document["pending"][0] | {"attempt": number} for number in range(2, MOST + 2)]
    loop.status.texts[FILE] = dump(document)
    loop.sees(DONE)
    assert loop.telling.counts.lost == 1
    assert loop.status.ledger()["lost"] == 1
    assert "more events wait" in str(loop.log.entries)


def test_a_ledger_that_somebody_broke_is_told_and_begun_anew(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    loop.status.texts[FILE] = b"attempts: 3\n"
    loop.sees(seen())
    assert "begun anew" in str(loop.log.entries)
    until(lambda: catalogue.kinds == ["START"])


def test_without_a_catalogue_nothing_is_remembered(catalogue: Catalogue) -> None:
    loop = Loop(catalogue.url)
    loop.sees(seen())
    until(lambda: catalogue.kinds == ["START"])
    loop.desired = replace(loop.desired, environment=Environment())
    assert loop.sees(DONE)
    assert FILE not in loop.status.texts
    assert not loop.sees(DONE)
    assert Loop("").telling.counts.waiting == 0


def test_of_a_large_event_the_columns_are_left_out(catalogue: Catalogue) -> None:
    class Wide(NoFiles):
        def read(self, run: RunName, path: str) -> bytes:
            if path != "schema.json":
                raise FileNotFoundError(path)
            return json.dumps({"columns": {f"{n}{'x' * 2000}": {"type": "integer"} for n in range(900)}}).encode()

    loop = Loop(catalogue.url)
    loop.sees(seen())
    edits = loop.telling.edits(loop.status, loop.desired, DONE, COMMIT, False)
    assert edits
    loop.telling.recorded(loop.desired, DONE, Wide())
    until(lambda: loop.telling.counts.sent == 2)
    assert catalogue.got[-1]["outputs"][0]["facets"].keys() == {"version"}


def test_what_a_defect_keeps_from_being_made_holds_up_no_other(catalogue: Catalogue) -> None:
    class Odd(NoFiles):
        def read(self, run: RunName, path: str) -> bytes:
            raise RuntimeError("a defect")

    other = RunName("datasets/other/bbbbbbbbbbbb")
    loop = Loop(catalogue.url)
    loop.sees(seen())
    both = replace(DONE, pool=seen(run=other).pool)
    loop.telling.edits(loop.status, loop.desired, both, COMMIT, False)
    loop.telling.recorded(loop.desired, both, Odd())
    until(lambda: loop.telling.counts.lost == 1)
    assert "a defect" in str(loop.log.entries)
    loop.sees(seen(run=other))
    until(lambda: catalogue.kinds.count("START") == 2)
