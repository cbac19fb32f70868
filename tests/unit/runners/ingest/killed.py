"""A job that is killed: `python -m tests.unit.runners.ingest.killed REQUEST STEP` ends itself before its step so many.

A step is whatever Python tells its auditors of that touches a file. Without a step it prints how many there were.
"""

import os
import signal
import sys

from runners.harness import main

_TOUCHES = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile", "sqlite3.connect")


def run(request: str, last: int) -> int:
    """Do the job up to a step; return its exit code."""
    output, steps = request.removesuffix(".json"), 0

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event not in _TOUCHES or not any(output in str(one) or "a.db" in str(one) for one in arguments):
            return
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    code = main([request])
    sys.stdout.write(f"steps {steps}\n")
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
