"""A bounded mapping."""

from reconciler.compose.lru import Lru


def test_the_oldest_is_forgotten_first() -> None:
    kept: Lru[str, int] = Lru(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)


def test_the_limit_can_change() -> None:
    kept: Lru[int, int] = Lru(100)
    for number in range(100):
        kept.put(number, number)
    kept.trim(3)
    assert len(kept) == 3
    assert kept.get(99) == 99
    kept.put(99, 0)
    assert (kept.get(99), len(kept)) == (0, 3)
    kept.put(100, 100)
    assert len(kept) == 3
