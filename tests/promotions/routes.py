"""Random histories of a route: two environments of one repository, their daemons, and people who do as they please.

Both daemons are the real loop on engines in memory. The laws are held by what the endpoints of the world do, not by
what anybody says of them.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.model.errors import SetpointError
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.observed import ProposalState
from reconciler.model.reason import Reason
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory import MemorySource, World
from reconciler.providers.memory.serving import ServingRoom, Start
from reconciler.yaml.parse import mapping
from tests.e2e.test_life import Life

ENVIRONMENTS = ("dev", "prod")
API, GO = Address("deployments/api"), Address("promotions/go")
GATE = 0.88
"""What a model's figure on the test rows has to reach; those of this world lie between 0.86 and 0.96."""
SLOWEST = 9.0
"""Milliseconds that 99 of 100 answers of its replica may take, as surely as is asked; here 2 to 11."""
SOAK = 600
"""Seconds that a model has to serve in dev before prod."""

SPECS = {
    "specs/pools/shared.yaml": "capacity: {cpus: 8, memory: 16Gi}\n",
    "specs/datasets/loans.yaml": (
        "source: {sql: {url: 'sqlite:///loans.db', query: SELECT * FROM loans}}\n"
        "columns: {id: {type: integer}, age: {type: number}, paid: {type: boolean}}\n"
    ),
    "specs/experiments/score.yaml": (
        "dataset: datasets/loans\ntarget: paid\nrunner: tabular\nmetric: {name: roc_auc}\nseed: 1\n"
    ),
    "specs/promotions/go.yaml": (
        "experiment: experiments/score\ndeployment: deployments/api\napproval: auto\n"
        f"route: [dev, prod]\nsoak: {{served: {SOAK}s}}\ngates: [{{metric: roc_auc, minimum: {GATE}}}]\n"
        f"replica: {{latency: {{p99: {SLOWEST:g}ms}}}}\n"
    ),
    "specs/deployments/api.yaml": "rollout: {hold: 10s, deadline: 60s}\n",
    **{f"environments/{name}/environment.yaml": "secrets: {scope: all}\n" for name in ENVIRONMENTS},
}


def place(environment: str, kind: str) -> str:
    """Return where an environment's patch of the deployment or the promotion lies."""
    return f"environments/{environment}/{API if kind == 'deployments' else GO}.yaml"


def slowest_of(trial: str, results: Any) -> list[float]:
    """Return how slow replicas of a model surely are, as they were measured."""
    ours = (told for told in results.values() if told["provenance"].get("input_candidate") == trial)
    figures = [told["facts"]["figures"] for told in ours if "figures" in told["facts"]]
    return [float(one["latency.p99"]["high"]) for one in figures]


class Routes(RuleBasedStateMachine):
    """One route of two environments. `pins`, `served` and `taken_back` are what happened, by environment."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.source = MemorySource(self.world)
        self.source.commit(SPECS, message="Begin")
        self.bad: set[str] = set()
        self.lives = {name: self._life(name) for name in ENVIRONMENTS}
        self.pins: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}
        self.served: dict[str, list[str]] = {name: [] for name in ENVIRONMENTS}
        self.taken_back: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}
        self.began: dict[str, Any] = {}
        self.flaw = ""

    def _life(self, environment: str) -> Life:
        return Life(self.world, self.source, environment, start=self._start)

    def _start(self, order: RevisionOrder) -> Start:
        return Start(failure="it crashed") if order.trial in self.bad else Start()

    @initialize(approval=st.sampled_from(["auto", "review"]))
    def begin(self, approval: str) -> None:
        """Say how prod is approved of; dev is automatic."""
        self.source.commit({place("prod", "promotions"): f"approval: {approval}\n"}, message="Say who approves")

    # The daemons.

    @rule(environment=st.sampled_from(ENVIRONMENTS), passes=st.integers(1, 12))
    def passes(self, environment: str, passes: int) -> None:
        """Make passes in one environment, some seconds apart."""
        for _ in range(passes):
            self._pass(environment)
            self.world.clock.advance(20)

    @rule(environments=st.sampled_from([("dev",), ("prod",), ("dev", "prod"), ("dev", "prod")]))
    def all_goes_well(self, environments: tuple[str, ...]) -> None:
        """Let daemons work until they have nothing to do, or for half an hour."""
        for environment in environments:
            for _ in range(60):
                settled = not self._pass(environment)
                self.world.clock.advance(30)
                if settled and self.world.next_event() is None:
                    break

    def _pass(self, environment: str) -> bool:
        """Make a pass; tell whether it did anything."""
        before = self.pin(environment)
        done = self.lives[environment].once()
        self.lives[environment].converging.settle()
        after = self.pin(environment)
        if after != before and after is not None:
            self._hold_automation(environment, after, done.actual.results)
        self._look()
        return bool(done.outcomes)

    def _hold_automation(self, environment: str, trial: str, results: Any) -> None:
        """See that what a daemon pinned by itself holds its gates, and was taken back by nobody."""
        figure = results[RunName(trial)]["metrics"]["roc_auc"]
        if figure < GATE and trial not in self.served[environment]:
            self.flaw = f"{trial} was pinned in {environment} with {figure}"
        is_slow = any(slowest > SLOWEST for slowest in slowest_of(trial, results))
        if is_slow and trial not in self.served[environment]:
            self.flaw = f"{trial} was pinned in {environment}, and a replica of it is too slow"
        if trial in self.taken_back[environment]:
            self.flaw = f"{trial} was taken back in {environment} and is pinned again"

    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def a_daemon_begins_anew(self, environment: str) -> None:
        """Start a daemon that remembers nothing."""
        assert not self.lives[environment].defects
        self.lives[environment] = self._life(environment)

    # The world and its people.

    @rule(seconds=st.sampled_from([30, 300, SOAK, 3600]))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

    @rule(seed=st.integers(1, 6))
    def another_model_is_trained(self, seed: int) -> None:
        """Let a person ask for another seed."""
        text = SPECS["specs/experiments/score.yaml"].replace("seed: 1", f"seed: {seed}")
        self.source.commit({"specs/experiments/score.yaml": text}, message=f"Try seed {seed}")

    @precondition(lambda self: self.served["dev"])
    @rule(data=st.data())
    def a_model_turns_out_to_crash(self, data: st.DataObject) -> None:
        """Let a model not start from now on, where it isn't there yet."""
        self.bad.add(data.draw(st.sampled_from(sorted({trial for told in self.pins.values() for trial in told}))))

    @rule(environment=st.sampled_from(ENVIRONMENTS), data=st.data())
    def somebody_pins(self, environment: str, data: st.DataObject) -> None:
        """Let a person pin any model that there is, past every gate and route."""
        known = {str(run): told for run, told in self._results(environment).items() if "model" in told.get("facts", {})}
        if not known:
            return
        trial = data.draw(st.sampled_from(sorted(known)))
        self._take_back(environment, trial)
        model = f"model: {{trial: {trial}, digest: '{known[trial]['facts']['model']['digest']}'}}\n"
        self.source.commit({place(environment, "deployments"): model}, message=f"Pin {trial}")
        self._look()

    @precondition(lambda self: any(self.pin(name) for name in ENVIRONMENTS))
    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def somebody_reverts(self, environment: str) -> None:
        """Let a person take the pin away, once the daemon has seen it."""
        if self.pin(environment) is None:
            return
        self._pass(environment)
        self._take_back(environment, None)
        self.source.commit({place(environment, "deployments"): None}, message="Revert")

    def _take_back(self, environment: str, instead: str | None) -> None:
        """Remember what a person takes back; what they pin themselves they want again."""
        self._pass(environment)
        former = self.pin(environment)
        was_live = instead is None or instead in self.pins[environment]
        if former is not None and former != instead and was_live and self._remembers(environment):
            self.taken_back[environment].add(former)
        if instead is not None:
            self.taken_back[environment].discard(instead)

    @rule(environment=st.sampled_from(ENVIRONMENTS), merges=st.integers(0, 3))
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
        self._look()

    @rule(is_broken=st.booleans())
    def the_promotion_of_prod_is_edited(self, is_broken: bool) -> None:
        """Let a person break the promotion's patch in prod, or mend it."""
        text = "approval: perhaps\n" if is_broken else "approval: auto\n"
        self.source.commit({place("prod", "promotions"): text}, message="Edit the promotion")

    # What is there.

    def _remembers(self, environment: str) -> bool:
        """Tell whether the promotion's spec is sound: only then it takes down what becomes of its models."""
        return self.lives[environment].once().plan.decisions[GO].reason is not Reason.BAD_SPEC

    def pin(self, environment: str) -> str | None:
        """Return the trial that is pinned on the watched branch."""
        head = self.source.head()
        assert head is not None
        tree = self.source.tree(head)
        path = place(environment, "deployments")
        if path not in tree.files:
            return None
        model = mapping(tree.read(tree.files[path])).get("model")
        return str(model["trial"]) if isinstance(model, dict) else None

    def _results(self, environment: str) -> Any:
        return self.lives[environment].converging.preview(self.source.head()).actual.results  # type: ignore[arg-type]

    def _look(self) -> None:
        """Take down what is pinned, and what has all the traffic."""
        for name in ENVIRONMENTS:
            if (pinned := self.pin(name)) is not None:
                self.pins[name].add(pinned)
            for trial, share in self.traffic(name).items():
                if share == 100 and trial not in self.served[name]:
                    self.served[name].append(trial)

    def traffic(self, environment: str) -> dict[str, int]:
        """Return the per cent of the requests that each model answers in an environment."""
        served = self.world.room(ServingRoom).endpoints.get((environment, API))
        if served is None:
            return {}
        return {str(served.revisions[name].trial): share for name, share in served.traffic.items() if share}

    # The laws.

    @invariant()
    def nothing_serves_that_skipped_the_environment_before(self) -> None:
        """What answers any request in prod had all the traffic of dev before."""
        for trial in self.traffic("prod"):
            assert trial in self.served["dev"], f"{trial} serves in prod and never did in dev"

    @invariant()
    def automation_pins_what_holds_its_gates_and_nobody_took_back(self) -> None:
        """A daemon pins by itself what holds its gates, or served before; and nothing that a person took back."""
        assert not self.flaw, self.flaw

    @invariant()
    def what_serves_is_found_in_git(self) -> None:
        """Each model that answers was pinned on the watched branch, where `setpoint trace` finds it."""
        for name in ENVIRONMENTS:
            assert self.traffic(name).keys() <= self.pins[name]

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
