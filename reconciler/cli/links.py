"""The links of the chain from an endpoint back to what its model was made from: each is held against the next.

What wasn't looked at is told as that, and never taken for well.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from reconciler.controllers.deployments import revision_of
from reconciler.model.commit_policy import CommitPolicy
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId, RunName
from reconciler.model.kinds.deployments import Deployment, Model
from reconciler.model.observed import DataListing, Endpoint
from reconciler.model.text import counted, printable
from reconciler.ports.data import DataReader
from reconciler.provenance.envelope import read_envelope
from reconciler.provenance.statement import FILE, model_of
from reconciler.provenance.vouching import demand_subject, read_statement, vouch
from reconciler.signatures import check
from reconciler.status.results import document_of
from reconciler.watched.branch import Source
from runners.contract.files import RESULT
from runners.contract.names import is_file_name

_MOST_NAMED = 3
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Verdict(StrEnum):
    """What was found of a link."""

    OK = "ok"
    NOT_OK = "not ok"
    UNSEEN = "not looked at"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain, and what was found of it."""

    name: str
    verdict: Verdict
    what: str

    def as_json(self) -> dict[str, str]:
        """Return the link for scripts."""
        return {"link": self.name, "verdict": self.verdict.value, "what": self.what}


def endpoint_link(spec: Deployment, model: Model, endpoint: Endpoint | None) -> Link:
    """Hold what has the traffic against what is pinned: a revision is named by the digest of its model."""
    traffic = {name: share for name, share in (endpoint.traffic.items() if endpoint else ()) if share}
    if not traffic or endpoint is None:
        return Link("endpoint", Verdict.NOT_OK, "nothing has any traffic")
    if endpoint.unread:
        return Link("endpoint", Verdict.UNSEEN, f"it can't be read: {endpoint.unread}")
    wanted = revision_of(spec, model)
    other = [f"revision {name} has {share} %" for name, share in sorted(traffic.items()) if name != wanted]
    revision = endpoint.revisions.get(wanted)
    if revision is not None and revision.changed:
        other.append(f"revision {wanted} was changed by hand: {revision.changed}")
    if other:
        return Link("endpoint", Verdict.NOT_OK, f"{'; '.join(other)}, and {wanted} is what the pin asks for")
    return Link("endpoint", Verdict.OK, f"revision {wanted}, named by the pinned digest, has all the traffic")


def pin_link(pinned: Mapping[str, Any]) -> Link:
    """Tell which commit pinned the model, as the watched branch has it."""
    if not pinned.get("commit"):
        return Link("pin", Verdict.UNSEEN, f"the spec pins it, and not {pinned.get('file')}")
    by = f", merged by {pinned['merged_by']} in {str(pinned['merge'])[:12]}" if pinned.get("merge") else ""
    return Link("pin", Verdict.OK, f"commit {str(pinned['commit'])[:12]} by {pinned.get('author')}{by}")


def model_link(reader: DataReader, model: Model) -> Link:
    """Hold what the data store has of a model against the pin."""
    run = RunName(model.trial)
    try:
        found = model_of(document_of(run, RESULT, reader.read(run, RESULT)))
    except FileNotFoundError:
        return Link("model", Verdict.NOT_OK, f"{run} isn't in the data store")
    if found != model.digest:
        return Link("model", Verdict.NOT_OK, f"the pin says {model.digest}, and {run} is {found or 'no model'}")
    return Link("model", Verdict.OK, f"{run} is {model.digest}, as it is pinned")


def statement_link(
    reader: DataReader, model: Model, signers: bytes, is_demanded: bool, at: datetime
) -> tuple[Link, Mapping[str, Any] | None]:
    """Hold the statement about a model against who may sign; return what it tells, where it is about the model."""
    run = RunName(model.trial)
    told: Mapping[str, Any] | None = None
    try:
        content = reader.read(run, FILE)
        envelope = read_envelope(content)
        if signers and (envelope.signatures or is_demanded):
            found = vouch(content, model, signers, at)
            return Link("statement", Verdict.OK, f"signed by {found.signer}"), found.told
        told = read_statement(envelope.payload)
        demand_subject(told, model)
    except FileNotFoundError:
        verdict = Verdict.NOT_OK if is_demanded else Verdict.UNSEEN
        return Link("statement", verdict, f"{run} has none: an older version of Setpoint trained it"), None
    except Refused as error:
        return Link("statement", Verdict.NOT_OK, f"it {error}"), None
    except Unavailable as error:
        return Link("statement", Verdict.UNSEEN, str(error)), None
    why = "nobody says in allowed_signers who may sign it" if envelope.signatures else "it isn't signed"
    return Link("statement", Verdict.UNSEEN, f"it is about this model, and {why}"), told


def files_link(reader: DataReader, run: RunName, told: Mapping[str, Any]) -> Link:
    """Hold each file that a run has left, and the result that lists them, against the digests of the statement."""
    listed = _listed(run, told)
    if not listed:
        return Link("files", Verdict.UNSEEN, "the statement lists none")
    found = {path: _file_flaw(reader, run, path, digest) for path, digest in sorted(listed.items())}
    if wrong := [f"{path} {flaw}" for path, flaw in found.items() if flaw]:
        return Link("files", Verdict.NOT_OK, _few(wrong))
    if unseen := [path for path, flaw in found.items() if flaw is None]:
        what = f"{_few(unseen)}: too large to be read here; the other {len(found) - len(unseen)} are as it says"
        return Link("files", Verdict.UNSEEN, what)
    return Link("files", Verdict.OK, f"what the run has left is as the statement says: {counted(len(found), 'file')}")


def _file_flaw(reader: DataReader, run: RunName, path: str, digest: str) -> str | None:
    """Say what is wrong with a file; nothing where it is as it should be, None where it can't be read."""
    if not all(map(is_file_name, path.split("/"))):
        return "is no path"
    try:
        return "" if sha256(reader.read(run, path)).hexdigest() == digest else "is another file"
    except FileNotFoundError:
        return "is gone"
    except Refused:
        return None


def commit_links(source: Source, head: CommitId, told: Mapping[str, Any], policy: CommitPolicy) -> Iterator[Link]:
    """Hold the commit that asked for a model, and the code that it names, against the repository."""
    commit = CommitId(_digest(told, "specs", "gitCommit"))
    if not _COMMIT.fullmatch(commit):
        yield Link("specs", Verdict.NOT_OK, f"the statement names no commit, but {printable(commit, 64) or 'nothing'}")
        return
    try:
        is_there = source.descends(head, commit)
    except Unavailable:
        is_there = False
    if not is_there:
        yield Link("specs", Verdict.NOT_OK, f"commit {commit} isn't in the watched branch's history")
        return
    yield Link("specs", Verdict.OK, f"commit {commit} is in the watched branch's history")
    yield signature_link("specs, signature", source, commit, policy)
    folder, wanted = str(_dependency(told, "code").get("uri")), _digest(told, "code", "gitTree")
    if wanted:
        found = source.tree(commit).tree_id(folder)
        verdict = Verdict.OK if found == wanted else Verdict.NOT_OK
        what = f"the statement says tree {printable(wanted, 64)}, and {printable(folder)} is {found or 'not'} there"
        yield Link("code", verdict, f"{folder} is tree {found} in that commit" if verdict is Verdict.OK else what)


def signature_link(name: str, source: Source, commit: CommitId, policy: CommitPolicy) -> Link:
    """Hold a commit against who may sign commits."""
    if policy.demand == "any":
        return Link(name, Verdict.UNSEEN, "the environment takes any commit")
    try:
        one = source.signed(commit)
        if one.flaw or not one.signature:
            return Link(name, Verdict.NOT_OK, f"commit {commit[:12]} {one.flaw or 'is not signed'}")
        signer = check(one.payload, one.signature, policy.signers, one.when)
    except Refused as error:
        return Link(name, Verdict.NOT_OK, f"commit {commit[:12]} {error}")
    except Unavailable as error:
        return Link(name, Verdict.UNSEEN, str(error))
    return Link(name, Verdict.OK, f"commit {commit[:12]} is signed by {signer}")


def data_links(reader: DataReader, listing: DataListing, told: Mapping[str, Any]) -> Iterator[Link]:
    """Hold each version of data that a model was made from against what the data store has."""
    inputs = _mapping(_mapping(_definition(told).get("externalParameters")).get("inputs"))
    if not inputs:
        yield Link("data", Verdict.UNSEEN, "the statement names none")
    for role, name in sorted(inputs.items()):
        yield _data_link(str(role), RunName(str(name)), reader, listing, told)


def _data_link(role: str, run: RunName, reader: DataReader, listing: DataListing, told: Mapping[str, Any]) -> Link:
    commit, digest = _digest(told, role, "dataCommit"), _digest(told, role, "sha256")
    version = listing.versions.get(run)
    if version is None:
        return Link(role, Verdict.NOT_OK, f"{printable(run)} isn't in the data store any more")
    if commit and version.commit != commit:
        return Link(role, Verdict.NOT_OK, f"{run} is commit {version.commit}, and the statement says {commit}")
    try:
        found = sha256(reader.read(run, RESULT)).hexdigest()
    except (FileNotFoundError, Refused):
        return Link(role, Verdict.NOT_OK, f"{run} has left no {RESULT} that can be read")
    if not digest:
        return Link(role, Verdict.UNSEEN, f"{run} is there, and the statement doesn't say what it held")
    if found != digest:
        return Link(role, Verdict.NOT_OK, f"{run} holds something else than the statement says")
    return Link(role, Verdict.OK, f"{run}, commit {version.commit}, is what the statement says")


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one in place of anything else: a statement may be anybody's."""
    return value if isinstance(value, Mapping) else {}


def _definition(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(told.get("predicate")).get("buildDefinition"))


def _listed(run: RunName, told: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of a run's files by their paths."""
    head = f"{run}/"
    found = {name.removeprefix(head): digest for name, digest in _subjects(told) if name.startswith(head)}
    return {path: digest for path, digest in found.items() if isinstance(digest, str)} | _result_of(told)


def _result_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest of the run's result, by its name."""
    found = _mapping(_mapping(told.get("predicate")).get("runDetails")).get("byproducts")
    named = [_mapping(item) for item in found] if isinstance(found, list) else []
    digests = (_mapping(item.get("digest")).get("sha256") for item in named if item.get("name") == RESULT)
    digest = next((digest for digest in digests if isinstance(digest, str)), None)
    return {RESULT: digest} if digest else {}


def _subjects(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for item in told.get("subject") or ():
        if isinstance(item, dict) and isinstance(item.get("digest"), dict):
            yield str(item.get("name")), item["digest"].get("sha256")


def _dependency(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = _definition(told).get("resolvedDependencies")
    listed = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return next((item for item in listed if item.get("name") == name), {})


def _digest(told: Mapping[str, Any], name: str, kind: str) -> str:
    digests = _dependency(told, name).get("digest")
    return str(digests.get(kind) or "") if isinstance(digests, Mapping) else ""


def _few(found: Iterable[str]) -> str:
    every = list(found)
    more = f" and {len(every) - _MOST_NAMED} more" if len(every) > _MOST_NAMED else ""
    return ", ".join(printable(item, 100) for item in every[:_MOST_NAMED]) + more
