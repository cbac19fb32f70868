"""An origin with a person's clone, seen near by path and far by URL."""

from tests.unit.reconciler.origins import ada, opened, origin

__all__ = ["ada", "opened", "origin"]
