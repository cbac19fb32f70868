"""Pins: the very version of a dataset or of labels that an environment stands on."""

from pydantic import Field

from reconciler.model.kinds.spec import Block


class Pin(Block):
    """The version that is pinned: the run that made it, and the content that it has to have."""

    version: str = Field(
        pattern=r"^(datasets|labels)/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[0-9a-f]{12}$",
        examples=["datasets/loans/3f2a1b4c5d6e"],
        description="The run that made it, as its status names it.",
    )
    content: str = Field(
        pattern=r"^[A-Za-z0-9:._/-]{1,200}$",
        description="The digest of its content, as its status tells it; another one is refused.",
    )
