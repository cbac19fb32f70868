"""What a pool tells a warm process."""

import json

from runners.contract.warm import WARM, job_as_json


def test_a_job_is_plain_json() -> None:
    told = job_as_json(("folder", "1"), {"A": "b"}, "1.log")
    assert json.loads(json.dumps(told)) == {"arguments": ["folder", "1"], "environ": {"A": "b"}, "log": "1.log"}


def test_what_runs_code_of_others_is_never_a_copy() -> None:
    assert not WARM & {"command", "torch-images", "serve"}
