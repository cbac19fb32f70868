"""What a job is told, read as a strict model."""

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A strict, frozen part of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")
