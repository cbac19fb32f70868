"""Who has a token of the endpoint gets in, as long as the token holds and the key is there."""

from pathlib import Path

import pytest

from runners.contract.endpoint_tokens import DAY, current, key_of
from runners.serve import door as doors
from runners.serve.door import REFUSED, Door

KEY, OTHER = key_of("ab" * 32, "shop"), key_of("ab" * 32, "other")
NOW = 20_000.5 * DAY


def door(folder: Path, key: str = KEY, now: float = NOW) -> Door:
    (folder / "key").write_text(key)
    return Door(folder / "key", "deployments/shop", "0123456789ab", lambda: now)


def refused() -> float:
    return float(REFUSED.labels("shop", "0123456789ab")._value.get())


def test_a_token_lets_in_by_either_header(tmp_path: Path) -> None:
    found, token, before = door(tmp_path), current(KEY, NOW), refused()
    assert found.admits(f"Bearer {token}")
    assert found.admits(f"bearer {token}")
    assert found.admits("Basic other", token)
    assert refused() == before


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", f"Bearer {KEY}", "Bearer é", current(KEY, NOW),
                                           f"Bearer {current(OTHER, NOW)}", f"Bearer {current(KEY, NOW - 2 * DAY)}",
                                           f"Basic {current(KEY, NOW)}"])  # fmt: skip
def test_nothing_else_does_and_it_is_counted(tmp_path: Path, authorization: str) -> None:
    before = refused()
    assert not door(tmp_path).admits(authorization)
    assert refused() == before + 1


@pytest.mark.parametrize("left", ["", "no key", KEY[:-1], KEY * 20])
def test_without_a_key_nobody_is_let_in(tmp_path: Path, left: str) -> None:
    assert not door(tmp_path, left).admits(f"Bearer {current(KEY, NOW)}")
    (tmp_path / "key").unlink()
    assert not Door(tmp_path / "key", "deployments/shop", "a", lambda: NOW).admits("Bearer ")


def test_yesterday_s_token_holds_and_another_key_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = door(tmp_path)
    assert found.admits(f"Bearer {current(KEY, NOW - DAY)}")
    (tmp_path / "key").write_text(f"{OTHER}\n")
    assert found.admits(f"Bearer {current(KEY, NOW)}"), "it was looked at a moment ago"
    monkeypatch.setattr(doors, "_READ_AGAIN", 0.0)
    assert not found.admits(f"Bearer {current(KEY, NOW)}")
    assert found.admits(f"Bearer {current(OTHER, NOW)}")
