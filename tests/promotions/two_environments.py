"""Random histories of two environments of one repository: what all of them have in common, whatever is promoted.

Both daemons are the real loop on engines in memory. What a machine adds is its specs, what its people do beside, and
how its laws see what is in force: by what the engines do or what is handed on, not by what anybody says of it.
"""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reconciler.loop.cycle import Pass
from reconciler.model.errors import SetpointError
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.observed import ProposalState
from reconciler.model.reason import Reason
from reconciler.providers.memory import MemorySource, World
from reconciler.yaml.parse import mapping
from tests.e2e.test_life import Life

ENVIRONMENTS = ("dev", "prod")
GO = Address("promotions/go")
SOAK = 600
"""Seconds that something has to be in force in dev before prod."""
POOL = {"specs/pools/shared.yaml": "capacity: {cpus: 8, memory: 16Gi}\n"}


def place(environment: str, address: Address) -> str:
    """Return where an environment's patch of a resource lies."""
    return f"environments/{environment}/{address}.yaml"


class TwoEnvironments(RuleBasedStateMachine):
    """Two environments, their daemons and the people of both.

    Attributes:
        SPECS: the files that they begin with.
        BESIDE: other environments of the repository.
        ROUNDS: passes that a daemon may need to come to rest.
        flaw: what a daemon did by itself and may not do.
    """

    SPECS: ClassVar[dict[str, str]]
    BESIDE: ClassVar[tuple[str, ...]] = ()
    ROUNDS: ClassVar[int] = 30

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.source = MemorySource(self.world)
        names = (*ENVIRONMENTS, *self.BESIDE)
        own = {f"environments/{name}/environment.yaml": "secrets: {scope: all}\n" for name in names}
        self.source.commit({**POOL, **own, **self.SPECS}, message="Begin")
        self.begin_with()
        self.lives = {name: self.life(name) for name in names}
        self.flaw = ""

    def begin_with(self) -> None:
        """Set what the machine remembers, before there is any daemon."""

    def life(self, environment: str) -> Life:
        """Return a daemon that remembers nothing."""
        return Life(self.world, self.source, environment)

    def approve(self, approval: str) -> None:
        """Say how prod is approved of; dev is as the spec says."""
        self.source.commit({place("prod", GO): f"approval: {approval}\n"}, message="Say who approves")

    # The daemons.

    @rule(environment=st.sampled_from(ENVIRONMENTS), passes=st.integers(1, 8))
    def passes(self, environment: str, passes: int) -> None:
        """Make passes in one environment, some seconds apart."""
        for _ in range(passes):
            self.one_pass(environment)
            self.world.clock.advance(20)

    @rule(environments=st.sampled_from([("dev",), ("prod",), ("dev", "prod"), ("dev", "prod")]))
    def all_goes_well(self, environments: tuple[str, ...]) -> None:
        """Let daemons work until they have nothing to do, or for a while."""
        for environment in environments:
            for _ in range(self.ROUNDS):
                settled = not self.one_pass(environment)
                self.world.clock.advance(30)
                if settled and self.world.next_event() is None:
                    break

    def one_pass(self, environment: str) -> bool:
        """Make a pass; tell whether it did anything."""
        before = self.on_branch(environment)
        done = self.lives[environment].once()
        self.lives[environment].converging.settle()
        self.looked(environment, done)
        after = self.on_branch(environment)
        if after is not None and after != before:
            self.hold_automation(environment, after, done)
        self.look()
        return bool(done.outcomes)

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def a_daemon_begins_anew(self, environment: str) -> None:
        """Start a daemon that remembers nothing."""
        assert not self.lives[environment].defects
        self.lives[environment] = self.life(environment)

    def on_branch(self, environment: str) -> Any:
        """Return what the watched branch says in an environment of what is promoted; None where it says nothing."""
        raise NotImplementedError

    def looked(self, environment: str, done: Pass) -> None:
        """Take down what a pass tells."""

    def hold_automation(self, environment: str, said: Any, done: Pass) -> None:
        """See that what a daemon has merged by itself may be; what may not is a `flaw`."""
        raise NotImplementedError

    def look(self) -> None:
        """Take down what is there."""

    # The world and its people.

    @rule(seconds=st.sampled_from([30, 300, SOAK, 7200]))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

    @rule(environment=st.sampled_from(("prod", "dev", "prod")), merges=st.integers(0, 3))
    def somebody_decides(self, environment: str, merges: int) -> None:
        """Let a person merge what is proposed in an environment, or decline it."""
        forge = self.lives[environment].forge
        for name, proposal in forge.list().items():
            if proposal.state is not ProposalState.OPEN:
                continue
            try:
                forge.merge(name) if merges else forge.close(name)
            except SetpointError:
                forge.close(name)
        self.look()

    @precondition(lambda self: self.may_be_broken())
    @rule(is_broken=st.booleans())
    def the_promotion_of_prod_is_edited(self, is_broken: bool) -> None:
        """Let a person break the promotion's patch in prod, or mend it."""
        self.approve("perhaps" if is_broken else "auto")

    def may_be_broken(self) -> bool:
        """Tell whether the laws hold for a promotion that is broken from now on."""
        return True

    # What is there.

    def remembers(self, environment: str) -> bool:
        """Tell whether the promotion's spec is sound: only then it takes down what becomes of what it promotes."""
        return self.lives[environment].once().plan.decisions[GO].reason is not Reason.BAD_SPEC

    def field(self, environment: str, address: Address, name: str) -> Any:
        """Return what an environment's patch of a resource says in a field; None where it says nothing."""
        head = self.source.head()
        assert head is not None
        tree, path = self.source.tree(head), place(environment, address)
        return mapping(tree.read(tree.files[path])).get(name) if path in tree.files else None

    # The laws.

    @invariant()
    def automation_keeps_to_its_gates_and_to_what_people_took_back(self) -> None:
        """A daemon merges by itself what may be, and nothing that a person took back."""
        assert not self.flaw, self.flaw

    @invariant()
    def at_most_one_proposal_of_a_promotion_is_open(self) -> None:
        """No environment has two open proposals of one promotion after a whole pass."""
        for life in self.lives.values():
            ours = (one for one in life.forge.list().values() if owner_of(RunName(one.name)) == GO)
            found = [one for one in ours if one.state is ProposalState.OPEN]
            assert len(found) <= 1, found

    def teardown(self) -> None:
        """See that nothing was a defect."""
        for life in self.lives.values():
            assert not life.defects, life.defects
