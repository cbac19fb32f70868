"""An outbox: in order, each until it is taken, by one who may; and none waits behind one that never will be."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from structlog.testing import LogCapture

from reconciler.loop.outbox import Outbox
from reconciler.model.errors import Refused, Unavailable


@dataclass(frozen=True)
class Item:
    name: str

    @property
    def key(self) -> tuple[str]:
        return (self.name,)


ITEMS = [Item(name) for name in "abc"]


def until(truth: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Server:
    def __init__(self) -> None:
        self.got: list[str] = []
        self.fails: dict[str, list[Exception]] = {}
        self.may = True
        self.log = LogCapture()
        logger = structlog.wrap_logger(None, processors=[self.log])
        self.box: Outbox[Item] = Outbox("letters", self.take, lambda: self.may, log=logger, first_pause=0.001)

    def take(self, item: Item) -> None:
        if errors := self.fails.get(item.name):
            raise errors.pop(0)
        self.got.append(item.name)


def test_all_is_sent_in_order_once() -> None:
    server = Server()
    server.box.fill(ITEMS)
    until(lambda: server.box.counts.sent == 3)
    server.box.fill(ITEMS)
    assert (server.got, server.box.counts.waiting) == (list("abc"), 0)
    assert server.box.sent == {("a",), ("b",), ("c",)}


def test_what_is_forgotten_may_be_sent_again_later() -> None:
    server = Server()
    server.box.fill(ITEMS[:1])
    until(lambda: server.box.counts.sent == 1)
    server.box.fill([])
    assert server.box.sent == frozenset()


def test_what_is_not_taken_is_tried_again_before_the_next_and_told_once() -> None:
    server = Server()
    server.fails = {"a": [Unavailable("it rests", "wait") for _ in range(4)]}
    server.box.fill(ITEMS)
    until(lambda: server.box.counts.sent == 3)
    assert server.got == list("abc")
    assert len(server.log.entries) == 1


def test_what_is_refused_or_a_defect_is_lost_and_the_others_go_on() -> None:
    server = Server()
    server.fails = {"a": [Refused("no such thing")], "b": [ZeroDivisionError()]}
    server.box.fill(ITEMS)
    until(lambda: server.box.counts.sent == 1)
    assert (server.got, server.box.counts.lost) == (["c"], 2)
    assert "no such thing" in server.log.entries[0]["why"]


def test_who_may_not_or_is_not_active_sends_nothing() -> None:
    server = Server()
    server.may = False
    server.box.fill(ITEMS)
    time.sleep(0.05)
    assert (server.got, server.box.counts.waiting) == ([], 3)
    server.box.fill(ITEMS, active=False)
    server.may = True
    time.sleep(0.05)
    assert server.got == []
