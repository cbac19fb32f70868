"""`python -m tests.demo.desk docs/images`: a picture of the page on which a person labels."""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from sklearn import datasets

from reconciler.model.ids import Address
from reconciler.model.kinds.label_config import Wanted, compact
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.folder import LabelFolder
from tests.demo.browser import Browser
from tests.times import ROOT

WIDTH, HEIGHT = 1280, 620
FLOWERS = Address("labels/flowers")
SPECS = {
    "environments/dev/environment.yaml": "description: Asks people.\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 1, memory: 4Gi}\n",
    "specs/datasets/pictures.yaml": "source: {files: {url: 'file:///pictures', format: images}}\nidentifier: id\n",
    "specs/labels/flowers.yaml": """\
dataset: datasets/pictures
answer: boxes
choices: [flower, leaf]
campaign: {show: image, as: image, guide: "Mark each **flower**, petals and all."}
""",
}


def main(folder: Path) -> None:
    """Ask about one picture, and take one of the page."""
    with tempfile.TemporaryDirectory() as place, Browser(WIDTH) as browser:
        repository, home = Path(place) / "repository", Path(place) / "home"
        _ask(repository, home)
        line = [sys.executable, "-m", "reconciler", "label", "--as", "ada@example.org", "-C", str(repository)]
        line += ["-e", "dev", "--home", str(home), "--listen", "127.0.0.1:0"]
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            browser.open(process.stdout.readline().split()[-1])
            left, top, width, height = browser.run(
                "(() => { const it = document.querySelector('.picture img').getBoundingClientRect();"
                " return [it.left, it.top, it.width, it.height]; })()"
            )
            browser.drag(left + 0.26 * width, top + 0.19 * height, left + 0.7 * width, top + 0.85 * height)
            (folder / "label-task.png").write_bytes(browser.picture(0, 0, WIDTH, HEIGHT))
            process.terminate()


def _ask(repository: Path, home: Path) -> None:
    for path, text in SPECS.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text, "utf-8")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for line in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *line], cwd=repository, check=True)
    content = (Path(datasets.__file__).parent / "images/flower.jpg").read_bytes()
    picture = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    project = LabelFolder(home / "labelling/dev")
    config = compact(Wanted("answer", "image", "image", "boxes", ("flower", "leaf"), None))
    project.configure(ProjectOrder(FLOWERS, "Flowers", config, "Mark each **flower**, petals and all."))
    project.add(FLOWERS, [Task(f"{n:012x}-1", {"image": picture, "id": n}) for n in range(1, 41)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
