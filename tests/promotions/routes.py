"""Random histories of a route: two environments of one repository, their daemons, and people who do as they please.

The laws are held by what the endpoints of the world do, not by what anybody says of them.
"""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from reconciler.loop.cycle import Pass
from reconciler.model.ids import Address, RunName
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.memory.serving import ServingRoom, Start
from tests.e2e.test_life import Life
from tests.promotions.two_environments import ENVIRONMENTS, SOAK, TwoEnvironments, place

API = Address("deployments/api")
GATE = 0.88
"""What a model's figure on the test rows has to reach; those of this world lie between 0.86 and 0.96."""
SLOWEST = 9.0
"""Milliseconds that 99 of 100 answers of its replica may take, as surely as is asked; here 2 to 11."""


def slowest_of(trial: str, results: Any) -> list[float]:
    """Return how slow replicas of a model surely are, as they were measured."""
    ours = (told for told in results.values() if told["provenance"].get("input_candidate") == trial)
    figures = [told["facts"]["figures"] for told in ours if "figures" in told["facts"]]
    return [float(one["latency.p99"]["high"]) for one in figures]


class Routes(TwoEnvironments):
    """One route of two environments. `pins`, `served` and `taken_back` are what happened, by environment."""

    ROUNDS = 60
    SPECS: ClassVar[dict[str, str]] = {
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
    }

    def begin_with(self) -> None:
        """Set what the machine remembers."""
        self.bad: set[str] = set()
        self.pins: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}
        self.served: dict[str, list[str]] = {name: [] for name in ENVIRONMENTS}
        self.taken_back: dict[str, set[str]] = {name: set() for name in ENVIRONMENTS}

    def life(self, environment: str) -> Life:
        """Return a daemon that remembers nothing."""
        return Life(self.world, self.source, environment, start=self._start)

    def _start(self, order: RevisionOrder) -> Start:
        return Start(failure="it crashed") if order.trial in self.bad else Start()

    @initialize(approval=st.sampled_from(["auto", "review"]))
    def begin(self, approval: str) -> None:
        """Say how prod is approved of; dev is automatic."""
        self.approve(approval)

    # The daemons.

    def on_branch(self, environment: str) -> str | None:
        """Return the trial that is pinned on the watched branch."""
        model = self.field(environment, API, "model")
        return str(model["trial"]) if isinstance(model, dict) else None

    def hold_automation(self, environment: str, said: str, done: Pass) -> None:
        """See that what a daemon pinned by itself holds its gates, and was taken back by nobody."""
        trial, results = said, done.actual.results
        figure = results[RunName(trial)]["metrics"]["roc_auc"]
        if figure < GATE and trial not in self.served[environment]:
            self.flaw = f"{trial} was pinned in {environment} with {figure}"
        is_slow = any(slowest > SLOWEST for slowest in slowest_of(trial, results))
        if is_slow and trial not in self.served[environment]:
            self.flaw = f"{trial} was pinned in {environment}, and a replica of it is too slow"
        if trial in self.taken_back[environment]:
            self.flaw = f"{trial} was taken back in {environment} and is pinned again"

    # The world and its people.

    @rule(seed=st.integers(1, 6))
    def another_model_is_trained(self, seed: int) -> None:
        """Let a person ask for another seed."""
        text = self.SPECS["specs/experiments/score.yaml"].replace("seed: 1", f"seed: {seed}")
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
        self.source.commit({place(environment, API): model}, message=f"Pin {trial}")
        self.look()

    @precondition(lambda self: any(self.on_branch(name) for name in ENVIRONMENTS))
    @rule(environment=st.sampled_from(ENVIRONMENTS))
    def somebody_reverts(self, environment: str) -> None:
        """Let a person take the pin away, once the daemon has seen it."""
        if self.on_branch(environment) is None:
            return
        self.one_pass(environment)
        self._take_back(environment, None)
        self.source.commit({place(environment, API): None}, message="Revert")

    def _take_back(self, environment: str, instead: str | None) -> None:
        """Remember what a person takes back; what they pin themselves they want again."""
        self.one_pass(environment)
        former = self.on_branch(environment)
        was_live = instead is None or instead in self.pins[environment]
        if former is not None and former != instead and was_live and self.remembers(environment):
            self.taken_back[environment].add(former)
        if instead is not None:
            self.taken_back[environment].discard(instead)

    # What is there.

    def _results(self, environment: str) -> Any:
        return self.lives[environment].converging.preview(self.source.head()).actual.results  # type: ignore[arg-type]

    def look(self) -> None:
        """Take down what is pinned, and what has all the traffic."""
        for name in ENVIRONMENTS:
            if (pinned := self.on_branch(name)) is not None:
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
    def what_serves_is_found_in_git(self) -> None:
        """Each model that answers was pinned on the watched branch, where `setpoint trace` finds it."""
        for name in ENVIRONMENTS:
            assert self.traffic(name).keys() <= self.pins[name]
