"""What every forge promises; once as it is, once with a daemon that dies after every call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.conformance.forges import ForgeBench, Reborn
from reconciler.model.errors import Raced, Refused
from reconciler.model.ids import CommitId
from reconciler.model.observed import ProposalState
from reconciler.ports.forge import Agreed, Forge, ProposalOrder

NAME = "promotions/employment/0123456789ab"
FILE = "environments/prod/deployments/employment.yaml"
TEXT = """\
# Who may change this: the platform team.
replicas: {minimum: 2, maximum: 3}  # two for safety

rollout:
  steps: [50, 100]
  hold: 5s

model:
  trial: experiments/employment/000000000000
  digest: sha256:00
"""
EDITS = {"model": {"trial": "experiments/employment/111111111111", "digest": "sha256:11"}}


@pytest.fixture
def bench(make_bench: Callable[[], ForgeBench]) -> Iterator[ForgeBench]:
    bench = make_bench()
    begin(bench)
    yield bench
    bench.close()


def begin(bench: ForgeBench) -> None:
    """Commit the first files."""
    bench.commit({FILE: TEXT, "README.md": "# Models\n"})


@pytest.fixture(params=["lasting", pytest.param("reborn", marks=pytest.mark.sweep)])
def forge(request: pytest.FixtureRequest, bench: ForgeBench) -> Forge:
    return bench.open() if request.param == "lasting" else Reborn(bench.open)


def order(
    bench: ForgeBench,
    name: str = NAME,
    file: str = FILE,
    edits: Mapping[str, Any] = EDITS,
    base: CommitId | None = None,
) -> ProposalOrder:
    return ProposalOrder(name, base or bench.head(), file, edits, "Promote a trial", "## Evidence\n\nIt is *better*.\n")


def test_at_first_there_is_nothing(forge: Forge) -> None:
    assert dict(forge.list()) == {}


def test_a_proposal_waits_and_changes_nothing(bench: ForgeBench, forge: Forge) -> None:
    before = bench.head()
    forge.propose(order(bench))
    proposal = forge.list()[NAME]
    assert (proposal.name, proposal.state) == (NAME, ProposalState.OPEN)
    assert proposal.branch
    assert proposal.commit != before
    assert bench.head() == before
    assert bench.file(FILE) == TEXT


def test_proposing_twice_is_proposing_once(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    before = forge.list()
    forge.propose(order(bench))
    forge.propose(order(bench, edits={"model.trial": "experiments/employment/222222222222"}))
    assert forge.list() == before


def test_a_merge_changes_what_was_asked_and_nothing_else(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    merged = forge.merge(NAME)
    assert bench.head() == merged
    assert bench.file(FILE) == TEXT.replace("0" * 12, "1" * 12).replace("sha256:00", "sha256:11")
    assert bench.file("README.md") == "# Models\n"


def test_merging_twice_is_merging_once(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    merged = forge.merge(NAME)
    assert forge.merge(NAME) == merged
    assert bench.head() == merged


def test_a_merged_proposal_is_listed_until_it_is_closed(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    forge.merge(NAME)
    assert forge.list()[NAME].state is ProposalState.MERGED
    forge.close(NAME)
    assert dict(forge.list()) == {}


def test_a_person_s_merge_counts(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    bench.commit({FILE: "model: {}\n"}, merges=forge.list()[NAME].commit)
    assert forge.list()[NAME].state is ProposalState.MERGED
    assert forge.merge(NAME)
    assert bench.file(FILE) == "model: {}\n"


def test_a_proposal_whose_branch_was_deleted_is_gone(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    bench.decline(forge.list()[NAME].branch)
    assert dict(forge.list()) == {}
    with pytest.raises(Refused):
        forge.merge(NAME)


def test_closing_takes_away_whatever_is_there(bench: ForgeBench, forge: Forge) -> None:
    forge.close(NAME)
    forge.propose(order(bench))
    forge.close(NAME)
    forge.close(NAME)
    assert dict(forge.list()) == {}
    assert bench.file(FILE) == TEXT
    with pytest.raises(Refused):
        forge.merge(NAME)


def test_a_closed_proposal_can_be_made_anew(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    forge.close(NAME)
    forge.propose(order(bench))
    assert forge.list()[NAME].state is ProposalState.OPEN


def test_a_merged_proposal_makes_way_for_one_of_its_name(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    forge.merge(NAME)
    forge.propose(order(bench, edits={"model.trial": "experiments/employment/222222222222"}))
    assert forge.list()[NAME].state is ProposalState.OPEN
    forge.merge(NAME)
    assert "222222222222" in bench.file(FILE)


def test_a_file_that_isn_t_there_is_made(bench: ForgeBench, forge: Forge) -> None:
    file = "environments/dev/deployments/new-one.yaml"
    forge.propose(order(bench, file=file, edits={"model.trial": "experiments/e/000000000000", "replicas.minimum": 1}))
    forge.merge(NAME)
    assert bench.file(file) == "model:\n  trial: experiments/e/000000000000\nreplicas:\n  minimum: 1\n"


def test_what_happened_elsewhere_meanwhile_stays(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    bench.commit({"README.md": "# More models\n", FILE: TEXT.replace("the platform team", "everybody")})
    forge.merge(NAME)
    assert bench.file("README.md") == "# More models\n"
    assert "everybody" in bench.file(FILE)
    assert "111111111111" in bench.file(FILE)


def test_a_change_of_the_same_lines_is_a_conflict(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    head = bench.commit({FILE: TEXT.replace("0" * 12, "9" * 12)})
    with pytest.raises(Refused, match="conflict"):
        forge.merge(NAME)
    assert bench.head() == head
    assert forge.list()[NAME].state is ProposalState.OPEN


def test_a_base_that_isn_t_there_is_refused(bench: ForgeBench, forge: Forge) -> None:
    with pytest.raises(Refused):
        forge.propose(order(bench, base=CommitId("0" * 39 + "1")))
    assert dict(forge.list()) == {}


@pytest.mark.parametrize("file", [FILE, "README.md"])
def test_an_edit_that_can_t_be_made_is_refused(bench: ForgeBench, forge: Forge, file: str) -> None:
    bench.commit({"README.md": "- a list\n"})
    with pytest.raises(Refused):
        forge.propose(order(bench, file=file, edits={"rollout.hold.seconds": 5}))
    assert dict(forge.list()) == {}


def agreed(forge: Forge, **other: Any) -> Agreed:
    """Return what the open proposal was agreed on, as the daemon that made it knows."""
    return replace(Agreed(forge.list()[NAME].commit, FILE, EDITS), **other)


def test_what_was_agreed_on_is_merged(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    bench.commit({"README.md": "# The branch has moved\n"})
    assert forge.merge(NAME, agreed(forge)) == bench.head()
    assert "111111111111" in bench.file(FILE)


def test_what_somebody_pushed_to_a_proposal_isn_t_merged_by_its_name(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    branch, former = forge.list()[NAME].branch, agreed(forge)
    head = bench.head()
    bench.push(branch, {"specs/pools/mine.yaml": "capacity: {cpus: 1000}\n"})
    with pytest.raises(Raced):
        forge.merge(NAME, former)
    with pytest.raises(Refused, match="isn't what was proposed"):
        forge.merge(NAME, agreed(forge))
    assert bench.head() == head


def test_what_lies_below_a_proposal_isn_t_merged_by_its_name(bench: ForgeBench, forge: Forge) -> None:
    """A commit with the very edit, on top of one that the watched branch never had."""
    forge.propose(order(bench))
    branch, proposed, head = forge.list()[NAME].branch, bench.head(), bench.head()
    below = bench.push(branch, {"README.md": "# Mine\n"}, off=proposed)
    edited = TEXT.replace("0" * 12, "1" * 12).replace("sha256:00", "sha256:11")
    bench.push(branch, {FILE: edited}, off=below)
    with pytest.raises(Refused, match="isn't what was proposed"):
        forge.merge(NAME, agreed(forge))
    assert bench.head() == head


def test_other_values_than_those_agreed_on_aren_t_merged(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    other = {"model": {"trial": "experiments/employment/222222222222", "digest": "sha256:22"}}
    with pytest.raises(Refused, match="isn't what was proposed"):
        forge.merge(NAME, agreed(forge, edits=other))


@pytest.mark.parametrize("name", ["", "x", "../x/y", "promotions/a/b.lock", "a/b/c/d"])
def test_a_name_that_is_none_is_refused(bench: ForgeBench, forge: Forge, name: str) -> None:
    with pytest.raises(Refused):
        forge.propose(order(bench, name=name))
    with pytest.raises(Refused):
        forge.merge(name)


def test_environments_keep_to_themselves(bench: ForgeBench, forge: Forge) -> None:
    prod = bench.open("prod")
    forge.propose(order(bench))
    assert dict(prod.list()) == {}
    prod.close(NAME)
    assert NAME in forge.list()
    prod.propose(order(bench))
    forge.close(NAME)
    assert NAME in prod.list()


def test_listings_are_complete(bench: ForgeBench, forge: Forge) -> None:
    names = [f"promotions/p{number % 5}/{number:012x}" for number in range(12)]
    for name in names:
        forge.propose(order(bench, name))
    assert set(forge.list()) == set(names)
    for name in names[::4]:
        forge.close(name)
    assert set(forge.list()) == set(names) - set(names[::4])


def test_what_somebody_pushed_to_is_told_as_theirs(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    assert not forge.list()[NAME].by_hand
    bench.push(forge.list()[NAME].branch, {"README.md": "# Mine\n"})
    assert forge.list()[NAME].by_hand


def test_what_can_t_be_merged_any_more_is_told(bench: ForgeBench, forge: Forge) -> None:
    forge.propose(order(bench))
    bench.commit({"README.md": "# More\n"})
    assert not forge.list()[NAME].conflicts
    bench.commit({FILE: TEXT.replace("000000000000", "222222222222").replace("sha256:00", "sha256:22")})
    told = forge.list()[NAME]
    assert (told.conflicts, told.by_hand) == (True, False)
