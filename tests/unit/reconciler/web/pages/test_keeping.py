"""What was read is kept for a moment, and that it couldn't be read a little longer."""

import threading

import pytest

from reconciler.model.errors import Unavailable
from reconciler.web.pages.keeping import FAILED, MOST, SPAN, Keeping


class Place:
    """What is read, and the time."""

    def __init__(self) -> None:
        self.seconds, self.reads, self.is_away = 0.0, 0, False
        self.keeping: Keeping[int] = Keeping(lambda: self.seconds)

    def read(self) -> int:
        self.reads += 1
        if self.is_away:
            raise Unavailable("away")
        return self.reads

    def ask(self, key: str = "a") -> int:
        return self.keeping.of(key, self.read)


def test_it_is_read_again_after_a_moment() -> None:
    place = Place()
    assert (place.ask(), place.ask(), place.ask("b")) == (1, 1, 2)
    place.seconds += SPAN
    assert (place.ask(), place.ask("b")) == (3, 4)


def test_one_that_fails_fails_the_same_for_a_while() -> None:
    place = Place()
    place.is_away = True
    for _ in range(3):
        with pytest.raises(Unavailable, match="away"):
            place.ask()
    assert place.reads == 1
    place.is_away = False
    place.seconds += FAILED - 0.1
    with pytest.raises(Unavailable):
        place.ask()
    place.seconds += 0.1
    assert place.ask() == 2


def test_the_oldest_make_room() -> None:
    place = Place()
    place.ask("first")
    for n in range(MOST):
        place.ask(str(n))
    assert place.ask("first") == MOST + 2


def test_nobody_asks_twice_at_once() -> None:
    place, begun, go = Place(), threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert go.wait(5)
        return place.read()

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(place.keeping.of("a", slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(5)
    go.set()
    for thread in threads:
        thread.join(5)
    assert found == [1, 1, 1, 1]
