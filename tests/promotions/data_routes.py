"""Random histories of data along a route: two environments, their daemons, and people who do as they please.

The laws are held by what is handed on in each environment, not by what anybody says of it.
"""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from reconciler.loop.cycle import Pass
from reconciler.model.decision import DataVersion
from reconciler.model.ids import Address, RunName, owner_of
from tests.promotions.two_environments import ENVIRONMENTS, SOAK, TwoEnvironments, place

LOANS = Address("datasets/loans")
GATE = 4000
"""Rows that a version has to have; those of this world have 1,000 to 10,000."""
APPROVALS = ["auto", "review"]
"""How a promotion of these histories may be approved."""
FORGED = "sha256:forged"
"""Content that no run left."""
SOURCE = "source: {sql: {url: 'sqlite:///loans.db', query: SELECT %d}}\ncolumns: {id: {type: integer}}\n"


class DataRoutes(TwoEnvironments):
    """One route of two environments. `pins`, `held` and `taken_back` are contents that were, by environment."""

    BESIDE = ("lab",)
    SPECS: ClassVar[dict[str, str]] = {
        "specs/datasets/loans.yaml": SOURCE % 1,
        "specs/promotions/go.yaml": (
            f"dataset: datasets/loans\napproval: auto\nroute: [dev, prod]\nsoak: {{served: {SOAK}s}}\n"
            f"gates: [{{metric: rows, minimum: {GATE}}}]\n"
        ),
    }

    def begin_with(self) -> None:
        """Set what the machine remembers."""
        self.now: dict[str, str | None] = dict.fromkeys(ENVIRONMENTS)
        self.since: dict[str, Any] = {}
        self.held: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}
        self.pins: set[str] = set()
        self.taken_back: set[str] = set()
        self.results: dict[str, Any] = {}

    @initialize(place_of=st.integers(0, 1))
    def begin(self, place_of: int) -> None:
        """Say how prod is approved of."""
        self.approve(APPROVALS[place_of % len(APPROVALS)])

    # The daemons.

    def on_branch(self, environment: str) -> tuple[str, str] | None:
        """Return the version that is pinned on the watched branch, and its content."""
        pin = self.field(environment, LOANS, "pin")
        return (str(pin["version"]), str(pin["content"])) if isinstance(pin, dict) else None

    def looked(self, environment: str, done: Pass) -> None:
        """Take down what is handed on."""
        self.results |= done.actual.results
        output = done.plan.decisions[LOANS].output
        content = output.content if isinstance(output, DataVersion) else None
        if content is not None and content != self.now[environment]:
            self.since[environment] = self.world.clock.now()
        if content is not None:
            self.held[environment].add(content)
        self.now[environment] = content

    def hold_automation(self, environment: str, said: tuple[str, str], done: Pass) -> None:
        """See that what a daemon pinned by itself holds its gates, has soaked, and was taken back by nobody."""
        if environment != "prod":
            return
        (run, content), results = said, done.actual.results
        soaked = (self.world.clock.now() - self.since["dev"]).total_seconds() if content == self.now["dev"] else SOAK
        if results[RunName(run)]["metrics"]["rows"] < GATE:
            self.flaw = f"{run} was pinned, and has too few rows"
        if content not in self.held["dev"] or soaked < SOAK:
            self.flaw = f"{run} was pinned and hadn't proved itself in dev"
        if content in self.taken_back:
            self.flaw = f"{run} was pinned again, and a person had taken it back"

    # The world.

    @rule(number=st.integers(1, 6))
    def the_source_changes(self, number: int) -> None:
        """Let a person ask for other rows; some of these queries were asked before."""
        self.source.commit({"specs/datasets/loans.yaml": SOURCE % number}, message=f"Ask for {number}")

    @rule(number=st.integers(1, 6), passes=st.integers(1, 6))
    def a_newer_version_soaks(self, number: int, passes: int) -> None:
        """Let other rows come to be in force in dev, for long enough, and prod look at them."""
        self.the_source_changes(number)
        self.all_goes_well(("dev",))
        self.world.clock.advance(SOAK)
        for _ in range(passes):
            self.one_pass("prod")

    @rule(number=st.integers(91, 94))
    def another_environment_makes_a_version(self, number: int) -> None:
        """Let an environment that isn't on the route make a version, which then lies in the store that all share."""
        self.source.commit({place("lab", LOANS): SOURCE % number}, message=f"Ask for {number} in the lab")
        for _ in range(6):
            self.results |= self.lives["lab"].once().actual.results
            self.lives["lab"].converging.settle()
            self.world.clock.advance(20)

    @rule(environment=st.sampled_from(ENVIRONMENTS), data=st.data(), is_forged=st.integers(0, 4))
    def somebody_pins(self, environment: str, data: st.DataObject, is_forged: int) -> None:
        """Let a person pin any version that there is, past every gate and route; perhaps with other content."""
        known = sorted(run for run in self.results if owner_of(run) == LOANS)
        if not known:
            return
        run = data.draw(st.sampled_from(known))
        content = self.results[run]["content"] if is_forged else FORGED
        self._take_back(environment, content)
        self.source.commit(
            {place(environment, LOANS): f"pin: {{version: {run}, content: '{content}'}}\n"}, message="Pin"
        )
        self.look()

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def somebody_reverts(self, environment: str) -> None:
        """Let a person take the pin away, once the daemon has seen it."""
        if self.on_branch(environment) is None:
            return
        self._take_back(environment, None)
        self.source.commit({place(environment, LOANS): None}, message="Revert")

    @precondition(lambda self: self.on_branch("prod"))
    @rule(passes=st.integers(1, 4))
    def somebody_reverts_and_prod_goes_on(self, passes: int) -> None:
        """Let a person take the pin away, and the daemon of prod look at that."""
        self.somebody_reverts("prod")
        for _ in range(passes):
            self.one_pass("prod")

    def _take_back(self, environment: str, instead: str | None) -> None:
        """Remember what a person takes back in prod; what they pin themselves they want again."""
        if environment != "prod":
            return
        self.one_pass("prod")
        former = self.on_branch("prod")
        if former and former[1] != instead and self.remembers("prod") and (instead is None or instead in self.pins):
            self.taken_back.add(former[1])
        self.taken_back.discard(str(instead))

    def may_be_broken(self) -> bool:
        """Tell whether something was in force in prod already."""
        return bool(self.held["prod"])

    # What is there.

    def look(self) -> None:
        """Take down what is pinned in prod."""
        if (pinned := self.on_branch("prod")) is not None:
            self.pins.add(pinned[1])

    # The laws.

    @invariant()
    def nothing_is_in_force_that_skipped_the_environment_before(self) -> None:
        """What is handed on in prod was handed on in dev before."""
        assert self.now["prod"] is None or self.now["prod"] in self.held["dev"]

    @invariant()
    def what_is_handed_on_is_what_the_store_has(self) -> None:
        """What is handed on has the very content that some run left."""
        known = {told.get("content") for told in self.results.values()}
        assert all(content is None or content in known for content in self.now.values())

    @invariant()
    def what_is_in_force_in_prod_was_pinned_there(self) -> None:
        """Nothing is pulled where a route leads: all that is handed on in prod stood on the watched branch."""
        assert self.now["prod"] is None or self.now["prod"] in self.pins
