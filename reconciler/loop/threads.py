"""Threads that live as long as the engines they wait for: starting them anew in each pass costs more than a pass."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Threads:
    """So many calls are made side by side; further ones wait for their turn.

    Args:
        count: how many.
        name: what the threads are called.
    """

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._executor = ThreadPoolExecutor(count, thread_name_prefix=name)

    def map(self, act: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Return the answers in the order of the items. What is raised is raised when all calls have ended.

        A single call, and one after another, is made by the thread that asks.
        """
        items = tuple(items)
        if self._count == 1 or len(items) < 2:
            return [act(item) for item in items]
        calls = [self._executor.submit(act, item) for item in items]
        wait(calls)
        return [call.result() for call in calls]
