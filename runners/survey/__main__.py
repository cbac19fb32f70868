"""`python -m runners.survey FILE --target NAME`: prints what a repository's first specs say of a CSV file, as JSON."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import get_args

from runners.contract import RunnerError
from runners.survey.surveying import Wish, survey
from runners.survey.task import Task
from runners.survey.written import Asked


def main(arguments: Sequence[str]) -> int:
    """Print the survey, or what is wrong; return the exit code."""
    told = _parser().parse_args(arguments)
    asked = Asked(told.encoding, told.delimiter, told.decimal)
    try:
        found = survey(told.file, Wish(told.target, told.task, told.identifier, asked))
    except RunnerError as error:
        sys.stdout.write(json.dumps({"error": {"what": error.what, "where": error.where, "fix": error.fix}}) + "\n")
        return error.exit_code
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runners.survey", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--target", required=True)
    parser.add_argument("--task", choices=get_args(Task))
    parser.add_argument("--identifier")
    parser.add_argument("--encoding")
    parser.add_argument("--delimiter")
    parser.add_argument("--decimal", choices=[".", ","])
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
