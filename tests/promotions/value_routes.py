"""Random histories of a spec's values along a route: two environments, their daemons, and people who say anything.

The laws are held by what the daemons begin and hand on while the watched branch says something, not by what any status
says of it.
"""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from reconciler.loop.cycle import Pass
from reconciler.model.change import StartRun
from reconciler.model.decision import Phase
from reconciler.model.ids import Address
from tests.promotions.two_environments import ENVIRONMENTS, GO, SOAK, TwoEnvironments, place

LOANS = Address("datasets/loans")
GATE = 5
"""What the number has to be at most; people say 1 to 6, and the spec says 1."""
APPROVALS = ["auto", "review"]
"""How a promotion of these histories may be approved."""


class ValueRoutes(TwoEnvironments):
    """One route of two environments, and one number in a spec.

    Attributes:
        now: what is in force, by environment; None where that can't be said.
        since: since when.
        held: what was in force, by environment.
        seen: what the daemon of prod has taken down that prod said.
        taken_back: what people took back in prod while its daemon looked.
        begun: by what numbers runs were begun in prod, once one was in force there.
    """

    SPECS: ClassVar[dict[str, str]] = {
        "specs/datasets/loans.yaml": (
            "source: {sql: {url: 'sqlite:///loans.db', query: SELECT 1}}\ncolumns: {id: {type: integer}}\n"
        ),
        "specs/promotions/go.yaml": (
            f"spec: datasets/loans\nfields: [minimum_rows]\nroute: [dev, prod]\nsoak: {{served: {SOAK}s}}\n"
            f"gates: [{{metric: minimum_rows, maximum: {GATE}}}]\n"
        ),
    }

    def begin_with(self) -> None:
        """Set what the machine remembers."""
        self.now: dict[str, int | None] = dict.fromkeys(ENVIRONMENTS)
        self.since: dict[str, Any] = {}
        self.held: dict[str, list[int]] = {name: [] for name in ENVIRONMENTS}
        self.seen: set[int] = set()
        self.taken_back: set[int] = set()
        self.begun: set[int] = set()

    @initialize(place_of=st.integers(0, 1))
    def begin(self, place_of: int) -> None:
        """Say how prod is approved of."""
        self.approve(APPROVALS[place_of % len(APPROVALS)])

    # The daemons.

    def on_branch(self, environment: str) -> int:
        """Return what the watched branch says."""
        said = self.field(environment, LOANS, "minimum_rows")
        return 1 if said is None else int(said)

    def looked(self, environment: str, done: Pass) -> None:
        """Take down what was in force while this pass was made: what was said is read before a merge."""
        said = dict(done.desired.resources)[LOANS].spec.model_dump()["minimum_rows"]
        decision = done.plan.decisions[LOANS]
        begins = any(isinstance(one.change, StartRun) for one in done.outcomes)
        if environment == "prod" and begins and self.held["prod"]:
            self.begun.add(said)
        if decision.phase is Phase.READY:
            if self.now[environment] != said:
                self.since[environment] = self.world.clock.now()
            self.now[environment] = said
            if said not in self.held[environment]:
                self.held[environment].append(said)
        elif decision.phase is Phase.STALLED:
            self.now[environment] = None
        if environment == "prod" and done.plan.decisions[GO].reason != "BadSpec":
            self.seen.add(said)

    def hold_automation(self, environment: str, said: int, done: Pass) -> None:
        """See that what a daemon merged holds its gate, is what dev has, has soaked, and was taken back by nobody."""
        if said > GATE:
            self.flaw = f"{said} was merged in {environment}"
        if environment != "prod" or said != self.on_branch("dev") or said != self.now["dev"]:
            self.flaw = f"{said} was merged in {environment}, and isn't what dev has in force"
        elif (self.world.clock.now() - self.since["dev"]).total_seconds() < SOAK:
            self.flaw = f"{said} was merged and hadn't soaked"
        if said in self.taken_back:
            self.flaw = f"{said} was merged again, and a person had taken it back"

    # The world and its people.

    @rule(number=st.integers(1, 6))
    def dev_says(self, number: int) -> None:
        """Let a person say another number in dev."""
        self._say("dev", number)

    @rule(number=st.integers(1, 6), passes=st.integers(1, 4))
    def dev_says_and_it_soaks(self, number: int, passes: int) -> None:
        """Let another number come to be in force in dev, for long enough, and prod look at it."""
        self._say("dev", number)
        self.all_goes_well(("dev",))
        self.world.clock.advance(SOAK)
        for _ in range(passes):
            self.one_pass("prod")

    @rule(number=st.integers(1, 6))
    def prod_says(self, number: int) -> None:
        """Let a person say any number in prod, past every gate and route, while nobody need look."""
        self.taken_back.discard(number)
        self._say("prod", number)

    @rule(place_of=st.integers(0, 5), passes=st.integers(1, 4))
    def prod_goes_back(self, place_of: int, passes: int) -> None:
        """Let a person go back to a number that was in force in prod, while its daemon looks."""
        if not self.held["prod"]:
            return
        self.one_pass("prod")
        former, number = self.on_branch("prod"), self.held["prod"][place_of % len(self.held["prod"])]
        self.taken_back.discard(number)
        remembers = self.remembers("prod")
        self._say("prod", number)
        if former != number and remembers and number in self.seen and number != self.on_branch("dev"):
            self.one_pass("prod")
            if self.on_branch("prod") == number:
                self.taken_back.add(former)
        for _ in range(passes):
            self.one_pass("prod")

    def _say(self, environment: str, number: int) -> None:
        text = f"minimum_rows: {number}  # by hand\n" if number != 1 else None
        self.source.commit({place(environment, LOANS): text}, message=f"Say {number}")

    def may_be_broken(self) -> bool:
        """Tell whether something was in force in prod already."""
        return bool(self.held["prod"])

    # The laws.

    @invariant()
    def nothing_is_in_force_that_skipped_the_environment_before(self) -> None:
        """What is in force in prod was in dev before, or stood in prod when its route began."""
        first, later = self.held["prod"][:1], self.held["prod"][1:]
        assert set(later) <= {*first, *self.held["dev"]}, later

    @invariant()
    def nothing_begins_by_what_skipped_the_environment_before(self) -> None:
        """No run is begun in prod by a number that was in force in neither, once one was in force in prod."""
        assert self.begun <= {*self.held["prod"], *self.held["dev"]}, self.begun
