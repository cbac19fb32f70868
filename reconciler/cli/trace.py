"""`setpoint trace`: from an endpoint, or from data, back to what it is made from, and the commits that asked for it."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json, say
from reconciler.cli.status_reader import document_of, read_status
from reconciler.settings import Settings
from runners.contract.files import RESULT

if TYPE_CHECKING:
    from reconciler.model.ids import Address, CommitId, RunName
    from reconciler.ports.engines import Engines
    from reconciler.watched.branch import Source


NOBODY: "Mapping[Address, Address]" = MappingProxyType({})


@examples("setpoint trace deployments/employment --environment prod", "setpoint trace datasets/census")
@click.command("trace")
@click.argument("address", shell_complete=complete_addresses)
@as_json
@placed
def command(settings: Settings, address: str, to_json: bool) -> None:
    """Tell, for a deployment, which model, trial, data commits, spec commit and merge its answers come from.

    Of a dataset, or of labels, it tells the same of the version that is in force; of a promotion of a spec's values
    which of them were in force, and the merge that said the newest.
    """
    from reconciler.cli.proposing import target_of
    from reconciler.model.ids import RunName, kind_of

    recorded = read_status(settings)
    if kind_of(address) == "promotions":
        of_values = values_told(settings, address, document_of(recorded, address, settings.environment))
        print_json(of_values) if to_json else _show(of_values)
        return
    facts = document_of(recorded, address, settings.environment).get("facts") or {}
    target = target_of(settings, address)
    pinned = target.pinned.run if target.pinned else None
    names = (target.resource.address, *reversed(target.resource.former))
    paths = [f"environments/{settings.environment}/{name}.yaml" for name in names]
    sort, kind = target.sort, target.resource.kind
    told: dict[str, Any] = {kind.removesuffix("s") if kind != "labels" else kind: address}
    told |= {"environment": settings.environment}
    told |= {key: facts.get(key) for key in (("url", "revision", "traffic") if sort.noun == "model" else ("in_force",))}
    told |= {"pinned_by": pinned_by(target.wired.source, target.commit, paths, sort.field), sort.noun: None}
    if run := pinned or (facts.get("version") if sort.noun == "version" else None):
        told[sort.noun] = run_of(target.engines, RunName(run), names_now(recorded.statuses), unseen_from(settings))
    print_json(told) if to_json else _show(told)


def values_told(settings: Settings, address: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Tell which values of a promotion were in force, and by which merge the newest came.

    Raises:
        Refused: it is no promotion of values.
    """
    from reconciler.cli.proposing_values import values_target
    from reconciler.controllers.promotable import pinned_in
    from reconciler.model.spec_values import name_of_values

    target, facts = values_target(settings, address), document.get("facts") or {}
    file = pinned_in(settings.environment, target.subject.address)
    return {
        "promotion": address,
        "environment": settings.environment,
        "spec": target.subject.address,
        "fields": list(target.promotion.fields),
        "says": name_of_values(target.subject.identity, target.promoted.here.digest),
        "values": dict(target.promoted.here.whole),
        "in_force": facts.get("in_force"),
        "said_by": commits_of(target.wired.source, target.commit, file),
    }


def unseen_from(settings: Settings) -> str:
    """Say where a run was looked for in vain: data that lies in another home can't be seen from this one."""
    return (
        f"not in the data that is read from here; embedded data lies in the home, here {settings.home}: "
        "give the daemon's by --home"
    )


def names_now(statuses: "Mapping[Address, Mapping[str, Any]]") -> "Mapping[Address, Address]":
    """Return what resources are called now, by the names that they had before."""
    from reconciler.model.moves import former_told

    told = ((address, former_told(address, document.get("facts"))) for address, document in statuses.items())
    return {former: address for address, names in told for former in names if former not in statuses}


def pinned_by(source: "Source", head: "CommitId", paths: Sequence[str], field: str = "model") -> dict[str, Any]:
    """Return the commits that pinned a model, or a version; renaming the file that pins it doesn't count.

    Args:
        source: the watched branch.
        head: its newest commit.
        paths: the file, and what it was called before, the newest name first.
        field: what pins it there.
    """
    from reconciler.model.ids import CommitId

    told, path = commits_of(source, head, paths[0]), paths[0]
    for former in paths[1:]:
        changed = source.origin(head, path)[0]
        before = CommitId(changed.parents[0]) if changed and changed.parents else None
        if changed and before and (pin := _pin(source, before, former, field)) is not None:
            if pin != _pin(source, CommitId(changed.commit), path, field):
                break
            told, head, path = commits_of(source, before, former), before, former
    return told


def _pin(source: "Source", commit: "CommitId", path: str, field: str) -> Any:
    """Return what a file pins in a commit; None where it pins nothing or isn't there."""
    from reconciler.yaml.parse import Unreadable, read

    tree = source.tree(commit)
    try:
        return read(tree.read(tree.files[path])).value.get(field)
    except (KeyError, Unreadable):
        return None


def commits_of(source: "Source", head: "CommitId", path: str) -> dict[str, Any]:
    """Return the commit that last changed a file, and the merge that brought it to the watched branch."""
    changed, arrived = source.origin(head, path)
    if changed is None:
        return {"file": path, "commit": None}
    told = {"file": path, "commit": changed.commit, "author": changed.author, "title": changed.title}
    return told | ({"merge": arrived.commit, "merged_by": arrived.author} if arrived and arrived.is_merge else {})


def run_of(
    engines: "Engines", run: "RunName", now: "Mapping[Address, Address]" = NOBODY, unseen: str = "not in the data"
) -> dict[str, Any]:
    """Return what is known of a run, and of the runs that it was made from.

    Args:
        engines: where it is looked for.
        run: the run.
        now: who is called otherwise now.
        unseen: what is said of one that isn't found: that it is nowhere, nobody knows here.
    """
    from reconciler.model.ids import RunName, kind_of, owner_of
    from reconciler.status import results

    try:
        result = results.document_of(run, RESULT, engines.reader.read(run, RESULT))
    except FileNotFoundError:
        return {"run": run, "missing": unseen}
    provenance = result.get("provenance") or {}
    version = engines.data.list().versions.get(run)
    told: dict[str, Any] = {
        "run": run,
        "resource": now.get(owner_of(run), owner_of(run)),
        "data_commit": version.commit if version else None,
        "spec": provenance.get("spec"),
        "spec_commit": provenance.get("commit"),
        "finished_at": provenance.get("finished_at"),
    }
    facts = result.get("facts") or {}
    if kind_of(run) == "experiments":
        told |= {"model_digest": (facts.get("model") or {}).get("digest"), "params": facts.get("params")}
        told |= {"metrics": result.get("metrics"), "statement": statement_of(engines, run)}
    inputs = {key.removeprefix("input_"): value for key, value in provenance.items() if key.startswith("input_")}
    told["inputs"] = {role: run_of(engines, RunName(str(name)), now, unseen) for role, name in sorted(inputs.items())}
    return told


def statement_of(engines: "Engines", run: "RunName") -> dict[str, Any] | None:
    """Return which statement lies beside a model, and the keys that it says it is signed by; nobody checks it here."""
    from hashlib import sha256

    from reconciler.model.errors import Refused
    from reconciler.provenance.envelope import read_envelope
    from reconciler.provenance.statement import FILE

    try:
        envelope = read_envelope(engines.reader.read(run, FILE))
    except FileNotFoundError:
        return None
    except Refused as error:
        return {"file": FILE, "flaw": f"it {error.message}"}
    keys = [name for name, _ in envelope.signatures]
    return {"file": FILE, "sha256": sha256(envelope.payload).hexdigest(), "keys": keys}


def _show(told: Mapping[str, Any]) -> None:
    for line in _lines(told, 0):
        say(line)


def _lines(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield f"{'  ' * depth}{key}:"
            yield from _lines(item, depth + 1)
        elif item not in (None, {}, ""):
            yield f"{'  ' * depth}{key}: {item}"
