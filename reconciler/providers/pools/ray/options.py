"""What the environment's file says of a Ray cluster, checked before anything is asked of it."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, ValidationError

from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.kinds.spec import DNS_LABEL, Spec
from reconciler.model.quantity import Duration
from reconciler.plugins import Options as ProviderOptions
from reconciler.plugins.refusals import Refusal, without_containers
from reconciler.settings import reveal
from runners.contract.mistakes import said
from runners.contract.secrets import SECRET
from runners.contract.text import dotted

RUNNERS = ("-m", "runners")


class Options(ProviderOptions):
    """The options of `pool: {provider: ray, ...}`."""

    address: str = Field(pattern=r"^https?://[^/\s]+", description="The dashboard's address, `http://head:8265`.")
    token: str = Field(
        default="", pattern=rf"^({SECRET.pattern})?$", description="What the cluster asks for, as `${secret:NAME}`."
    )
    seal: str = Field(
        default="",
        pattern=rf"^({SECRET.pattern})?$",
        description="The key, as `${secret:NAME}`, that seals secrets of single jobs; the nodes have it too.",
    )
    owner: str = Field(default="setpoint", pattern=DNS_LABEL, description="Tells our jobs from others' on the cluster.")
    python: str = Field(default="python3", description="The interpreter on the nodes that has Setpoint's runners.")
    command: tuple[str, ...] = Field(default=(), description="What a job is; by default the runners.")
    runtime_env: dict[str, Any] = Field(
        default={}, description="Ray's runtime environment: pip, working_dir, env_vars."
    )
    resources: dict[Address, dict[str, float]] = Field(
        default={}, description="What else each node of a pool's jobs is to have, by the cluster's own names."
    )
    placement: Literal["SPREAD", "STRICT_SPREAD", "PACK", "STRICT_PACK"] = Field(
        default="SPREAD", description="How the nodes of one job are chosen."
    )
    grace: Duration = Field(default=timedelta(seconds=10), description="How long a job has to end after SIGTERM.")
    keep: Duration = Field(default=timedelta(days=7), description="How long a job that succeeded is remembered.")
    patience: Duration = Field(default=timedelta(seconds=10), description="How long a silent cluster is waited for.")
    poll: Duration = Field(default=timedelta(seconds=1), description="How often jobs that go on are looked at.")

    def refusals(self, spec: Spec) -> Iterator[Refusal]:
        yield from without_containers(spec)

    @property
    def job(self) -> Sequence[str]:
        """Return the command line of a job, to which the path of its request is appended."""
        return self.command or (self.python, *RUNNERS)

    def headers(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return what every request to the cluster carries.

        Raises:
            Refused: the token's secret isn't set.
        """
        return {"Authorization": f"Bearer {reveal(self.token, environ)}"} if self.token else {}


def read_options(told: Mapping[str, Any]) -> Options:
    """Read the options.

    Raises:
        Refused: one isn't known or has a wrong value, or a secret would show in the cluster's lists.
    """
    try:
        options = Options.model_validate(dict(told))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = dotted(("pool", *first["loc"]))
        known = f"the options are {', '.join(Options.model_fields)}"
        raise Refused(f"environment.yaml: {where}: {said(first)[0]}", known) from error
    if SECRET.search(json.dumps(options.runtime_env)):
        what = "environment.yaml: pool.runtime_env names a secret, which everybody could read in the cluster's lists"
        raise Refused(what, "set SETPOINT_SECRET_NAME where the cluster's nodes start, and name it in the spec")
    return options
