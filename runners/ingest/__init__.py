"""The `ingest` runner: pulls a table or images from their source, profiles them and holds them to their schema.

It leaves `data.parquet` (of a growing source a folder of parts, with `parts/` and `parts.json`), or `images/` and
`manifest.parquet`; `profile.json`, `profile.html` and `profile.png`;
`schema.json`, which can be pasted as a spec's `columns`; and `croissant.json`. Data that breaks its schema is not
accepted, and every way in which it does is a violation.
"""

from pathlib import Path

from runners.contract import Request, Result
from runners.contract.request import FORMER
from runners.ingest.parameters import Parameters

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Run one ingestion into a folder.

    Raises:
        InputError: the parameters, the source or the schema are wrong.
        SourceUnavailable: the source is out of reach.
    """
    params = request.params_as(Parameters)
    from runners.ingest.ingestion import ingest
    from runners.inputs import Lent

    url = request.inputs.get(FORMER)
    former = Lent.of(url, request.digests.get(FORMER)) if url else None
    inputs = {role: url for role, url in request.inputs.items() if role != FORMER}
    environment = str(request.provenance.get("environment", ""))
    return ingest(request.run.rsplit("/", 1)[0], params, folder, inputs, former=former, environment=environment)
