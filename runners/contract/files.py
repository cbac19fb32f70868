"""The files that a job leaves beside its output, each as its last act."""

RESULT = "result.json"
"""What came of a run: `runners.contract.result`."""
ERROR = "error.json"
"""Why a run failed: `what`, `where` and `fix`, each a text."""
ANSWERS = "answers.json"
"""What people answered to a campaign, as their tool exports it: the daemon leaves it, a merge of labels reads it."""


def answers_piece(number: int) -> str:
    """Return the name of a piece of answers that are too many for one file: one after the other they are that."""
    return f"{ANSWERS}.{number:05d}"


KEPT_BACK = "setpoint_kept_back"
"""The field of a task's meta with what a model says of its example, where who answers isn't shown that."""
