"""How a connection ends: by the clock, by the server's leave, by a client that is gone or doesn't read."""

import pytest

from runners.serve.http2.frames import (
    AGE,
    GOAWAY,
    HEAD_SECONDS,
    IDLE,
    INITIAL_WINDOW_SIZE,
    LAST,
    MOST_WINDOW,
    PING,
    SENDING,
    SETTINGS,
    WINDOW_UPDATE,
    Code,
    frame,
)
from runners.serve.http2.streams import Answer
from tests.unit.runners.serve.http2.talk import LATER, START, Talk, asked, body, head, ponged

EVENTUALLY = 5


def leave(talk: Talk) -> None:
    """Answer the PING that a leaving server sends."""
    talk.send(ponged(talk.of(PING)[-1].content))


def test_a_server_says_what_it_bears_at_once() -> None:
    assert [one.kind for one in Talk(greets=False).frames] == [SETTINGS, WINDOW_UPDATE]


def test_one_that_says_nothing_is_closed() -> None:
    talk = Talk(greets=False)
    talk.wait(HEAD_SECONDS - 1)
    assert not talk.transport.is_over
    talk.wait(1)
    assert talk.transport.is_aborted


def test_one_that_asks_nothing_is_asked_to_go() -> None:
    talk = Talk()
    talk.wait(IDLE - 1)
    assert talk.frames == []
    talk.wait(1)
    assert (talk.end, talk.transport.is_over) == (Code.NO_ERROR, False)
    leave(talk)
    assert talk.transport.is_over
    assert not talk.transport.is_aborted


def test_one_is_asked_to_go_at_its_age_and_what_it_asked_is_answered() -> None:
    talk = Talk()
    for number in range(1, 2 * int(AGE / SENDING) - 2, 2):
        talk.send(asked(number))
        talk.wait(SENDING)
    talk.send(asked(201, headers=LATER))
    talk.wait(SENDING)
    assert talk.end is Code.NO_ERROR
    talk.send(asked(203))  # it was under way before the client heard of it
    leave(talk)
    talk.send(asked(205))  # and this wasn't
    assert 203 in talk.bodies
    assert 205 not in talk.bodies
    assert [int.from_bytes(one.content[:4], "big") for one in talk.of(GOAWAY)] == [MOST_WINDOW, 203]
    assert not talk.transport.is_over
    talk.later[0](Answer(START))
    assert (201 in talk.bodies, talk.transport.is_over) == (True, True)


def test_one_that_doesn_t_go_is_closed() -> None:
    talk = Talk().send(asked(1, headers=LATER))
    talk.wait(AGE + LAST - 1)
    assert not talk.transport.is_over
    talk.wait(1)
    assert talk.transport.is_aborted


def test_a_request_that_isn_t_sent_to_its_end_is_ended() -> None:
    talk = Talk().send(head(1), body(1, b"ab", 0), asked(3, headers=LATER))
    talk.wait(SENDING)
    assert talk.resets == {1: Code.CANCEL}
    talk.later[0](Answer(START))
    assert list(talk.bodies) == [3]


def test_an_answer_that_isn_t_read_is_ended() -> None:
    small = INITIAL_WINDOW_SIZE.to_bytes(2, "big") + (10).to_bytes(4, "big")
    talk = Talk().send(frame(SETTINGS, 0, 0, small), asked(1, b"x" * 100), asked(3, b"y"))
    talk.wait(SENDING)
    assert (talk.resets, list(talk.bodies)) == ({1: Code.CANCEL}, [3])


@pytest.mark.parametrize("goes_on", [True, False])
def test_nothing_is_read_while_the_client_reads_nothing(goes_on: bool) -> None:
    talk = Talk()
    talk.connection.pause_writing()
    assert talk.transport.is_paused
    talk.wait(SENDING - 1)
    if goes_on:
        talk.connection.resume_writing()
        assert not talk.transport.is_paused
    talk.wait(EVENTUALLY)
    assert talk.transport.is_aborted is not goes_on


def test_a_server_that_leaves_answers_what_was_asked() -> None:
    talk = Talk().send(asked(1, headers=LATER))
    talk.connection.drain()
    talk.connection.drain()
    assert len(talk.of(GOAWAY)) == 1
    leave(talk)
    assert not talk.transport.is_over
    talk.later[0](Answer(START))
    assert (list(talk.bodies), talk.transport.is_over) == ([1], True)


def test_what_is_given_up_while_the_server_leaves_keeps_it_not() -> None:
    talk = Talk().send(head(1), body(1, b"a", 0))
    talk.connection.drain()
    leave(talk)
    talk.wait(SENDING)
    assert talk.transport.is_over
    assert not talk.transport.is_aborted


def test_an_answer_for_one_that_is_gone_is_nobody_s() -> None:
    talk = Talk().send(asked(1, headers=LATER))
    talk.connection.connection_lost(None)
    talk.transport.is_over = True
    talk.later[0](Answer(START))
    assert talk.frames == []
    assert talk.connections.open == set()


def test_a_server_that_ends_takes_nobody() -> None:
    talk = Talk()
    talk.connections.is_ending = True
    talk.transport.is_over = False
    talk.connection.connection_made(talk.transport)  # type: ignore[arg-type]
    assert talk.transport.is_over
