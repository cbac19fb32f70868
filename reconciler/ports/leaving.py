"""Leaving: what an engine keeps of an environment beside runs, jobs and endpoints goes when the environment does."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Leaving(Protocol):
    """An engine that keeps something for an environment as such; not every engine does."""

    def leave(self) -> None:
        """Take that away, whether or not it is there. Nothing of the environment's may be left in the engine then.

        Raises:
            Unavailable: the engine is out of reach.
        """
