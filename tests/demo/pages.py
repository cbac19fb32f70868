"""`python -m tests.demo.pages REPOSITORY docs/images`: pictures of the page, of what `setpoint demo --keep` left."""

import subprocess
import sys
from pathlib import Path

from tests.demo.browser import Browser
from tests.times import ROOT

PICTURES = {
    "web-overview": ("", 900),
    "web-graph": ("prod/graph", 330),
    "web-compare": ("prod/experiments/employment/compare", 1150),
    "web-data": ("prod/datasets/employment/data", 780),
    "web-reports": ("prod/monitors/employment/reports", 900),
}
WIDTH = 1280


def main(repository: str, folder: Path) -> None:
    """Serve the page, and take each picture."""
    line = [sys.executable, "-m", "reconciler", "web", "-C", repository, "-e", "dev", "-e", "prod"]
    with subprocess.Popen([*line, "--listen", "127.0.0.1:0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().split()[-1]
        with Browser(WIDTH) as browser:
            for name, (path, height) in PICTURES.items():
                browser.open(address + path)
                (folder / f"{name}.png").write_bytes(browser.picture(0, 0, WIDTH, height))
        process.terminate()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
