"""gRPC's codes are grpcio's."""

import grpc

from runners.serve.grpc.outcomes import MOST_SAID, Outcome, Status, refused


def test_codes_are_those_that_others_know() -> None:
    theirs = {code.name: code.value[0] for code in grpc.StatusCode}
    assert {one.name: one.value for one in Status}.items() <= theirs.items()


def test_what_is_said_is_bounded() -> None:
    assert refused(404, "no such model") == Outcome(Status.NOT_FOUND, b"", "no such model")
    assert len(refused(400, "x" * 10_000).why) == MOST_SAID
