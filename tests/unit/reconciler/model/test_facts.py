"""The facts of each kind: what is declared is what is told and what is read back."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.model.decision import Decision
from reconciler.model.facts import FACTS, IsMoment, shapes
from reconciler.model.ids import kind_of
from reconciler.model.kinds import KINDS
from reconciler.simulation import simulate
from reconciler.status import write
from tests.unit.reconciler.simulation.sample import sample


def test_every_kind_declares_its_facts() -> None:
    assert FACTS.keys() == KINDS.keys()


def test_a_fact_is_a_text_a_moment_a_list_a_mapping_or_a_count() -> None:
    found = {shape for kind in FACTS for shape in shapes(kind).values()}
    assert found == {str, IsMoment, list, dict, int}
    assert shapes("datasets")["due"] is IsMoment
    assert shapes("experiments")["leaderboard"] is list


def test_every_fact_that_is_told_is_declared_and_of_its_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    told: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    real = write.status

    def noted(decision: Decision, *rest: Any) -> Mapping[str, Any]:
        told[kind_of(decision.address)].update(decision.facts)
        return real(decision, *rest)

    monkeypatch.setattr(write, "status", noted)
    simulate([sample()], "dev", 1, steps=60)
    assert told.keys() == FACTS.keys()
    for kind, facts in told.items():
        known = shapes(kind)
        assert facts.keys() <= known.keys(), kind
        for name, value in facts.items():
            wanted = str if known[name] is IsMoment else Mapping if known[name] is dict else known[name]
            assert isinstance(value, wanted | tuple if wanted is list else wanted), f"{kind}: {name}"
