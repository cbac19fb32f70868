"""Calls side by side, in threads; where there is nothing to be gained by threads, one after another in this one."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def abreast(call: Callable[[Item], Answer], items: Collection[Item], threads: int, name: str) -> list[Answer]:
    """Call something with each item; return the answers in the items' order.

    Args:
        call: what is called. What it raises ends all of it.
        items: what it is called with.
        threads: how many calls are made at once, at the most.
        name: what the threads are called.
    """
    at_once = min(threads, len(items))
    if at_once <= 1:
        return [call(item) for item in items]
    with ThreadPoolExecutor(at_once, thread_name_prefix=name) as pool:
        return list(pool.map(call, items))
