"""What is wrong with an A/B test by what other specs say: the engine, the outcomes, the models' task."""

from collections.abc import Iterator

from reconciler.compose.all_specs import Specs, origin_of
from reconciler.compose.flaws import Flaw
from reconciler.compose.promotion_flaws import knows_outcomes
from reconciler.model.ids import Address
from reconciler.model.kinds.ab_tests import ABTest
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.text import printable

_PLACE = ("rollout", "ab_test")
_TASKS = {
    "accuracy": (("binary", "multiclass"), "of classes", "say metric: error and a scale"),
    "error": (("regression",), "of numbers", "say metric: accuracy"),
}


def ab_tests(specs: Specs, spec: Deployment) -> Iterator[Flaw]:
    """Refuse a test that no engine deals out, or that nothing could decide."""
    test = spec.rollout.ab_test
    if test is None:
        return
    if specs.serving == "kserve":
        what = "A/B tests aren't made on KServe: routes know no key, and a gateway may deal out in turn, not by chance"
        yield Flaw(_PLACE, what, "say steps instead, or serve it by the provider local", on_key=True)
    if not spec.log_payloads:
        what = "the deployment logs no requests, and a test counts those that are logged"
        yield Flaw(_PLACE, what, "say log_payloads: true", on_key=True)
    if test.needs_outcomes:
        address = next(address for address, other in specs.all.items() if other is spec)
        yield from _undecided(specs, spec, test, address)


def _undecided(specs: Specs, spec: Deployment, test: ABTest, address: Address) -> Iterator[Flaw]:
    """Yield why outcomes can't decide."""
    place = (*_PLACE, "metric")
    if not any(knows_outcomes(one, address) for one in specs.all.values()):
        what = f"no monitor of {address} says where outcomes arrive, which {test.metric} is told by"
        yield Flaw(place, what, "give a monitor of it outcomes, or say metric: error_rate or latency")
    name = origin_of(specs, address)
    experiment = specs.experiment(name) if name else None
    if experiment is None:
        return
    tasks, whose, hint = _TASKS.get(test.metric, ((experiment.task,), "", ""))
    if experiment.task not in tasks:
        yield Flaw(place, f"{test.metric} is told {whose}, and models of {name} are for {experiment.task}", hint)
    dataset = specs.all.get(Address(experiment.dataset))
    identifier = dataset.identifier if isinstance(dataset, Dataset) else None
    if isinstance(dataset, Dataset) and identifier is None:
        what = f"{experiment.dataset} names no row, so no outcome can be joined to a request"
        yield Flaw(place, what, f"say `identifier` in {experiment.dataset}")
    if identifier is not None and identifier in spec.payloads.leave_out:
        what = f"outcomes are joined by `{printable(identifier)}`, which the payload log leaves out"
        yield Flaw(place, what, "take it out of payloads.leave_out")
