"""Acts: what may be said, under whose name, and each of them once."""

import asyncio
import threading

import pytest

from reconciler.model.errors import Raced, Refused
from reconciler.web.login.person import Person
from reconciler.web.pages import acting
from reconciler.web.pages.acting import Act, Acting, Done, Verb, act_of, verbs_for

ADA = Person("ada", "Ada", "ada@example.org")


def suspended(reason: str = "an incident") -> Act:
    return Act(Verb.SUSPEND, "dev", "datasets/loans", reason, ADA.author)


@pytest.mark.parametrize(
    ("verb", "address", "told", "said"),
    [
        ("reconcile", "datasets/loans", {"reason": "not asked for"}, ""),
        ("suspend", "datasets/loans", {"reason": " an\n incident "}, "an incident"),
        ("rollback", "deployments/loans", {}, ""),
        ("approve", "", {"digest": "0123"}, "0123"),
    ],
)
def test_what_is_said_is_read(verb: str, address: str, told: dict[str, object], said: str) -> None:
    assert act_of(verb, "dev", address, told, ADA) == Act(Verb(verb), "dev", address, said, "Ada <ada@example.org>")


@pytest.mark.parametrize(
    ("verb", "address", "told", "person", "why"),
    [
        ("delete", "datasets/loans", {}, ADA, "nothing is called delete"),
        ("approve", "datasets/loans", {"digest": "0"}, ADA, "nothing is called approve"),
        ("reconcile", "", {}, ADA, "nothing is called reconcile"),
        ("suspend", "datasets/loans", {}, ADA, "say a reason"),
        ("suspend", "datasets/loans", {"reason": " "}, ADA, "say a reason"),
        ("suspend", "datasets/loans", {"reason": 1}, ADA, "is no text"),
        ("suspend", "datasets/loans", {"reason": "a" * 501}, ADA, "is no text"),
        ("approve", "", {}, ADA, "say a digest"),
        ("reconcile", "datasets/loans", {}, None, "no mail address"),
        ("reconcile", "datasets/loans", {}, Person("ada"), "no mail address is told of ada"),
    ],
)
def test_what_nobody_could_do_is_refused(
    verb: str, address: str, told: dict[str, object], person: Person | None, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        act_of(verb, "dev", address, told, person)


def test_what_may_be_done_is_by_kind_and_by_how_it_stands() -> None:
    assert verbs_for("experiments/loans", is_suspended=False) == (Verb.RECONCILE, Verb.SUSPEND)
    assert verbs_for("deployments/loans", is_suspended=True) == (
        Verb.RECONCILE, Verb.RESUME, Verb.PROPOSE, Verb.ROLLBACK,
    )  # fmt: skip


def test_a_double_click_makes_one() -> None:
    made, go = list[Act](), threading.Event()

    def slow(act: Act) -> Done:
        made.append(act)
        assert go.wait(20)
        return Done("done")

    async def clicked() -> list[Done]:
        found = Acting(slow)
        both = [asyncio.create_task(found(suspended(), "ada", "1")) for _ in range(2)]
        await asyncio.sleep(0)
        go.set()
        later = await asyncio.gather(*both)
        return [*later, await found(suspended(), "ada", "1")]

    assert [done.words for done in asyncio.run(clicked())] == ["done"] * 3
    assert len(made) == 1


def test_others_are_others() -> None:
    made: list[Act] = []

    def quick(act: Act) -> Done:
        made.append(act)
        return Done("done")

    async def asked() -> None:
        found = Acting(quick)
        await found(suspended(), "ada", "1")
        await found(suspended(), "eve", "1")
        await found(suspended("another"), "ada", "1")
        await found(suspended(), "ada", "2")
        for _ in range(2):
            await found(suspended(), "ada", "")

    asyncio.run(asked())
    assert len(made) == 6


def test_what_failed_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [Raced("somebody was faster", "again")]
    monkeypatch.setattr(acting, "KEPT", 1)

    def first_fails(act: Act) -> Done:
        if errors:
            raise errors.pop()
        return Done("done")

    async def tried() -> Done:
        found = Acting(first_fails)
        with pytest.raises(Raced):
            await found(suspended(), "ada", "1")
        return await found(suspended(), "ada", "1")

    assert asyncio.run(tried()).words == "done"


def test_where_nobody_may_nothing_is_made() -> None:
    found = Acting(None)
    assert not found.is_possible
    with pytest.raises(Refused, match="nothing can be changed here"):
        asyncio.run(found(suspended(), "ada", "1"))
