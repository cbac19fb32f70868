"""`setpoint init`: a new repository from the sample."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from reconciler.cli.examples import examples
from reconciler.cli.output import as_json, counted, print_json
from reconciler.model.errors import Refused

SAMPLE = ("specs", "environments", "schemas")
IGNORED = "# Secrets, and what tools leave\n.env\n.env.*\n*.pem\n.venv/\n__pycache__/\n.ipynb_checkpoints/\n"
"""What a new repository's `.gitignore` says."""


BARE: Mapping[str, Mapping[bytes, bytes]] = MappingProxyType(
    {
        "environments/dev/environment.yaml": {
            b"Where models are promoted by themselves when their gates hold.": b"One environment, on this machine.",
            b"secrets: {scope: sample}   # dev and prod read the same database here, so what one has pulled "
            b"serves the other\n": b"",
        },
        "specs/pools/shared.yaml": {
            b"shared by two teams. A team may borrow what the other doesn't use.": b"shared by weight; "
            b"name the teams as yours are named.",
        },
    }
)
"""What the sample says of itself, and an empty repository otherwise, by path."""


@examples("setpoint init models", "setpoint init --empty")
@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option("--empty", is_flag=True, help="Only a pool, one environment and the schemas.")
@as_json
def command(folder: Path, empty: bool, to_json: bool) -> None:
    """Make a new repository in FOLDER from the sample, and commit it; in one that is there, add the sample to it.

    What is there already is left alone, and nothing but the sample is committed.
    """
    from reconciler.git.init import begin

    written = write_sample(folder, empty)
    begin(folder, "Begin with a pool and an environment" if empty else "Begin with setpoint's sample", written)
    if to_json:
        print_json({"folder": str(folder), "files": written})
        return
    print(f"wrote {counted(len(written), 'file')} to {folder} and committed them. Next:")
    print(f"  setpoint validate {folder}\n  setpoint -h")


def sample_folder() -> Path:
    """Return where the sample repository lies: in the installed package, or at the root of a checkout.

    Raises:
        Refused: it is in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_sample", package.parent):
        if all((folder / name).is_dir() for name in SAMPLE):
            return folder
    raise Refused("the sample repository is not installed", "install setpoint anew")


def write_sample(folder: Path, empty: bool = False) -> list[str]:
    """Copy the sample to a folder; return the paths that were written.

    Raises:
        Refused: one of its files is there already with other content.
    """
    source = sample_folder()
    paths = [p for name in SAMPLE for p in sorted((source / name).rglob("*")) if p.is_file()]
    chosen = [p for p in paths if not empty or _is_bare(p.relative_to(source).as_posix())]
    wanted = {p.relative_to(source).as_posix(): p.read_bytes() for p in chosen}
    if empty:
        wanted = {path: _as_bare(path, content) for path, content in wanted.items()}
    if not (folder / ".gitignore").exists():
        wanted[".gitignore"] = IGNORED.encode()
    held = {path: folder / path for path in wanted if (folder / path).exists()}
    taken = [str(new) for path, new in held.items() if _as_bare(path, new.read_bytes()) != _as_bare(path, wanted[path])]
    if taken:
        raise Refused(f"{taken[0]} is there already" + (f", and {len(taken) - 1} more" if len(taken) > 1 else ""))
    for path, content in ((path, content) for path, content in wanted.items() if path not in held):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return list(wanted)


def _as_bare(path: str, content: bytes) -> bytes:
    """Return a file of the sample as an empty repository has it."""
    for of_sample, instead in BARE.get(path, {}).items():
        content = content.replace(of_sample, instead)
    return content


def _is_bare(path: str) -> bool:
    return path.startswith(("schemas/", "specs/pools/")) or path == "environments/dev/environment.yaml"
