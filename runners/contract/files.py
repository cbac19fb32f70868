"""The files that a job leaves beside its output, each as its last act."""

RESULT = "result.json"
"""What came of a run: `runners.contract.result`."""
ERROR = "error.json"
"""Why a run failed: `what`, `where` and `fix`, each a text."""
ANSWERS = "answers.json"
"""What people answered to a campaign, as their tool exports it: the daemon leaves it, a merge of labels reads it."""
