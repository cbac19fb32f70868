"""Whether models that are trained here will be served where the environment asks for signed ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.cli.finding import Finding
from reconciler.model.errors import SetpointError

if TYPE_CHECKING:
    from reconciler.settings import Settings

WHAT = "signing of models"


def signing_findings(settings: "Settings") -> Iterator[Finding]:
    """Hold the signing key of this machine against those whom the environment lets sign; nothing where nobody has to.

    The key is the daemon's: where that runs elsewhere, its machine is the one to ask on.
    """
    from reconciler.compose import Composer
    from reconciler.signatures.allowed_signers import keys_in
    from reconciler.wiring import open_source, signing_key

    try:
        source = open_source(settings)
        head = source.head()
        signers = Composer(source.tree, settings.environment)(head).model_signers if head else None
        if signers is None:
            return
        key = signing_key(settings)
        if key is None:
            told = "only signed models are served, and no key is told here: what is trained comes to no endpoint"
            yield Finding(WHAT, told, False, needed=False, fix="set SETPOINT_SIGNING_KEY where the daemon runs")
            return
        is_allowed = key.public() in keys_in(signers)
    except SetpointError as error:
        yield Finding(WHAT, error.message, False, fix=error.hint)
        return
    told = (
        f"by {key.path}" if is_allowed else f"{key.path} isn't among those who may sign: its models come to no endpoint"
    )
    yield Finding(WHAT, told, is_allowed, fix="a signer adds its public half to `allowed_signers` of the environment")
