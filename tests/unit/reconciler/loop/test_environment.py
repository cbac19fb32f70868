"""Which commit is applied: the newest, unless its history was rewritten, its environment is broken, or it is gone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.loop.apply import Applier
from reconciler.loop.cycle import Cycle
from reconciler.loop.environment import Converging, choose
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Refused, Transient, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.resource import Desired
from reconciler.model.reviews import Allowance
from reconciler.ports.engines import Engines
from reconciler.ports.forge import ProposalOrder
from reconciler.providers.memory import Call, MemorySource, MemoryStatus, World
from reconciler.status.read import approval_path, control_path, parse
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS


class House:
    """A repository in memory whose file `environment` names the pool's provider.

    `broken` is no environment, and of `nowhere` no engine can be made.
    """

    def __init__(self) -> None:
        self.world = World()
        self.source = MemorySource(self.world)
        self.status = MemoryStatus(self.world)
        self.built: list[str] = []
        self.engines = stage.engines(self.world)
        self.converging = Converging(
            self.source, self.status, self.compose, build=self.build, make_cycle=self.make_cycle
        )

    def compose(self, commit: CommitId) -> Desired:
        tree = self.source.tree(commit)
        provider = tree.read(tree.files["environment"]).decode()
        if provider == "broken":
            raise BadSpec((stage.problem("no such provider", "environments/dev/environment.yaml"),))
        if provider == "template":
            return stage.desired(commit=commit, previews={"open": 1})
        return stage.desired(commit=commit, pool={"provider": provider})

    def build(self, environment: Environment) -> Engines:
        self.built.append(environment.pool.provider)
        if environment.pool.provider == "nowhere":
            raise Refused("the path ../../x leads out of the home", "name a folder below it")
        return self.engines

    def make_cycle(self, engines: Engines) -> Cycle:
        return Cycle(
            self.compose,
            engines,
            self.status,
            controllers=CONTROLLERS,
            applier=Applier(engines, str, lambda: True),
            tell=lambda _address, _failure: None,
        )

    def push(self, content: str = "local", **files: Any) -> CommitId:
        return self.source.commit({"environment": content, **files}, message=content)

    def once(self) -> CommitId | None:
        """Make a pass on the commit that is to be applied, if there is one."""
        commit = self.converging.head()
        if commit:
            self.converging.run(commit)
        return commit

    def notes(self) -> list[str]:
        found = parse(self.status.read().read("pass.yaml"))["notes"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def house() -> House:
    return House()


def rewrite(house: House) -> CommitId:
    """Put a commit that descends from none in place of the branch."""
    from reconciler.providers.memory.source import Snapshot, SourceRoom

    room = house.world.room(SourceRoom)
    newest = house.source.head()
    assert newest
    commit = room.put(Snapshot((), room.commits[newest].files, message="Rewritten"))
    room.branches = {**room.branches, **{name: commit for name, at in room.branches.items() if at == newest}}
    return commit


def test_the_newest_commit_is_applied(house: House) -> None:
    first = house.push()
    assert house.once() == first
    second = house.push("local", readme="x")
    assert house.once() == second
    assert house.notes() == []


def test_a_commit_that_does_not_descend_from_the_last_applied_one_is_refused(house: House) -> None:
    last = house.push()
    house.once()
    rewritten = rewrite(house)
    assert house.once() == last
    (note,) = house.notes()
    assert f"commit {rewritten[:12]} doesn't descend from {last[:12]}" in note
    assert f"setpoint apply --approve {rewritten}" in note


def test_a_rewritten_history_is_applied_once_a_person_approved_it(house: House) -> None:
    house.push()
    house.once()
    rewritten = rewrite(house)
    house.once()
    house.status.write({approval_path(rewritten): b"{}\n"}, "approve")
    assert house.once() == rewritten
    assert house.notes() == []


def test_a_revert_descends_and_needs_no_approval(house: House) -> None:
    house.push("local", readme="x")
    house.once()
    reverted = house.push("local", readme=None)
    assert house.once() == reverted


def test_when_the_branch_is_gone_the_last_applied_commit_stays_in_force(house: House) -> None:
    last = house.push()
    house.once()
    assert choose(house.source, None, last, False).commit == last
    assert "gone or empty" in choose(house.source, None, None, False).note


def test_without_any_commit_there_is_none(house: House) -> None:
    assert house.converging.head() is None
    assert house.converging.engines is None
    assert not house.converging.settle()


def test_a_broken_environment_leaves_the_last_sound_commit_in_force_and_is_told(house: House) -> None:
    last = house.push()
    house.once()
    broken = house.push("broken")
    assert house.once() == last
    (note,) = house.notes()
    assert note.startswith(f"commit {broken[:12]} is not applied: environments/dev/environment.yaml")


def test_an_environment_whose_engines_can_t_be_made_leaves_the_last_sound_commit_in_force(house: House) -> None:
    last = house.push()
    house.once()
    wrong = house.push("nowhere")
    assert [house.once(), house.once()] == [last, last]
    told = f"commit {wrong[:12]} is not applied: the path ../../x leads out of the home (name a folder below it)"
    assert house.notes() == [told]
    assert house.built == ["local", "nowhere"], "it is tried once, and not at every pass"
    mended = house.push("ray")
    assert house.once() == mended
    assert house.built[-1] == "ray"


def test_engines_that_can_t_be_made_at_first_are_an_error(house: House) -> None:
    house.push("nowhere")
    with pytest.raises(Refused, match="leads out of the home"):
        house.converging.head()


def test_a_broken_environment_with_nothing_before_it_is_an_error(house: House) -> None:
    house.push("broken")
    with pytest.raises(BadSpec, match="no such provider"):
        house.converging.head()


def test_engines_are_built_once_and_anew_when_their_environment_changes(house: House) -> None:
    house.push()
    house.once()
    house.push("local", readme="x")
    house.once()
    house.push("ray")
    house.once()
    assert house.built == ["local", "ray"]
    assert house.converging.engines is house.engines


def test_a_preview_changes_nothing(house: House) -> None:
    commit = house.push()
    assert house.converging.preview(commit).plan.commit == commit
    assert house.world.calls["status.write"] == 0


def test_status_commits_never_trigger_the_loop(house: House) -> None:
    house.push()
    commit = house.converging.head()
    assert commit
    assert house.converging.run(commit).status_commit
    assert not house.converging.moved()


def test_a_commit_or_an_operators_wish_does(house: House) -> None:
    house.push()
    house.once()
    house.push("local", readme="x")
    assert house.converging.moved()
    house.once()
    assert not house.converging.moved()
    house.status.write({control_path(LOANS): b"suspended: true\n"}, "suspend")
    assert house.converging.moved()


def failing(*verbs: str) -> Callable[[Call], None]:
    def before(call: Call) -> None:
        if f"{call.port}.{call.verb}" in verbs:
            raise Unavailable(f"{call.port} is down")

    return before


def test_an_engine_that_is_down_does_not_keep_the_others_from_living(house: House) -> None:
    """Poison is contained: one provider that is down never stops the others."""
    house.push()
    house.once()
    house.world.before = failing("pool.settle")
    with pytest.raises(Transient, match="pool is down"):
        house.converging.settle()
    assert house.world.calls["serving.settle"] == 1


def test_engines_that_changed_are_news(house: House) -> None:
    house.push()
    house.once()
    house.engines.pool.configure(stage.SHARED, None)
    assert house.converging.settle()
    assert not house.converging.settle()


def test_what_people_say_of_a_proposal_is_looked_at_once_the_forge_tells_of_it(house: House) -> None:
    """An approval moves no ref: without the forge's word it is found by the next pass, with it at once."""
    head = house.push()
    house.once()
    house.engines.forge.propose(ProposalOrder(f"{stage.GO}/1", head, "a.yaml", {"a": 1}, "A", ""))
    assert not house.converging.moved()
    house.converging.refresh()
    assert house.converging.moved()
    house.once()
    house.converging.refresh()
    assert not house.converging.moved(), "a delivery that tells of nothing new asks for no pass"


class Counting:
    """A forge of which only this is asked."""

    def allowance(self) -> Allowance | None:
        return Allowance({"2xx": 1}, 4999)


def test_how_often_the_forge_is_asked_is_known_once_a_commit_named_it() -> None:
    house = House()
    assert house.converging.allowance() is None
    house.push()
    house.once()
    assert house.converging.allowance() is None
    counted = House()
    counted.engines = replace(counted.engines, reviews=Counting())  # type: ignore[arg-type]
    counted.push()
    counted.once()
    assert counted.converging.allowance() == Allowance({"2xx": 1}, 4999)


def test_nothing_converges_in_a_template_of_previews(house: House) -> None:
    house.push()
    first = house.once()
    house.push("template")
    assert house.once() == first
    assert "the environment is a template of previews" in house.notes()[0]
    assert house.built == ["local"]
