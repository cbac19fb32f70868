"""Names are deterministic, fit where they go, and are nobody else's."""

import re

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.providers.pools.kubernetes import names

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
ODD = ["datasets/a.b/..", "datasets/ünïcode %2F name/x", "datasets/" + "long" * 60 + "/0", "a/b/\udce4", "///"]


@pytest.mark.parametrize("run", ["experiments/employment/0123456789ab", *ODD])
def test_a_job_is_named_by_its_run_and_attempt(run: str) -> None:
    name = names.job_name(RunName(run), 12)
    assert name == names.job_name(RunName(run), 12)
    assert name != names.job_name(RunName(run), 1)
    assert name != names.job_name(RunName(run.replace("/", "%2F")), 12)
    assert LABEL.fullmatch(name)
    assert LABEL.fullmatch(f"{name}-1023"), "no host of a node can be named so"
    assert LABEL.fullmatch(names.digest_of(RunName(run)))


def test_people_can_read_a_job_s_name() -> None:
    assert names.job_name(RunName("labels/digits/00ff"), 1).startswith("labels-digits-00ff-")


def test_queues_of_teams_and_pools_are_told_apart() -> None:
    shared, longer = Address("pools/shared"), Address("pools/shared-risk")
    found = {
        names.cluster_queue("ml", shared),
        names.cluster_queue("ml", shared, "risk"),
        names.cluster_queue("ml", longer),
        names.cluster_queue("ml-shared", Address("pools/risk")),
        names.flavor("ml", shared),
        names.flavor("ml", shared, "a100"),
    }
    assert len(found) == 6
    assert names.local_queue(shared, "risk") == "shared.risk"
    assert names.cohort("ml", shared) == "ml.shared"


def test_a_name_that_is_too_long_is_cut_and_stays_its_own() -> None:
    one, other = (names.local_queue(Address(f"pools/{'p' * 60}"), "t" * 60 + end) for end in "ab")
    assert one != other
    assert SUBDOMAIN.fullmatch(one)
    assert len(one) <= names.LABEL


def test_what_others_wait_for_is_urgent() -> None:
    assert names.priority("ml", RunName("monitors/m/0")) == names.priority_class("ml", urgent=True)
    assert names.priority("ml", RunName("experiments/e/0")) == names.priority_class("ml", urgent=False)
