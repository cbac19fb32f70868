"""`setpoint logs` of a deployment: whose replicas are meant, how their lines stand side by side, and following them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.cli.replica_logs import Gone, Printed, followed, is_deployment, last, left_out, read, revisions, shown
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Endpoint, Revision, RevisionState
from reconciler.ports.serving import LOG_LIMIT, RevisionOrder
from reconciler.providers.memory import MemoryServing, World

API = Address("deployments/api")
OLD, NEW = Digest("0123456789ab"), Digest("0133456789ab")
TRIAL = RunName("experiments/e/0123456789ab")


def endpoint(**traffic: int) -> Endpoint:
    known = {name: Revision(name, TRIAL, RevisionState.READY) for name in (OLD, NEW)}
    return Endpoint(API, "", known, {Digest(name.removeprefix("r")): share for name, share in traffic.items()})


def served(world: World, replicas: int = 1, **traffic: int) -> MemoryServing:
    """Serve both revisions; the traffic is told as `old` and `new`."""
    serving = MemoryServing(world)
    for revision in (OLD, NEW):
        bounds = Replicas(minimum=replicas, maximum=replicas)
        serving.start(RevisionOrder(API, revision, TRIAL, "memory://x", "sha256:aa", bounds, Resources()))
    world.clock.advance(60.0)
    if traffic:
        serving.route(API, {OLD: traffic.get("old", 0), NEW: traffic.get("new", 0)})
    return serving


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("deployments/api", True), ("deployments/api/0123456789ab", False), ("experiments/api", False)],
)
def test_a_deployment_is_told_from_its_runs(name: str, is_one: bool) -> None:
    assert is_deployment(name) is is_one


@pytest.mark.parametrize(
    ("traffic", "asked", "meant"),
    [
        ({}, "", (OLD, NEW)),
        ({f"r{OLD}": 100}, "", (OLD,)),
        ({f"r{OLD}": 90, f"r{NEW}": 10}, "", (OLD, NEW)),
        ({f"r{OLD}": 100}, "013", (NEW,)),
        ({f"r{OLD}": 100}, NEW, (NEW,)),
    ],
)
def test_the_revisions_that_serve_are_meant_unless_one_is_asked_for(
    traffic: Mapping[str, int], asked: str, meant: tuple[Digest, ...]
) -> None:
    assert revisions(endpoint(**traffic), asked) == meant


@pytest.mark.parametrize(("asked", "words"), [("01", "several revisions that begin with 01"), ("ff", "a revision ff")])
def test_a_revision_that_isn_t_one_is_refused_with_those_that_are(asked: str, words: str) -> None:
    with pytest.raises(Gone, match=words) as refused:
        revisions(endpoint(), asked)
    assert f"{OLD}, {NEW}" in refused.value.hint


def test_replicas_of_what_serves_are_read_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    serving = served(world, replicas=2, old=100)
    assert read(serving, API) == {OLD: {f"{OLD}-0": f"serves {TRIAL}\n", f"{OLD}-1": f"serves {TRIAL}\n"}}
    assert set(read(serving, API, "013")) == {NEW}
    monkeypatch.setenv("SETPOINT_SECRET_WORD", "experiments/e")
    assert read(serving, API, "013")[NEW][f"{NEW}-0"] == "serves ${secret:WORD}/0123456789ab\n"


def test_an_endpoint_that_isn_t_there_says_where_to_look() -> None:
    with pytest.raises(Gone, match="deployments/api has no endpoint") as refused:
        read(MemoryServing(World()), API)
    assert "setpoint get deployments/api" in refused.value.hint


def test_an_endpoint_that_can_t_be_read_says_why() -> None:
    class Unread(MemoryServing):
        """Can't read its one endpoint."""

        def list(self) -> Mapping[Address, Endpoint]:
            return {API: Endpoint(API, "", unread="the record x can't be understood: restore it")}

    with pytest.raises(Unavailable, match="deployments/api can't be read: the record x can't be understood"):
        read(Unread(World()), API)


def test_a_revision_that_ends_meanwhile_is_left_out() -> None:
    class Ending(MemoryServing):
        """Ends a revision as soon as it was listed."""

        def list(self) -> Mapping[Address, Endpoint]:
            listed = super().list()
            self.stop(API, NEW)
            return listed

    world = World()
    served(world)
    assert set(read(Ending(world), API)) == {OLD}


def test_lines_of_several_replicas_say_whose_they_are() -> None:
    one: Printed = {OLD: {"a": "1\n2\n3"}}
    assert shown(one, 0) == "1\n2\n3\n"
    assert shown(one, 2) == "2\n3\n"
    assert shown({**one, NEW: {"b": "4\rc | 5\n"}}, 2) == "a | 2\na | 3\nb | 4\nb | c | 5\n"
    assert shown({OLD: {"a": ""}}, 3) == ""
    assert last("", 0) == ""


def test_logs_are_followed_in_whole_lines_through_all_that_comes_and_goes() -> None:
    looks: list[Printed | None] = [
        {OLD: {"a": "1\n2\nhal"}},
        {OLD: {"a": "1\n2\nhalf\n"}},
        {OLD: {"a": "1\n2\nhalf\n", "b": "new\n"}},
        {NEW: {"c": "newest\n"}},
        {OLD: {"a": "1\n2\nhalf\n3\n"}},
        None,
    ]
    told = list(followed({OLD: {"a": "1\n"}}, iter(looks).__next__, poll=0))
    assert told == ["2\n", "half\n", "b | new\n", "c | newest\n", "a | 3\n"]


class FileServing(MemoryServing):
    """Its replicas' logs are files of this machine."""

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__(world)
        self.folder = folder

    def log_files(self, _: Address, revision: Digest) -> Mapping[str, tuple[Path, ...]]:
        return {name: (self.folder / f"{name}.former", self.folder / f"{name}.log") for name in ("a", "b")}


@pytest.mark.parametrize(("lines", "is_told"), [(0, True), (3, True), (2, False)])
def test_a_replica_s_log_without_its_beginning_says_so_and_where_all_is(
    tmp_path: Path, lines: int, is_told: bool
) -> None:
    (tmp_path / "a.former").write_bytes(b"x" * 20)
    (tmp_path / "a.log").write_bytes(b"x" * (LOG_LIMIT // 2))
    (tmp_path / "b.log").write_bytes(b"x" * (LOG_LIMIT // 2))
    told = list(left_out(FileServing(World(), tmp_path), API, {OLD: {"a": "two\nlines\n", "b": ""}}, lines))
    what = "the beginning of a's log is left out: it has 524,308 bytes, and its last 524,288 are read"
    assert told == ([f"{what}; all of it is in {tmp_path}/a.former and {tmp_path}/a.log"] if is_told else [])


def test_of_a_replica_s_log_elsewhere_it_is_told_when_it_fills_what_is_read() -> None:
    serving = MemoryServing(World())
    assert list(left_out(serving, API, {OLD: {"a": "x" * (LOG_LIMIT // 2)}}, 0)) == []
    (told,) = left_out(serving, API, {OLD: {"a": "x" * (LOG_LIMIT // 2), "b": ""}}, 0)
    assert told == "the beginning of a's log may be left out: the engine tells its last 524,288 bytes"
