"""The name of a deleted Job rests, by namespace, for a while."""

import time

import pytest

from reconciler.providers.pools.kubernetes import reuse


def test_a_name_rests_in_its_namespace_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    reuse.deleted("ml", "job")
    assert reuse.rests("ml", "job")
    assert not reuse.rests("ml", "other")
    assert not reuse.rests("other", "job")
    monkeypatch.setattr(time, "monotonic", lambda: now + reuse.REST + 0.1)
    assert not reuse.rests("ml", "job")
