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


def deep(folder: Path) -> None:
    os.chdir(folder)
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    Path("file").touch()
    os.chdir("/")


def git(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git/config").touch()


KEEPSAKES = {
    "extra link": lambda folder: (folder / "extra.txt").symlink_to("/etc/passwd"),
    "extra circle": lambda folder: (folder / "extra.txt").symlink_to("extra.txt"),
    "extra fifo": lambda folder: os.mkfifo(folder / "extra.txt"),
    "extra git": git,
    "extra line": lambda folder: (folder / "a\nb").touch(),
    "extra deep": deep,
    "extra sparse": lambda folder: sparse(folder / "extra.txt"),
}


def leave_odd(folder: Path, ends: str) -> None:
    if ends in KEEPSAKES:
        KEEPSAKES[ends](folder)
        (folder / "result.json").write_text(RESULTS["well"])
    if ends in LEAVINGS:
        LEAVINGS[ends](folder / "result.json")


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
    leave_odd(folder, ends)
    if ends == "forges":
        os.kill(os.getpid(), signal.SIGSEGV)
    if ends == "refuses":
        (folder / "error.json").write_text('{"what": "no column paid", "where": "target", "fix": "name one"}')
    if ends == "odd words":
        (folder / "error.json").write_text('{"what": {"a": ["\\u001b[31m"]}, "where": [], "fix": 7}')
    return {"crashes": 1, "refuses": 65, "odd words": 65}.get(ends, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
