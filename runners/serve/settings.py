"""The configuration of one serving process, read from JSON in a file or in an environment variable."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runners.contract import formats

MEBIBYTE = 2**20


class Member(BaseModel):
    """One of several models: its name in the protocol's paths, and what it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    trial: str
    model_url: str
    model_digest: str


class Settings(BaseModel):
    """What one process serves, and where. A newer daemon may tell more: what isn't known here is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = formats.FIRST
    name: str
    """The model's name in the protocol's paths: the deployment's."""
    deployment: str
    """The deployment's address, `deployments/employment`."""
    revision: str
    trial: str
    """The run that trained the model, `experiments/employment/<digest>`."""
    model_url: str
    """The folder with the model and its signature: a path or a fsspec URL."""
    model_digest: str
    """`sha256:<hex>` of the model's file, checked before it is loaded."""
    models: tuple[Member, ...] = ()
    """Several models instead of the one, each with its name; `graph` says how they are combined."""
    graph: tuple[dict[str, Any], ...] = ()
    """The nodes of the graph that answers under `name`, as `runners.models.graph` reads them."""
    keep: str | None = None
    """Where a model from elsewhere is kept, so that the next process needn't fetch it, nor have the right to."""
    socket: str | None = None
    """The Unix socket to listen on; without one, `port` of `host`."""
    port: int | None = Field(default=None, ge=1, le=65535)
    host: str = "127.0.0.1"
    """The address of the port; 0.0.0.0 is every one of this machine or pod."""
    grpc_port: int | None = Field(default=None, ge=1, le=65535)
    """The port of the same host where gRPC is spoken; None is nowhere."""
    grpc_socket: str | None = None
    """The Unix socket where gRPC is spoken, beside the port or without it."""
    key_file: str | None = None
    """The file with the key of the tokens that let in; None asks for none, as something before the process does."""
    pid_file: str | None = None
    """Where the process id is written, if the file is empty."""
    words: str | None = None
    """Where the reason is written when the model can't be served."""
    logs: str | None = None
    """The folder of the payload log: a path or a fsspec URL; None is no log."""
    logs_quota: int = Field(default=2**30, ge=1)
    """Bytes of the payload logs in the folder above `logs`, where that is on a disk: the oldest go for new ones."""
    logs_sample: float = Field(default=1.0, gt=0, le=1)
    """Share of the requests that are logged."""
    logs_without: tuple[str, ...] = ()
    """Columns of which nothing is logged."""
    body_limit: int = Field(default=16 * MEBIBYTE, ge=1)
    """Bytes of the largest request that is answered."""
    threads: int = Field(default=1, ge=1)
    """Threads that one prediction may use."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, told: Any) -> Any:
        if isinstance(told, dict):
            try:
                formats.format_of(told, formats.GUARDED)
            except formats.UnknownFormat as error:
                raise ValueError(f"{error}: upgrade the image to the daemon's version of Setpoint") from error
        return told

    def of(self, member: Member) -> Self:
        """Return what is told of one of several models, as it would be if it were the only one."""
        keep = f"{self.keep}/{member.name}" if self.keep else None
        told = {"name": member.name, "trial": member.trial, "models": (), "graph": (), "keep": keep}
        return self.model_copy(update={**told, "model_url": member.model_url, "model_digest": member.model_digest})

    @model_validator(mode="after")
    def _has_a_name_for_each(self) -> Self:
        names = [self.name, *(one.name for one in self.models)]
        if len(set(names)) < len(names):
            raise ValueError(f"two models have one name of {', '.join(names)}: rename a deployment")
        return self

    @model_validator(mode="after")
    def _listens_somewhere(self) -> Self:
        if (self.socket is None) == (self.port is None):
            raise ValueError("give either socket or port")
        return self
