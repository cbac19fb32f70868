"""Names of requests."""

import uuid

from runners.serve.request_context import new_id


def test_no_two_requests_have_one_name() -> None:
    names = [new_id() for _ in range(10_000)]
    assert len(set(names)) == len(names)
    assert {uuid.UUID(name).version for name in names} == {4}
