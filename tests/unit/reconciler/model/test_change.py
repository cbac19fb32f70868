"""Changes: each names its port, what it touches and why, and can be printed and digested."""

import json
from typing import Any

import pytest

from reconciler.model import change as c
from reconciler.model.ids import Address, CommitId, Digest, RunName, canonical
from reconciler.model.kinds.deployments import Model, Replicas
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.reviews import CommitStatus, Verdict
from tests.unit.reconciler.stage import API, GO, LOANS, MODEL, SHARED

RUN = RunName(f"{LOANS}/{'a' * 12}")
OF_RUN: dict[str, Any] = {"address": LOANS, "run": RUN}
EVERY: list[tuple[c.Change, str, str]] = [
    (c.ConfigurePool(address=SHARED, spec=Pool()), "~ pool.configure", SHARED),
    (
        c.StartRun(
            **OF_RUN, runner="ingest", params={"a": (1, 2)}, pool=SHARED, team="t", resources=Resources(), timeout=1.0
        ),
        "+ pool.run",
        RUN,
    ),
    (c.AcceptRun(**OF_RUN), "~ data.accept", RUN),
    (c.RejectRun(**OF_RUN), "~ data.reject", RUN),
    (c.DropRun(**OF_RUN), "- data.drop", RUN),
    (c.CancelJob(**OF_RUN), "- pool.cancel", RUN),
    (
        c.StartRevision(
            address=API,
            revision=Digest("r"),
            model=Model(trial=f"experiments/x/{'a' * 12}", digest=MODEL),
            replicas=Replicas(),
            resources=Resources(),
        ),
        "+ serving.start",
        f"{API}/r",
    ),
    (c.Route(address=API, traffic={Digest("r"): 100}), "~ serving.route", API),
    (c.StopRevision(address=API, revision=Digest("r")), "- serving.stop", f"{API}/r"),
    (c.DeleteEndpoint(address=API), "- serving.delete", API),
    (c.OpenProposal(address=GO, name="n", file="f", edits={"a": 1}, title="t"), "+ forge.propose", "n"),
    (c.MergeProposal(address=GO, name="n", head=CommitId("1" * 40), file="f", edits={"a": 1}), "~ forge.merge", "n"),
    (
        c.JudgeProposal(
            address=GO, name="n", head=CommitId("1" * 40), statuses=(CommitStatus("a/b", Verdict.SUCCESS, "well"),)
        ),
        "~ forge.judge",
        "n",
    ),
    (
        c.AskWebhook(
            address=GO, name="n", question="q", url="https://a/", secret="${secret:S}", timeout=1.0, data={"a": 1}
        ),
        "~ webhook.ask",
        "https://a/",
    ),
    (c.CloseProposal(address=GO, name="n"), "- forge.close", "n"),
]


@pytest.mark.parametrize(("change", "verb", "target"), EVERY, ids=[verb for _, verb, _ in EVERY])
def test_a_change_names_its_port_its_verb_and_what_it_touches(change: c.Change, verb: str, target: str) -> None:
    assert f"{change.sign} {change.port}.{change.verb}" == verb
    assert change.target == target


@pytest.mark.parametrize("change", [change for change, _, _ in EVERY], ids=[verb for _, verb, _ in EVERY])
def test_a_change_can_be_printed_as_json_and_digested(change: c.Change) -> None:
    told = change.as_json()
    assert json.loads(canonical(told)) == told
    assert told["address"] == change.address


def test_every_kind_of_change_is_here() -> None:
    kinds = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Change) and kind.verb}
    assert kinds == {type(change) for change, _, _ in EVERY}


def test_equal_changes_are_equal() -> None:
    first, second = (c.Route(address=Address("a/b"), traffic={Digest("r"): 100}) for _ in range(2))
    assert first == second
    assert first.as_json()["traffic"] == {"r": 100}
