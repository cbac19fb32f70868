"""Which pinned models are vouched for: looked at where that is demanded, and remembered where it is so."""

from datetime import datetime
from pathlib import Path

import pytest

from reconciler.loop.vouching import Vouching
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import RunName
from reconciler.model.kinds.deployments import Model
from reconciler.model.resource import Desired
from reconciler.ports.data import DataReader
from reconciler.provenance.envelope import Envelope
from reconciler.provenance.statement import FILE
from reconciler.providers.memory import World
from reconciler.providers.memory.data import DataRoom
from reconciler.signatures import ssh
from tests.unit.reconciler import stage
from tests.unit.reconciler.provenance import made
from tests.unit.reconciler.signers import Key, ssh_key


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return ssh_key(tmp_path_factory.mktemp("keys"))


class Ground:
    """A data store in memory with one model, and a count of the signatures that are checked."""

    def __init__(self, *keys: Key, content: bytes | None = None) -> None:
        self.world = World()
        self.reader: DataReader = stage.engines(self.world).reader
        stage.engines(self.world).data.open(made.RUN)
        self.write(made.signed(made.payload(), *keys).line() if content is None else content)
        self.checks = 0
        self.fails: Unavailable | None = None
        self.vouching = Vouching(self.reader, lambda: made.NOW, self._check)

    def write(self, content: bytes) -> None:
        self.world.room(DataRoom).write(made.RUN, {FILE: content})

    def _check(self, payload: bytes, signature: bytes, signers: bytes, at: datetime, namespace: str) -> str:
        self.checks += 1
        if self.fails:
            raise self.fails
        return ssh.check(payload, signature, signers, at, namespace)

    def flaw(self, *signers: Key, model: Model = made.MODEL) -> str:
        """Return what is wrong with the one model that is pinned."""
        (found,) = self.vouching.verdicts(pinned(model, "".join(key.public for key in signers))).values()
        return found


def pinned(model: Model, signers: str | None) -> Desired:
    api = stage.resource(stage.API, model=model.model_dump())
    return stage.desired(api, model_signers=signers.encode() if signers is not None else None)


def test_where_nobody_has_to_vouch_nothing_is_looked_at(ada: Key) -> None:
    ground = Ground(ada)
    assert ground.vouching.verdicts(pinned(made.MODEL, None)) == {}
    assert ground.checks == 0


def test_what_is_vouched_for_is_looked_at_once_for_the_same_signers(ada: Key, tmp_path: Path) -> None:
    ground, bob = Ground(ada), ssh_key(tmp_path, "bob")
    assert [ground.flaw(ada), ground.flaw(ada), ground.checks] == ["", "", 1]
    assert "isn't allowed" in ground.flaw(bob)
    assert ground.flaw(ada, bob) == ""


def test_what_is_wrong_is_looked_at_again(ada: Key) -> None:
    ground = Ground(content=Envelope(made.payload()).line())
    assert ground.flaw(ada) == "isn't signed"
    ground.write(made.signed(made.payload(), ada).line())
    assert ground.flaw(ada) == ""


def test_one_that_is_not_there_says_so(ada: Key) -> None:
    ground = Ground(ada)
    other = Model(trial=RunName("experiments/score/ffffffffffff"), digest=made.MODEL.digest)
    assert ground.flaw(ada, model=other).startswith("isn't there: ")


def test_one_that_can_not_be_checked_now_is_not_taken(ada: Key) -> None:
    ground = Ground(ada)
    ground.fails = Unavailable("ssh-keygen is not installed", "install it")
    assert ground.flaw(ada) == "can't be verified: ssh-keygen is not installed"
    ground.fails = None
    assert ground.flaw(ada) == ""


def test_a_defect_is_contained_and_not_taken(ada: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = Ground(ada)

    def broken(*_: object) -> bytes:
        raise Refused("the store declines", "")

    monkeypatch.setattr(ground.reader, "read", broken)
    assert "the store declines" in ground.flaw(ada)
