"""The laws of admission, on pools, teams and jobs drawn at random; and what they come to over many looks."""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.fairness.admission import PATIENCE, Claim, Situation, admit
from reconciler.model.fairness.amounts import Amounts, total
from reconciler.model.fairness.shares import MEMORY, limit_of, recent_use, refusal
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share

POOL = Address("pools/shared")
law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Laws hold on a busy machine too."""

TEAMS = ("ops", "risk", "vision")

amounts = st.builds(Amounts, st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0]), st.integers(0, 4), st.integers(0, 2))
capacities = st.builds(Capacity, cpus=st.integers(1, 6), memory=st.integers(1, 8), gpus=st.integers(0, 4))
limits = st.one_of(st.none(), st.builds(lambda cpus: Capacity(cpus=cpus), st.integers(1, 3)))
shares = st.builds(Share, weight=st.sampled_from([0.5, 1.0, 2.0, 10.0]), limit=limits)
pools = st.builds(Pool, capacity=capacities, teams=st.dictionaries(st.sampled_from(TEAMS), shares))


@st.composite
def claims(draw: st.DrawFn, prefix: str) -> tuple[Claim, ...]:
    drawn = draw(
        st.lists(st.tuples(st.sampled_from(TEAMS), amounts, st.floats(-1000, 0), st.floats(1, 1000)), max_size=12)
    )
    return tuple(Claim(RunName(f"{prefix}{n}"), *fields) for n, fields in enumerate(drawn))


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    spec = draw(pools)
    waiting = [c for c in draw(claims("w")) if not refusal(POOL, spec, c.team, c.demand)]
    running: list[Claim] = []
    for claim in draw(claims("r")):
        if not total(c.demand for c in (*running, claim)).exceeding(Amounts.of(spec.capacity)):
            running.append(claim)
    recent = draw(st.dictionaries(st.sampled_from(TEAMS), st.floats(0, 1)))
    return Situation(POOL, spec, 0.0, tuple(running), tuple(waiting), recent)


@law
@given(situations())
def test_everybody_starts_or_is_told_why_not(situation: Situation) -> None:
    verdict = admit(situation)
    assert sorted((*verdict.start, *verdict.reasons)) == sorted(claim.run for claim in situation.waiting)
    assert all(verdict.reasons.values())


@law
@given(situations())
def test_neither_the_capacity_nor_a_limit_is_exceeded(situation: Situation) -> None:
    used = in_use(situation)
    assert not total(claim.demand for claim in used).exceeding(Amounts.of(situation.spec.capacity))
    for team in TEAMS:
        mine = total(claim.demand for claim in used if claim.team == team)
        before = total(claim.demand for claim in situation.running if claim.team == team)
        if mine != before:
            demands = total(c.demand for c in situation.waiting if c.team == team and c.run in admit(situation).start)
            assert not demands.exceeding(limit_of(situation.spec, team).minus(before))


@pytest.mark.slow
@law
@given(situations())
def test_no_slot_stays_empty_unless_it_is_kept_for_a_job_that_has_waited_long(situation: Situation) -> None:
    verdict = admit(situation)
    if any(claim.since <= -PATIENCE for claim in situation.waiting):
        return
    used = in_use(situation)
    free = Amounts.of(situation.spec.capacity).minus(total(claim.demand for claim in used))
    for claim in situation.waiting:
        mine = total(c.demand for c in used if c.team == claim.team)
        left = limit_of(situation.spec, claim.team).minus(mine)
        fits = not claim.demand.exceeding(free) and not claim.demand.exceeding(left)
        assert claim.run in verdict.start or not fits


@pytest.mark.slow
@law
@given(situations())
def test_the_order_in_which_jobs_are_listed_means_nothing(situation: Situation) -> None:
    turned = Situation(POOL, situation.spec, 0.0, situation.running[::-1], situation.waiting[::-1], situation.recent)
    assert admit(turned) == admit(situation)


@pytest.mark.slow
@law
@given(situations())
def test_a_second_look_starts_nobody_that_could_have_started_in_the_first(situation: Situation) -> None:
    if any(claim.since <= -PATIENCE for claim in situation.waiting):
        return
    left = tuple(claim for claim in situation.waiting if claim.run not in admit(situation).start)
    again = Situation(POOL, situation.spec, 0.0, tuple(in_use(situation)), left, situation.recent)
    assert admit(again).start == ()


def in_use(situation: Situation) -> list[Claim]:
    start = admit(situation).start
    return [*situation.running, *(claim for claim in situation.waiting if claim.run in start)]


class Simulation:
    """A pool in which jobs take the time that they take, and admission is asked whenever something happens."""

    def __init__(self, spec: Pool) -> None:
        self.spec = spec
        self.now = 0.0
        self.waiting: dict[RunName, tuple[Claim, float]] = {}
        self.running: dict[RunName, Claim] = {}
        self.ends: list[tuple[float, RunName]] = []
        self.recent: dict[str, float] = {}
        self.started: dict[RunName, float] = {}

    def submit(self, run: str, team: str, demand: Amounts, seconds: float) -> None:
        name = RunName(run)
        self.waiting[name] = (Claim(name, team, demand, self.now, seconds * 2), seconds)

    def look(self) -> None:
        waiting = tuple(claim for claim, _ in self.waiting.values())
        verdict = admit(Situation(POOL, self.spec, self.now, tuple(self.running.values()), waiting, self.recent))
        for run in verdict.start:
            claim, seconds = self.waiting.pop(run)
            self.running[run] = Claim(run, claim.team, claim.demand, self.now, claim.timeout)
            self.started[run] = self.now
            heapq.heappush(self.ends, (self.now + seconds, run))

    def step(self) -> Claim:
        """Go on to the next end of a job; return that job."""
        before, (self.now, run) = self.now, heapq.heappop(self.ends)
        spells = [(claim.team, claim.demand, before, self.now) for claim in self.running.values()]
        lately = recent_use(spells, Amounts.of(self.spec.capacity), self.now)
        faded = math.exp((before - self.now) / MEMORY)
        teams = {*lately, *self.recent}
        self.recent = {team: self.recent.get(team, 0.0) * faded + lately.get(team, 0.0) for team in teams}
        return self.running.pop(run)


def shares_over_time(spec: Pool, seconds: Callable[[str, int], float], looks: int = 600) -> dict[str, float]:
    """Return each team's share of all core seconds when every team always has jobs of one core waiting."""
    simulation = Simulation(spec)
    count = 0
    for team in spec.teams:
        for _ in range(int(spec.capacity.cpus) + 1):
            simulation.submit(f"{team}-{count:06}", team, Amounts(1), seconds(team, count))
            count += 1
    used: defaultdict[str, float] = defaultdict(float)
    for _ in range(looks):
        simulation.look()
        claim = simulation.step()
        used[claim.team] += simulation.now - claim.since
        simulation.submit(f"{claim.team}-{count:06}", claim.team, Amounts(1), seconds(claim.team, count))
        count += 1
    return {team: used[team] / sum(used.values()) for team in spec.teams}


@pytest.mark.parametrize(
    ("cpus", "weights"),
    [
        (1, {"risk": 2.0, "vision": 1.0}),
        (2, {"risk": 2.0, "vision": 1.0}),
        (2, {"risk": 3.0, "vision": 1.0}),
        (4, {"ops": 1.0, "risk": 1.0, "vision": 2.0}),
        (16, {"ops": 1.0, "risk": 4.0, "vision": 3.0}),
    ],
)
@pytest.mark.parametrize("job_seconds", [60.0, 600.0])
def test_shares_are_fair_in_the_long_run(cpus: int, weights: dict[str, float], job_seconds: float) -> None:
    spec = Pool(capacity=Capacity(cpus=cpus), teams={team: Share(weight=w) for team, w in weights.items()})
    found = shares_over_time(spec, lambda team, n: job_seconds * (1 + (n * 7919 % 100) / 100))
    for team, weight in weights.items():
        assert found[team] == pytest.approx(weight / sum(weights.values()), abs=0.08)


def test_a_team_of_long_jobs_gets_no_more_than_one_of_short_jobs() -> None:
    spec = Pool(capacity=Capacity(cpus=4), teams={"risk": Share(), "vision": Share()})
    found = shares_over_time(spec, lambda team, _: 900.0 if team == "risk" else 90.0)
    assert found["risk"] == pytest.approx(0.5, abs=0.1)


@settings(law, max_examples=25)
@given(
    cpus=st.integers(2, 6),
    seconds=st.lists(st.floats(1, 300), min_size=5, max_size=5),
    rival_weight=st.sampled_from([1.0, 100.0]),
    same_team=st.booleans(),
)
def test_a_job_as_big_as_the_pool_starts_however_many_small_ones_come(
    cpus: int, seconds: list[float], rival_weight: float, same_team: bool
) -> None:
    simulation = Simulation(Pool(capacity=Capacity(cpus=cpus), teams={"vision": Share(weight=rival_weight)}))
    for number in range(3 * cpus):
        simulation.submit(f"small-{number:06}", "vision", Amounts(1), seconds[number % 5])
    simulation.look()
    simulation.submit("big", "vision" if same_team else "risk", Amounts(cpus), 60)
    for number in range(3 * cpus, 10_000):
        simulation.look()
        if "big" in simulation.started:
            break
        simulation.step()
        simulation.submit(f"small-{number:06}", "vision", Amounts(1), seconds[number % 5])
    assert simulation.started[RunName("big")] < 4 * 3600
