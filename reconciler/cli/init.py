"""`setpoint init`: a new repository, from the sample, from a CSV file, or empty."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.examples import examples
from reconciler.cli.output import as_json, counted, print_json
from reconciler.model.errors import Refused

if TYPE_CHECKING:
    from reconciler.cli.surveying import Wish

SAMPLE = ("specs", "environments", "schemas")
IGNORED = (
    "# Secrets, and what tools leave\n.env\n.env.*\n*.pem\n.venv/\n__pycache__/\n.ipynb_checkpoints/\n"
    "# Data: specs say where it lies, and the data store keeps its versions\n/data/\n"
)
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


@examples(
    "setpoint init models",
    "setpoint init --csv data.csv --target y",
    "setpoint init models --csv data.csv --target price --task regression --forge github",
    "setpoint init --empty",
)
@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option("--empty", is_flag=True, help="Only a pool, one environment and the schemas.")
@click.option("--csv", type=click.Path(path_type=Path), help="Specs for the rows of this file instead of the sample.")
@click.option("--target", help="The column of --csv that is predicted.")
@click.option("--task", type=click.Choice(["binary", "multiclass", "regression"]), help="Unset, by the target.")
@click.option("--identifier", help="The column of --csv that names a row; unset, it is guessed and told.")
@click.option("--name", help="What the resources of --csv are called; unset, as the file.")
@click.option("--encoding", help="The encoding of --csv, such as cp1252; unset, it is found out.")
@click.option("--delimiter", help="What parts the columns of --csv; unset, it is found out.")
@click.option("--decimal", type=click.Choice([".", ","]), help="The sign for decimals; unset, it is found out.")
@click.option(
    "--forge",
    type=click.Choice(["gitea", "github", "gitlab"]),
    help="Add what checks each pull request there, and CODEOWNERS; say which branches to protect.",
)
@click.option("--owner", help="Who owns all files by CODEOWNERS, such as @team; unset, Git's user.email.")
@as_json
def command(
    folder: Path,
    empty: bool,
    csv: Path | None,
    target: str | None,
    forge: str | None,
    owner: str | None,
    to_json: bool,
    **said: str | None,
) -> None:
    """Make a new repository in FOLDER, and commit it; in one that is there, add to it.

    It begins with the sample; with --csv and --target, with all that trains, proposes and serves a model of your own
    rows, which stay where they are. What is there already is left alone, and nothing but what was written is committed.
    """
    from reconciler.cli.first_specs import first_specs, name_of
    from reconciler.cli.forge_files import forge_files, owner_of
    from reconciler.cli.seen import tell_seen
    from reconciler.git.init import begin, branch_of, would_take

    wish = _wish(csv, target, empty, said)
    name = _name(said.get("name"), name_of(wish.file)) if wish else ""
    seen = _seen(wish)
    own = first_specs(name, wish.file, seen) if wish else {}
    environment = "prod" if not (wish or empty) else "dev"
    more = forge_files(forge, owner or owner_of(folder), environment) if forge else {}
    wanted = {**_sample(bool(wish), empty), **own, **more}
    new = [path for path in wanted if not (folder / path).exists()]
    written = write_files(folder, wanted, wish.file if wish else None)
    begin(folder, _message(wish, empty), written)
    in_git = _ignoring(folder, wish.file).strip() if wish and would_take(folder, wish.file) else None
    if to_json:
        print_json({"folder": str(folder), "files": written} | ({"seen": seen, "data_in_git": in_git} if wish else {}))
        return
    print(
        f"wrote {counted(len(new), 'file')} to {folder} and committed them." if new else "All of it was there already."
    )
    if wish:
        tell_seen(name, seen)
    if in_git:
        print(f"Git would take the data: add the line {in_git} to .gitignore, if it isn't meant to be there.")
    tell_next(folder, wish, forge)
    _tell_branch(branch_of(folder))


def _wish(csv: Path | None, target: str | None, empty: bool, said: Mapping[str, str | None]) -> "Wish | None":
    from reconciler.cli.surveying import Wish

    if csv is None:
        odd = [name for name, value in {**said, "target": target}.items() if value is not None]
        if odd:
            raise click.UsageError(f"--{odd[0]} is about a file: name that by --csv, too")
        return None
    if empty:
        raise click.UsageError("--csv and --empty are two beginnings: say one of them")
    if target is None:
        raise click.UsageError("--csv needs --target: the column that is predicted")
    return Wish(csv, target, **{key: value for key, value in said.items() if key != "name"})


def _name(given: str | None, usual: str) -> str:
    """Return what resources are called.

    Raises:
        Refused: they can't be called what is given.
    """
    import re

    from reconciler.model.kinds.spec import DNS_LABEL
    from runners.contract.mistakes import shown

    if given is None or re.fullmatch(DNS_LABEL, given):
        return given or usual
    near = re.sub(r"[^a-z0-9]+", "-", given.lower()).strip("-")[:50] or usual
    raise Refused(f"no resource can be called {shown(given)}", f"small letters, digits and hyphens, such as {near}")


def _seen(wish: "Wish | None") -> dict[str, Any]:
    from reconciler.cli.surveying import surveyed

    return surveyed(wish) if wish else {}


def _message(wish: "Wish | None", empty: bool) -> str:
    if wish:
        return f"Begin with {wish.file.name}"
    return "Begin with a pool and an environment" if empty else "Begin with setpoint's sample"


def tell_next(folder: Path, wish: "Wish | None", forge: str | None) -> None:
    """Say what comes next."""
    from reconciler.cli.forge_files import PROTECTION

    if forge:
        print(f"Protect its branches on the forge, before others push there:\n{PROTECTION[forge]}")
    print("Next:")
    place = "" if folder == Path() else f"  cd {folder}\n"
    if wish:
        print(f"{place}  setpoint apply      trains, and proposes the best model on a branch proposals/…; merge that")
        print("  setpoint apply      brings it to an endpoint\n  setpoint status")
        return
    print(f"  setpoint validate {folder}\n  setpoint -h")


def _tell_branch(branch: str) -> None:
    if branch != "main":
        print(
            f"It lies on the branch {branch}, and main is watched: `git branch -m main`, or SETPOINT_BRANCH={branch}."
        )


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
    return write_files(folder, _sample(False, empty))


def _sample(only_schemas: bool, empty: bool) -> dict[str, bytes]:
    """Return the files of the sample, or some of them, by their paths."""
    source = sample_folder()
    names = ("schemas",) if only_schemas else SAMPLE
    paths = [p for name in names for p in sorted((source / name).rglob("*")) if p.is_file()]
    chosen = [p for p in paths if not empty or _is_bare(p.relative_to(source).as_posix())]
    wanted = {p.relative_to(source).as_posix(): p.read_bytes() for p in chosen}
    return {path: _as_bare(path, content) for path, content in wanted.items()} if empty else wanted


def write_files(folder: Path, wanted: Mapping[str, bytes], data: Path | None = None) -> list[str]:
    """Write files to a folder, and a `.gitignore` where it has none; return the paths that were written.

    Args:
        folder: the folder.
        wanted: the files by their paths in it.
        data: a file of data, which Git ignores if it lies there.

    Raises:
        Refused: one of them is there already with other content.
    """
    wanted = dict(wanted)
    if not (folder / ".gitignore").exists():
        wanted[".gitignore"] = (IGNORED + _ignoring(folder, data)).encode()
    held = {path: folder / path for path in wanted if (folder / path).exists()}
    taken = [str(new) for path, new in held.items() if _as_bare(path, new.read_bytes()) != _as_bare(path, wanted[path])]
    if taken:
        of_data = "it says otherwise where data lies, or was changed: begin a new folder, or write the specs by hand"
        more = f", and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise Refused(f"{taken[0]} is there already, with other content{more}", of_data if data else "")
    for path, content in ((path, content) for path, content in wanted.items() if path not in held):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return list(wanted)


def _ignoring(folder: Path, data: Path | None) -> str:
    """Return the line by which Git ignores a file of data; none where it lies elsewhere."""
    if data is None or not data.absolute().is_relative_to(folder.absolute()):
        return ""
    path = data.absolute().relative_to(folder.absolute()).as_posix()
    return "/" + "".join(f"\\{sign}" if sign in "\\*?[]!# " else sign for sign in path) + "\n"


def _as_bare(path: str, content: bytes) -> bytes:
    """Return a file of the sample as an empty repository has it."""
    for of_sample, instead in BARE.get(path, {}).items():
        content = content.replace(of_sample, instead)
    return content


def _is_bare(path: str) -> bool:
    return path.startswith(("schemas/", "specs/pools/")) or path == "environments/dev/environment.yaml"
