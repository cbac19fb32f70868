"""Who starts and why others wait, on small cases that can be worked out by hand."""

from reconciler.model.fairness.admission import PATIENCE, Claim, Situation, Verdict, admit
from reconciler.model.fairness.amounts import Amounts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share

POOL = Address("pools/shared")
NOW = 1_000_000.0


def claim(
    run: str, team: str = "risk", cpus: float = 1, *, age: float = 0, timeout: float = 60, gpus: float = 0
) -> Claim:
    return Claim(RunName(run), team, Amounts(cpus, 0, gpus), NOW - age, timeout)


def look(
    *waiting: Claim,
    running: tuple[Claim, ...] = (),
    teams: dict[str, Share] | None = None,
    cpus: float = 2,
    gpus: int = 0,
    recent: dict[str, float] | None = None,
) -> Verdict:
    spec = Pool(capacity=Capacity(cpus=cpus, gpus=gpus), teams=teams or {})
    return admit(Situation(POOL, spec, NOW, running, waiting, recent or {}))


def test_nothing_waits_where_nothing_was_asked() -> None:
    assert look() == Verdict((), {})


def test_the_oldest_of_a_team_starts_first() -> None:
    verdict = look(claim("new"), claim("old", age=10), claim("middle", age=5))
    assert verdict.start == ("old", "middle")


def test_at_the_same_moment_the_name_decides() -> None:
    assert look(claim("b"), claim("a"), cpus=1).start == ("a",)


def test_teams_take_turns() -> None:
    verdict = look(claim("r1", age=9), claim("r2", age=9), claim("v1", "vision", age=1), claim("v2", "vision", age=1))
    assert verdict.start == ("r1", "v1")


def test_a_team_with_twice_the_weight_gets_twice_the_slots() -> None:
    waiting = [claim(f"r{n}") for n in range(9)] + [claim(f"v{n}", "vision") for n in range(9)]
    verdict = look(*waiting, cpus=6, teams={"risk": Share(weight=2)})
    assert sorted(run[0] for run in verdict.start) == ["r", "r", "r", "r", "v", "v"]


def test_idle_shares_are_borrowed() -> None:
    verdict = look(*(claim(f"v{n}", "vision") for n in range(4)), cpus=4, teams={"risk": Share(weight=9)})
    assert len(verdict.start) == 4


def test_the_dominant_resource_decides() -> None:
    """Ghodsi et al., section 4: A's tasks take 1 of 9 CPUs and 4 of 18 GB, B's 3 CPUs and 1 GB: A gets 3, B gets 2."""
    spec = Pool(capacity=Capacity(cpus=9, memory=18))
    waiting = [Claim(RunName(f"a{n}"), "a", Amounts(1, 4), NOW, 60) for n in range(9)]
    waiting += [Claim(RunName(f"b{n}"), "b", Amounts(3, 1), NOW, 60) for n in range(9)]
    verdict = admit(Situation(POOL, spec, NOW, (), tuple(waiting)))
    assert sorted(run[0] for run in verdict.start) == ["a", "a", "a", "b", "b"]


def test_what_was_used_of_late_counts() -> None:
    waiting = claim("r1", age=9), claim("v1", "vision")
    assert look(*waiting, cpus=1).start == ("r1",)
    assert look(*waiting, cpus=1, recent={"risk": 0.8, "vision": 0.1}).start == ("v1",)


def test_a_limit_holds_even_when_others_are_idle() -> None:
    verdict = look(claim("r1"), claim("r2"), teams={"risk": Share(limit=Capacity(cpus=1))})
    assert verdict.start == ("r1",)
    assert verdict.reasons == {"r2": "waits for 1 cpu: team risk uses 1 cpu, and its limit is 1 cpu"}


def test_a_limit_of_one_resource_is_none_of_another() -> None:
    teams = {"risk": Share(limit=Capacity(gpus=1))}
    verdict = look(claim("r1", gpus=1), claim("r2"), claim("r3", gpus=1), teams=teams, gpus=4, cpus=4)
    assert verdict.start == ("r1", "r2")


def test_a_reason_tells_what_is_free_and_what_is_fair() -> None:
    verdict = look(
        claim("r3", cpus=2), claim("v1", "vision", 2), running=(claim("r1"),), teams={"risk": Share(weight=2)}
    )
    assert verdict.reasons[RunName("r3")] == "waits for 2 cpus: 1 of 2 are free, and risk uses 1 of its 1.33"
    assert verdict.reasons[RunName("v1")] == "waits for 2 cpus: 1 of 2 are free, and vision uses 0 of its 0.67"


def test_a_reason_doesn_t_change_with_time() -> None:
    running, waiting = (claim("r1", cpus=2, age=5),), claim("r2")
    first = look(waiting, running=running).reasons
    spec = Pool(capacity=Capacity(cpus=2))
    assert admit(Situation(POOL, spec, NOW + 50, running, (waiting,))).reasons == first


def test_small_jobs_pass_a_big_one_for_a_while() -> None:
    verdict = look(claim("big", cpus=2, age=5), claim("small"), running=(claim("r0"),))
    assert verdict.start == ("small",)


def test_a_big_job_that_has_waited_long_gets_room() -> None:
    big = claim("big", cpus=2, age=PATIENCE)
    verdict = look(big, claim("small"), claim("v1", "vision", timeout=61), running=(claim("r0", "vision"),))
    assert verdict.start == ()
    assert verdict.reasons[RunName("small")] == "waits for room that is kept for big, which has waited longer"
    assert verdict.reasons[RunName("v1")] == verdict.reasons[RunName("small")]


def test_others_may_use_the_room_that_is_kept_until_it_is_needed() -> None:
    big = claim("big", cpus=2, age=PATIENCE)
    running = (claim("r0", "vision", timeout=300),)
    verdict = look(big, claim("short", "vision", timeout=299), claim("long", "vision", timeout=301), running=running)
    assert verdict.start == ("short",)


def test_others_may_use_what_the_big_job_leaves() -> None:
    big = claim("big", cpus=2, age=PATIENCE)
    running = (claim("r0", "vision", 2, timeout=300),)
    waiting = [claim(f"v{n}", "vision", timeout=1000) for n in range(2)]
    verdict = look(big, *waiting, running=running, cpus=3)
    assert verdict.start == ("v0",)
    assert "v1" in verdict.reasons


def test_room_is_kept_for_one_job_only() -> None:
    first, second = claim("first", cpus=4, age=PATIENCE), claim("second", "vision", 3, age=PATIENCE)
    verdict = look(first, second, claim("v", "vision", timeout=61), cpus=4, running=(claim("r0", "ops", 2),))
    assert verdict.start == ()
    assert "first" in verdict.reasons[RunName("v")]


def test_a_pool_that_has_shrunk_lets_nobody_in() -> None:
    verdict = look(claim("r9"), cpus=1, running=(claim("r1"), claim("r2")))
    assert verdict.start == ()
    assert verdict.reasons[RunName("r9")] == "waits for 1 cpu: 0 of 1 are free, and risk uses 2 of its 1"
