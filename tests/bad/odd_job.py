"""A job that ends as its request's `params.params.ends` says; an `ingest` ends well. It runs without site packages."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

GOOD = {"format": 1, "accepted": True, "violations": [], "metrics": {}, "facts": {}, "files": {}, "content": "c"}
RESULTS = {
    "well": json.dumps(
        GOOD
        | {"metrics": {"roc_auc": 0.9}}
        | {"facts": {"model": {"digest": "sha256:1"}, "validation": {"metrics": {"roc_auc": 0.9}}}}
    ),
    "boasts": json.dumps(GOOD | {"metrics": {"roc_auc": 1e308}}),
    "forges": json.dumps(GOOD | {"metrics": {"roc_auc": 0.99}, "facts": {"model": {"digest": "sha256:1"}}}),
    "NaN": '{"accepted": true, "metrics": {"roc_auc": NaN}}',
    "infinite": '{"accepted": true, "metrics": {"roc_auc": 1e999}}',
    "half": '{"accepted": true, "metr',
    "list": "[1, 2]",
    "shapes": '{"accepted": true, "metrics": [], "facts": 5}',
    "deep": "[" * 100_000,
    "climbing": '{"accepted": true, "metrics": {"roc_auc": 0.5}, "files": {"../../../pass.png": "x"}}',
    "large": '{"accepted": true, "facts": {"a": "' + "x" * 3_000_000 + '"}}',
}


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(12 * 2**30)


LEAVINGS = {"fifo": os.mkfifo, "sparse": sparse, "link": lambda path: path.symlink_to("/etc/passwd")}


def main(path: str) -> int:
    request = json.loads(Path(path).read_bytes())
    folder = Path(unquote(urlsplit(request["output"]).path))
    ends = "well" if request["runner"] == "ingest" else request["params"]["params"]["ends"]
    if ends == "hangs":
        sys.stdout.write("it hangs\n")
        sys.stdout.flush()
        time.sleep(600)
    if ends == "killed":
        os.kill(os.getpid(), signal.SIGSEGV)
    if ends in RESULTS:
        (folder / "model.txt").write_text("a model")
        (folder / "result.json").write_text(RESULTS[ends])
    if ends in LEAVINGS:
        LEAVINGS[ends](folder / "result.json")
    if ends == "forges":
        os.kill(os.getpid(), signal.SIGSEGV)
    if ends == "refuses":
        (folder / "error.json").write_text('{"what": "no column paid", "where": "target", "fix": "name one"}')
    if ends == "odd words":
        (folder / "error.json").write_text('{"what": {"a": ["\\u001b[31m"]}, "where": [], "fix": 7}')
    return {"crashes": 1, "refuses": 65, "odd words": 65}.get(ends, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
