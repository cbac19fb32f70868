"""A model's origin, what its run has left, and the statement about it, signed by real keys."""

from datetime import UTC, datetime

from reconciler.model.change import Origin, StartRun
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.spec import Resources
from reconciler.provenance.envelope import Envelope, encoded
from reconciler.provenance.statement import Left, statement
from reconciler.signatures import SigningKey, ssh
from tests.unit.reconciler import stage
from tests.unit.reconciler.signers import Key

RUN, DATA = RunName("experiments/score/0123456789ab"), RunName("datasets/loans/ba9876543210")
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
COMMIT, DATA_COMMIT = CommitId("c" * 40), CommitId("d" * 40)
MODEL = Model(trial=RUN, digest="sha256:" + "ab" * 32)
RESULT = stage.trained({"roc_auc": 0.8}, MODEL.digest) | {
    "files": {"model.onnx": "sha256:" + "cd" * 32},
    "content": "x",
}
LEFT = Left(RESULT, "sha256:" + "12" * 32, {"dataset": "sha256:" + "34" * 32}, {"numpy": "2.1.0"})


def order(**facts: object) -> StartRun:
    """Order the run."""
    told = {
        "address": Address("experiments/score"),
        "run": RUN,
        "runner": "tabular",
        "params": {"target": "paid", "params": {"C": 1}},
        "pool": Address("pools/shared"),
        "team": "risk",
        "resources": Resources(cpus=2),
        "timeout": 60.0,
        "seed": 7,
        "inputs": {"dataset": DATA},
        "code": ("code/score", "e" * 40),
        "image": "example.com/image:1",
        "provenance": {"environment": "dev", "spec": "specs/experiments/score.yaml", "runner_version": 2},
        "made_from": {"dataset": "rows-1"},
    }
    return StartRun(**{**told, **facts})  # type: ignore[arg-type]


def origin(**facts: object) -> Origin:
    """Return how the run came about."""
    job = stage.job(RUN, "succeeded", started=datetime(2026, 1, 7, 10, tzinfo=UTC), ended=NOW)
    return Origin(order(**facts), {"dataset": DATA_COMMIT}, job)


def payload() -> bytes:
    """Return the statement about the run's model."""
    return statement(origin(), COMMIT, LEFT, "1.0")


def signed(content: bytes, *keys: Key, namespace: str = ssh.STATEMENT) -> Envelope:
    """Put a statement into an envelope that these keys sign."""
    found = [("name", SigningKey(key.path).sign(encoded(content), namespace)) for key in keys]
    return Envelope(content, tuple(found))
