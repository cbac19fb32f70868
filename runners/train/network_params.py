"""What a trial may say of its network."""

from pydantic import BaseModel, ConfigDict, Field


class NetworkParams(BaseModel):
    """What a trial may say of its network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(default=30, ge=1, le=10_000)
    batch_size: int = Field(default=64, ge=1, le=65_536)
    learning_rate: float = Field(default=2e-3, gt=0, le=10)
    weight_decay: float = Field(default=1e-4, ge=0)
    channels: tuple[int, ...] = Field(default=(16, 32), min_length=1, max_length=8)
    """Channels of each convolution; after each the picture is halved."""
    hidden: int = Field(default=64, ge=1, le=65_536)
    dropout: float = Field(default=0.2, ge=0, lt=1)
