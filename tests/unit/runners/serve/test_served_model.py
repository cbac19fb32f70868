"""The model, whatever it is asked by: what is found, and whose fault a failure is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runners.models import ModelInputError, load
from runners.serve.request_context import Exchange
from runners.serve.served_model import NotServed, ServedModel
from tests.unit.runners.serve.tiny import make


@pytest.fixture
def served(tmp_path: Path) -> ServedModel:
    return ServedModel("shop", "aaaaaaaaaaaa", load(tmp_path, make(tmp_path)), print)


def test_its_version_is_found_and_no_other(served: ServedModel) -> None:
    served.check_version("aaaaaaaaaaaa")
    served.check_version("")
    with pytest.raises(NotServed, match="shop has no version 1: revision aaaaaaaaaaaa answered here"):
        served.check_version("1")


@pytest.mark.parametrize(
    ("error", "is_read", "status"),
    [
        (ModelInputError("no"), False, 400),
        (ModelInputError("no"), True, 400),
        (NotServed("no"), False, 404),
        (MemoryError(), False, 400),
        (RecursionError(), False, 400),
        (RuntimeError("no"), True, 500),
        (OSError("no"), False, 500),
    ],
)
def test_until_a_request_is_read_a_failure_is_its_own(
    served: ServedModel, error: Exception, is_read: bool, status: int
) -> None:
    async def fails() -> Any:
        raise error

    exchange = Exchange("", is_read=is_read)
    assert asyncio.run(served.guarded(fails(), exchange)) is None
    assert (exchange.status, bool(exchange.error)) == (status, True)
