"""The further pages of a leaderboard, from a decision to the status branch and back."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.status.leaderboard_pages import leaderboard_pages, whole_board
from tests.unit.reconciler.stage import SCORE

PAGE = "leaderboards/score/00501-0123456789ab.json"
OLD = "leaderboards/score/00501-ffffffffffff.json"


class Files:
    """Files of the status branch."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = contents
        self.files = dict.fromkeys(contents, "")

    def read(self, path: str) -> bytes:
        if path not in self.contents:
            raise FileNotFoundError(path)
        return self.contents[path]

    def size(self, path: str) -> int:
        return len(self.read(path))


def decision(*, pages: Mapping[str, Any] | None = None, named: tuple[str, ...] = (PAGE,)) -> Mapping[Address, Decision]:
    facts = {"leaderboard": [], "leaderboard_pages": list(named)}
    told = Decision(address=SCORE, phase=Phase.READY, reason="Trained", message="", facts=facts, pages=pages or {})
    return {SCORE: told}


def test_a_page_is_written_once_and_a_former_one_goes() -> None:
    told = decision(pages={PAGE: [{"rank": 501}]})
    found = leaderboard_pages(told, frozenset(), {OLD, "README.md"})
    assert found.keys() == {PAGE, OLD}
    assert json.loads(found[PAGE] or b"") == [{"rank": 501}]
    assert found[OLD] is None
    assert leaderboard_pages(told, frozenset(), {PAGE}) == {}


def test_pages_stay_as_long_as_the_facts_name_them() -> None:
    """A pass that decides nothing of an experiment, as an engine can't be read, keeps its facts."""
    assert leaderboard_pages(decision(), frozenset(), {PAGE}) == {}
    assert leaderboard_pages(decision(), frozenset({SCORE}), {PAGE}) == {PAGE: None}
    assert leaderboard_pages({}, frozenset(), {PAGE}) == {PAGE: None}


def test_the_whole_board_is_read_back() -> None:
    facts = {"leaderboard": [{"rank": 1}], "leaderboard_pages": [PAGE]}
    assert whole_board(Files({PAGE: b'[{"rank": 2}]'}), facts) == [{"rank": 1}, {"rank": 2}]
    assert whole_board(Files({}), {}) is None


@pytest.mark.parametrize("text", [None, b"{", b"{}", b"[1]", b"[" * 100_000])
def test_a_page_that_is_none_is_told(text: bytes | None) -> None:
    files = Files({} if text is None else {PAGE: text})
    with pytest.raises(Refused, match=PAGE):
        whole_board(files, {"leaderboard": [], "leaderboard_pages": [PAGE]})
