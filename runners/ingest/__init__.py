"""The `ingest` runner: pulls a table, images or audio from their source, profiles and holds them to their schema.

It leaves `data.parquet` (of a growing source a folder of parts, with `parts/` and `parts.json`), or `images/` or
`audio/` and `manifest.parquet`; `profile.json`, `profile.html` and `profile.png`;
`schema.json`, which can be pasted as a spec's `columns`; and `croissant.json`. Data that breaks its schema is not
accepted, and every way in which it does is a violation.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from runners.contract import InputError, InputGone, Request, Result, SourceUnavailable
from runners.contract.request import FORMER
from runners.ingest.parameters import Parameters

if TYPE_CHECKING:
    from runners.inputs import Lent

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Run one ingestion into a folder.

    Raises:
        InputError: the parameters, the source or the schema are wrong.
        SourceUnavailable: the source is out of reach.
    """
    params = request.params_as(Parameters)
    from runners.ingest.ingestion import ingest

    former = _former(request, is_needed=params.source.goes_on)
    inputs = {role: url for role, url in request.inputs.items() if role != FORMER}
    environment = str(request.provenance.get("environment", ""))
    return ingest(request.run.rsplit("/", 1)[0], params, folder, inputs, former=former, environment=environment)


def _former(request: Request, *, is_needed: bool) -> "Lent | None":
    """Open the version before; where it is only compared with, one that is gone is none."""
    from runners.inputs import Lent

    url = request.inputs.get(FORMER)
    try:
        return Lent.of(url, request.digests.get(FORMER)) if url else None
    except (InputError, InputGone, SourceUnavailable):
        if is_needed:
            raise
        return None
