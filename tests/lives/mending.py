"""Mending: the commit after which a repository has no errors, so that two lives of it must come to the same."""

from collections.abc import Sequence

from reconciler.model.ids import Address, address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.simulation import Files
from reconciler.simulation.commits import WRONG, path_of, specs, without
from reconciler.yaml.edit import edit_yaml
from tests.lives.renaming import FURTHER, without_rivals
from tests.lives.repositories import EVERY

ALL = (*EVERY, *(address(kind, name) for kind in KINDS for name in FURTHER))
_POOL = Address("pools/shared")


def mended(files: Files, sound: Files, names: Sequence[str]) -> dict[str, bytes | None]:
    """Return what a commit is to write so that nothing is broken, refers to what isn't there, or is suspended.

    Args:
        files: the repository as people think that it is.
        sound: what each file last said before it was broken.
        names: the environments, whose patches others may have written.
    """
    whole = {path: sound[path] if text in WRONG else text for path, text in files.items()}
    while stray := [spec for spec in specs(whole) if not _refers_to(spec, whole) <= set(specs(whole))]:
        whole = dict(without(whole, stray, names))
    whole = dict(without_rivals(whole))
    going_on = {path_of(s): edit_yaml(whole[path_of(s)].decode(), {"suspend": False}).encode() for s in specs(whole)}
    gone = [spec for spec in ALL if path_of(spec) not in whole]
    paths = [*map(path_of, gone), *(f"environments/{name}/{spec}.yaml" for name in names for spec in gone)]
    return {**dict.fromkeys(paths), **whole, **going_on}


def _refers_to(spec: Address, files: Files) -> set[Address]:
    text = files[path_of(spec)]
    by_default = {_POOL} if kind_of(spec) != "pools" and b"pool: " not in text else set()
    return by_default | {other for other in ALL if str(other).encode() in text}
