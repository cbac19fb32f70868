"""Random histories of data along a route: two environments, their daemons, and people who do as they please.

Both daemons are the real loop on engines in memory. The laws are held by what is handed on in each environment, not by
what anybody says of it.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.model.decision import DataVersion
from reconciler.model.errors import SetpointError
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.observed import ProposalState
from reconciler.model.reason import Reason
from reconciler.providers.memory import MemorySource, World
from reconciler.yaml.parse import mapping
from tests.e2e.test_life import Life

ENVIRONMENTS = ("dev", "prod")
LOANS, GO = Address("datasets/loans"), Address("promotions/go")
GATE = 4000
"""Rows that a version has to have; those of this world have 1,000 to 10,000."""
APPROVALS = ["auto", "review"]
"""How a promotion of these histories may be approved."""
SOAK = 600
"""Seconds that a version has to be in force in dev before prod."""
FORGED = "sha256:forged"
"""Content that no run left."""
SOURCE = "source: {sql: {url: 'sqlite:///loans.db', query: SELECT %d}}\ncolumns: {id: {type: integer}}\n"

SPECS = {
    "specs/pools/shared.yaml": "capacity: {cpus: 8, memory: 16Gi}\n",
    "specs/datasets/loans.yaml": SOURCE % 1,
    "specs/promotions/go.yaml": (
        f"dataset: datasets/loans\napproval: auto\nroute: [dev, prod]\nsoak: {{served: {SOAK}s}}\n"
        f"gates: [{{metric: rows, minimum: {GATE}}}]\n"
    ),
    **{f"environments/{name}/environment.yaml": "secrets: {scope: all}\n" for name in (*ENVIRONMENTS, "lab")},
}


def place(environment: str, address: Address = LOANS) -> str:
    """Return where an environment's patch of a resource lies."""
    return f"environments/{environment}/{address}.yaml"


class DataRoutes(RuleBasedStateMachine):
    """One route of two environments. `pins`, `held` and `taken_back` are contents that were, by environment."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.source = MemorySource(self.world)
        self.source.commit(SPECS, message="Begin")
        self.lives = {name: Life(self.world, self.source, name) for name in (*ENVIRONMENTS, "lab")}
        self.now: dict[str, str | None] = dict.fromkeys(ENVIRONMENTS)
        self.since: dict[str, Any] = {}
        self.held: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}
        self.pins: set[str] = set()
        self.taken_back: set[str] = set()
        self.results: dict[str, Any] = {}
        self.flaw = ""

    @initialize(place_of=st.integers(0, 1))
    def begin(self, place_of: int) -> None:
        """Say how prod is approved of."""
        approval = APPROVALS[place_of % len(APPROVALS)]
        self.source.commit({place("prod", GO): f"approval: {approval}\n"}, message="Say who approves")

    # The daemons.

    @rule(environment=st.sampled_from(ENVIRONMENTS), passes=st.integers(1, 8))
    def passes(self, environment: str, passes: int) -> None:
        """Make passes in one environment, some seconds apart."""
        for _ in range(passes):
            self._pass(environment)
            self.world.clock.advance(20)

    @rule(environments=st.sampled_from([("dev",), ("prod",), ("dev", "prod"), ("dev", "prod")]))
    def all_goes_well(self, environments: tuple[str, ...]) -> None:
        """Let daemons work until they have nothing to do, or for a quarter of an hour."""
        for environment in environments:
            for _ in range(30):
                settled = not self._pass(environment)
                self.world.clock.advance(30)
                if settled and self.world.next_event() is None:
                    break

    def _pass(self, environment: str) -> bool:
        """Make a pass; tell whether it did anything."""
        before = self.pin("prod")
        done = self.lives[environment].once()
        self.lives[environment].converging.settle()
        self.results |= done.actual.results
        output = done.plan.decisions[LOANS].output
        content = output.content if isinstance(output, DataVersion) else None
        if content is not None and content != self.now[environment]:
            self.since[environment] = self.world.clock.now()
        if content is not None:
            self.held[environment].add(content)
        self.now[environment] = content
        after = self.pin("prod")
        if after is not None and after != before:
            self._hold_automation(*after)
        if len(self._open()) > 1:
            self.flaw = f"a whole pass left {len(self._open())} proposals open"
        self._remember()
        return bool(done.outcomes)

    def _hold_automation(self, run: str, content: str) -> None:
        """See that what a daemon pinned by itself holds its gates, has soaked, and was taken back by nobody."""
        rows = self.results[RunName(run)]["metrics"]["rows"]
        soaked = (self.world.clock.now() - self.since["dev"]).total_seconds() if content == self.now["dev"] else SOAK
        if rows < GATE:
            self.flaw = f"{run} was pinned with {rows} rows"
        if content not in self.held["dev"] or soaked < SOAK:
            self.flaw = f"{run} was pinned and hadn't proved itself in dev"
        if content in self.taken_back:
            self.flaw = f"{run} was pinned again, and a person had taken it back"

    # The world.

    @rule(seconds=st.sampled_from([30, 300, SOAK, 7200]))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

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
            self._pass("prod")

    @rule(number=st.integers(91, 94))
    def another_environment_makes_a_version(self, number: int) -> None:
        """Let an environment that isn't on the route make a version, which then lies in the store that all share."""
        self.source.commit({place("lab"): SOURCE % number}, message=f"Ask for {number} in the lab")
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
        self.source.commit({place(environment): f"pin: {{version: {run}, content: '{content}'}}\n"}, message="Pin")
        self._remember()

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def somebody_reverts(self, environment: str) -> None:
        """Let a person take the pin away, once the daemon has seen it."""
        if self.pin(environment) is None:
            return
        self._take_back(environment, None)
        self.source.commit({place(environment): None}, message="Revert")

    @precondition(lambda self: self.pin("prod"))
    @rule(passes=st.integers(1, 4))
    def somebody_reverts_and_prod_goes_on(self, passes: int) -> None:
        """Let a person take the pin away, and the daemon of prod look at that."""
        self.somebody_reverts("prod")
        for _ in range(passes):
            self._pass("prod")

    def _take_back(self, environment: str, instead: str | None) -> None:
        """Remember what a person takes back in prod; what they pin themselves they want again."""
        if environment != "prod":
            return
        self._pass("prod")
        former = self.pin("prod")
        if former and former[1] != instead and self._remembers() and (instead is None or instead in self.pins):
            self.taken_back.add(former[1])
        self.taken_back.discard(str(instead))

    def _remembers(self) -> bool:
        """Tell whether the promotion's spec is sound: only then it takes down what becomes of its versions."""
        return self.lives["prod"].once().plan.decisions[GO].reason is not Reason.BAD_SPEC

    @rule(merges=st.integers(0, 3))
    def somebody_decides(self, merges: int) -> None:
        """Let a person merge what is proposed in prod, or decline it."""
        forge = self.lives["prod"].forge
        for name, proposal in forge.list().items():
            if proposal.state is not ProposalState.OPEN:
                continue
            try:
                forge.merge(name) if merges else forge.close(name)
            except SetpointError:
                forge.close(name)
        self._remember()

    @precondition(lambda self: self.held["prod"])
    @rule(is_broken=st.booleans())
    def the_promotion_of_prod_is_edited(self, is_broken: bool) -> None:
        """Let a person break the promotion's patch in prod, or mend it."""
        text = "approval: perhaps\n" if is_broken else "approval: auto\n"
        self.source.commit({place("prod", GO): text}, message="Edit the promotion")

    # What is there.

    def _remember(self) -> None:
        if (pinned := self.pin("prod")) is not None:
            self.pins.add(pinned[1])

    def _open(self) -> list[str]:
        """Return the proposals that are open in prod."""
        found = self.lives["prod"].forge.list().items()
        ours = [(name, one) for name, one in found if owner_of(RunName(name)) == GO]
        return [name for name, one in ours if one.state is ProposalState.OPEN]

    def pin(self, environment: str) -> tuple[str, str] | None:
        """Return the version that is pinned on the watched branch, and its content."""
        head = self.source.head()
        assert head is not None
        tree, path = self.source.tree(head), place(environment)
        pin = mapping(tree.read(tree.files[path])).get("pin") if path in tree.files else None
        return (str(pin["version"]), str(pin["content"])) if isinstance(pin, dict) else None

    # The laws.

    @invariant()
    def nothing_is_in_force_that_skipped_the_environment_before(self) -> None:
        """What is handed on in prod was handed on in dev before."""
        assert self.now["prod"] is None or self.now["prod"] in self.held["dev"]

    @invariant()
    def automation_keeps_to_its_gates_and_to_what_people_took_back(self) -> None:
        """A daemon pins by itself what holds its gates and has soaked, and nothing that a person took back.

        One proposal is open at the most, whenever it has made a whole pass.
        """
        assert not self.flaw, self.flaw

    @invariant()
    def what_is_handed_on_is_what_the_store_has(self) -> None:
        """What is handed on has the very content that some run left."""
        known = {told.get("content") for told in self.results.values()}
        assert all(content is None or content in known for content in self.now.values())

    @invariant()
    def what_is_in_force_in_prod_was_pinned_there(self) -> None:
        """Nothing is pulled where a route leads: all that is handed on in prod stood on the watched branch."""
        assert self.now["prod"] is None or self.now["prod"] in self.pins

    def teardown(self) -> None:
        """See that nothing was a defect."""
        for life in self.lives.values():
            assert not life.defects, life.defects
