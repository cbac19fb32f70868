"""The pages' repository, as the client reads it."""

from tests.unit.reconciler.web.pages.conftest import stage

__all__ = ["stage"]
