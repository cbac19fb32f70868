"""The `label` runner: merges what annotators said of a dataset's examples, and measures how far they agree.

It leaves `labels.parquet` (id, label, confidence, votes, answers), `disputes.json`, `agreement.json` and
`agreement.png`, of pictures also `disputes.png`, of boxes `regions.coco.json`, the files of other tools that a spec
asks for, and in `disputed/` what people were shown of the most disputed examples. Labels whose annotators agree too
little are not accepted, and every reason is a violation.
"""

import tempfile
from itertools import count
from pathlib import Path

from runners.contract import InputError, Request, Result
from runners.contract.files import ANSWERS, answers_piece
from runners.label.parameters import Exports, Parameters
from runners.staging import local

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Merge the exports of one labels resource into a folder.

    Raises:
        InputError: the parameters, the exports or the dataset are wrong.
        SourceUnavailable: the exports or the dataset are out of reach.
    """
    params = request.params_as(Parameters)
    if "dataset" not in request.inputs:
        raise InputError("the request has no dataset", "inputs.dataset", "give the URL of the dataset's folder")
    from runners.label.labelling import label

    return label(params, request.inputs["dataset"], folder, _exports(params, request), request.inputs.get("gold"))


def _exports(params: Parameters, request: Request) -> Exports:
    """Return where the answers are: exports, or what was pulled from a campaign.

    Raises:
        InputError: neither is told.
    """
    if params.exports is not None:
        return params.exports
    if params.campaign is None or "answers" not in request.inputs:
        raise InputError("the request has no answers", "inputs.answers", "give exports, or the folder of the answers")
    url = _whole(request.inputs["answers"].rstrip("/"))
    return Exports(url=url, question=params.campaign.question)


def _whole(url: str) -> str:
    """Return where the answers lie in one file: those that came in pieces are put together near the job.

    Raises:
        SourceUnavailable: their store doesn't answer.
    """
    folder = local(url)
    if not (folder / answers_piece(0)).is_file():
        return f"{url}/{ANSWERS}"
    whole = Path(tempfile.mkdtemp(prefix="setpoint-")) / ANSWERS
    with whole.open("wb") as target:
        for number in count():
            if not (piece := folder / answers_piece(number)).is_file():
                break
            target.write(piece.read_bytes())
    return whole.as_uri()
