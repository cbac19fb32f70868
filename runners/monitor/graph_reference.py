"""The reference of a graph of models: a member's test rows that no other member has seen, answered by the graph.

The graph is put together as a replica does it, so that what is compared with the traffic is what the endpoint says.
"""

from pathlib import Path

import numpy as np

from runners.contract import InputError, Request
from runners.evaluate.candidates import OF_CLASS, Candidate, read_candidate
from runners.evaluate.judging import judging
from runners.evaluate.tables import Columns, write_parquet
from runners.models import Model, ModelInputError, ModelRefused, load
from runners.models.graph import Node, combined
from runners.monitor.parameters import Parameters
from runners.monitor.signature import ROWS, SIGNATURE
from runners.staging import local

ANSWERS = ("prediction", "predicted_probability")
_FIX = "name another `test_rows`, or watch the members by monitors of their own"


def reference_of(request: Request, params: Parameters, folder: Path) -> str:
    """Write the reference of a graph to a folder, and say of which rows it is.

    Raises:
        InputError: a model can't be loaded or they don't fit together, the rows lack a column that the graph takes or
            what it answers, or another member was trained on them.
    """
    tested = local(_input(request, "reference"))
    places = {name: local(_input(request, f"model_{name}")) for name in params.members}
    rows, left = read_candidate(tested), 0
    for name, place in places.items():
        if request.inputs[f"model_{name}"] != request.inputs["reference"]:
            rows, seen = _unseen(rows, name, place)
            left += seen
    try:
        models = {name: load(place, params.members[name]) for name, place in places.items()}
        graph = combined([Node.of(node) for node in params.graph], models)
        write_parquet(_answered(rows, graph), folder / ROWS)
    except (ModelRefused, ModelInputError) as error:
        what = f"the graph can't answer the test rows of {rows.run}: {error.what}"
        raise InputError(what, error.where, getattr(error, "fix", "") or _FIX) from error
    (folder / SIGNATURE).write_text(graph.signature.to_json(), "utf-8")
    known = f", without the {left:,} that others of its models were trained or chosen on" if left else ""
    return f"The reference is {len(rows.answers):,} test rows of {rows.run}{known}, answered by the graph."


def _input(request: Request, role: str) -> str:
    if role not in request.inputs:
        raise InputError(f"a monitor of a graph needs `{role}` among its inputs", f"inputs.{role}", "give its URL")
    return request.inputs[role]


def _unseen(rows: Candidate, name: str, place: Path) -> tuple[Candidate, int]:
    """Return the rows that a member was neither trained nor chosen on, and how many others there are.

    Raises:
        InputError: there are none, or too few, or nobody knows which.
    """
    found = judging(rows, place)
    if found.obstacle:
        why = found.obstacle.replace("the live model", f"the model of {name}").replace("the candidate", rows.run)
        what = f"the test rows of {rows.run} don't show how right the graph is: {why}"
        raise InputError(what, "test_rows", f"train all members on rows of one split.seed; or {_FIX}")
    return rows.at(found.rows), len(rows.answers) - len(found.rows)


def _answered(rows: Candidate, graph: Model) -> Columns:
    """Return the rows with what the graph answers.

    Raises:
        InputError: they have no such column, or the graph answers something else.
        ModelInputError: it has no answer to one.
    """
    told, known = graph.signature, rows.columns
    if lacking := [name for name in told.columns if name not in known]:
        what = f"the test rows of {rows.run} have no column {', '.join(lacking[:5])}, which the graph takes"
        raise InputError(what, "test_rows", _FIX)
    if (told.target, told.task) != (rows.target, rows.task):
        what = f"the test rows of {rows.run} tell {rows.target}, and the graph answers {told.target} ({told.task})"
        raise InputError(what, "test_rows", "name a member that answers what the graph does")
    prediction = graph.predict({name: known[name] for name in told.columns})
    kept = {name: values for name, values in known.items() if name not in ANSWERS and not name.startswith(OF_CLASS)}
    answers = {"prediction": prediction.prediction}
    if prediction.probability is not None:
        answers["predicted_probability"] = prediction.probability
    if prediction.probabilities is not None:
        each = np.asarray(prediction.probabilities).T
        answers |= {f"{OF_CLASS}{label}": values for label, values in zip(told.classes, each, strict=True)}
    return kept | answers
