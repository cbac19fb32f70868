"""What is said on pull requests: once, in one comment, whoever else writes there."""

from dataclasses import replace

from reconciler.forges.conversation import Conversation
from reconciler.forges.sections import MARK, sections
from reconciler.model.ids import CommitId
from reconciler.model.reviews import LONGEST_DESCRIPTION, Comment, CommitStatus, Verdict
from tests.unit.reconciler.forges.memory_hub import MemoryHub

HEAD = CommitId("a" * 40)
GOOD = CommitStatus("setpoint/dev", Verdict.SUCCESS, "nothing changes")


def test_one_comment_is_written_once_and_then_edited() -> None:
    hub = MemoryHub()
    talk = Conversation(hub, "dev")
    talk.comment(1, "first")
    talk.comment(1, "first")
    talk.comment(1, "second")
    (comment,) = hub.said[1]
    assert sections(comment.text) == {"dev": "second"}
    assert (hub.calls["say"], hub.calls["edit"]) == (1, 1)


def test_a_daemon_that_starts_anew_finds_its_comment_and_says_nothing_twice() -> None:
    hub = MemoryHub()
    Conversation(hub, "dev").comment(1, "the same")
    Conversation(hub, "dev").comment(1, "the same")
    assert (hub.calls["say"], hub.calls["edit"]) == (1, 0)


def test_environments_of_other_daemons_keep_their_sections() -> None:
    hub = MemoryHub()
    Conversation(hub, "dev").comment(1, "of dev")
    Conversation(hub, "prod").comment(1, "of prod")
    Conversation(hub, "dev").comment(1, "of dev again")
    (comment,) = hub.said[1]
    assert sections(comment.text) == {"dev": "of dev again", "prod": "of prod"}


def test_a_comment_of_others_with_our_mark_is_theirs() -> None:
    hub = MemoryHub()
    hub.said[1] = [Comment(7, f"{MARK}\nmine", "mallory")]
    Conversation(hub, "dev").comment(1, "ours")
    assert [one.author for one in hub.said[1]] == ["mallory", "setpoint"]
    assert hub.said[1][0].text == f"{MARK}\nmine"


def test_a_status_is_given_once_and_again_when_it_says_something_else() -> None:
    hub = MemoryHub()
    talk = Conversation(hub, "dev")
    talk.judge(HEAD, GOOD)
    talk.judge(HEAD, GOOD)
    Conversation(hub, "dev").judge(HEAD, GOOD)
    assert hub.calls["judge"] == 1
    talk.judge(HEAD, replace(GOOD, verdict=Verdict.FAILURE))
    assert hub.judged[HEAD] == [replace(GOOD, verdict=Verdict.FAILURE)]


def test_a_status_of_another_context_isn_t_ours() -> None:
    hub = MemoryHub()
    hub.judged[HEAD] = [replace(GOOD, context="ci")]
    Conversation(hub, "dev").judge(HEAD, GOOD)
    assert hub.judged[HEAD] == [replace(GOOD, context="ci"), GOOD]


def test_a_long_line_is_cut_to_what_forges_take() -> None:
    hub = MemoryHub()
    talk = Conversation(hub, "dev")
    talk.judge(HEAD, replace(GOOD, description="x" * 500))
    talk.judge(HEAD, replace(GOOD, description="x" * 500))
    assert len(hub.judged[HEAD][0].description) == LONGEST_DESCRIPTION
    assert hub.calls["judge"] == 1
