"""What is measured of a model."""

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskedAnswers(_Part):
    """Test rows that it has to answer, each alone and all in batches."""

    rows: int = Field(default=1000, ge=1, le=100_000)
    batch: int = Field(default=20, ge=1, le=1000)


class AskedLatency(_Part):
    """Requests of one row, one after the other."""

    requests: int = Field(default=1000, ge=1, le=100_000)


class AskedLoad(_Part):
    """Requests of one row by several clients at once, each of which asks again as soon as it is answered."""

    clients: int = Field(default=8, ge=1, le=256)
    seconds: float = Field(default=10.0, ge=1, le=600)


class ReplicaParams(_Part):
    """What is measured; the size of the model's files always is."""

    answers: AskedAnswers | None = None
    latency: AskedLatency | None = None
    load: AskedLoad | None = None
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    threads: int = Field(default=1, ge=1, le=1024)
    """Threads that one prediction may use, as the deployment's replicas have them."""
