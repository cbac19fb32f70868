"""Approving: a commit on top of a proposal that changes nothing, says who approves, and is signed by them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.compose import Composer
from reconciler.forges.approving import TRAILER
from reconciler.git.commits import format_commit, parse_commit, with_trailers
from reconciler.git.personal import commit_signed, person
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.signed import with_signature
from reconciler.git.trees import Draft
from reconciler.loop.approving import Approving
from reconciler.model.errors import Raced, Refused
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.resource import Desired
from reconciler.ports.forge import Forge
from reconciler.settings import Settings
from reconciler.signatures import SigningKey
from reconciler.wiring import forge_of, open_source

PLAIN = "git"
"""The provider of forges on which people approve by commits."""


@dataclass(frozen=True, slots=True)
class Made:
    """An approval that was pushed. `flaw` says why it doesn't count, where it doesn't."""

    name: str
    branch: str
    commit: str
    by: str
    flaw: str = ""


def approve(settings: Settings, name: str, key: Path | None, folder: Path | None = None) -> Made:
    """Approve an open proposal of an environment.

    Args:
        settings: where.
        name: the proposal's name, or that of the one promotion that it is of.
        key: the SSH key that signs; None: as Git is set up to.
        folder: where the person works; by default where the command was typed.

    Raises:
        Refused: there is no such proposal, it isn't approved so, or it can't be signed.
        Raced: somebody else pushed to its branch.
        Unavailable: the repository is out of reach.
    """
    source, here = open_source(settings), folder or Path.cwd()
    head = source.head()
    if head is None:
        raise Refused("the watched branch has no commit")
    desired = Composer(source.tree, settings.environment)(head)
    forge = forge_of(desired.environment, settings, source)
    proposal = _chosen(forge, name)
    if desired.environment.forge.provider != PLAIN:
        where = proposal.url or "its page"
        raise Refused(f"{proposal.name} is approved on its page, and not by a commit", f"open {where}")
    if proposal.by_hand:
        raise Refused(f"somebody has pushed to {proposal.branch}: it is theirs", "merge it by hand, or delete it")
    commit, mail = _committed(source.repository, proposal, key, here)
    try:
        source.repository.swap([RefUpdate(f"refs/heads/{proposal.branch}", commit, proposal.commit)])
    except Raced as error:
        raise Raced(f"somebody has pushed to {proposal.branch} meanwhile", "approve again") from error
    return Made(proposal.name, proposal.branch, commit, mail, _flaw(forge, desired, proposal.name, commit))


def _chosen(forge: Forge, name: str) -> Proposal:
    """Find an open proposal by its name, or by the resource that it is of."""
    waiting = {one.name: one for one in forge.list().values() if one.state is ProposalState.OPEN}
    found = [one for key, one in waiting.items() if key == name or key.rpartition("/")[0] == name]
    if len(found) == 1:
        return found[0]
    told = ", ".join(sorted(waiting)[:10]) or "none"
    if found:
        raise Refused(f"{name} has {len(found)} proposals that wait", f"name one of them: {told}")
    raise Refused(f"no proposal {name} waits for its merge", f"those that do: {told}")


def _committed(repository: Repository, proposal: Proposal, key: Path | None, folder: Path) -> tuple[str, str]:
    """Write the commit; return it, and the mail address that approves."""
    store, (name, mail) = repository.objects, person(folder)
    message = with_trailers(f"Approve {proposal.name}", {TRAILER: f"{name} <{mail}>"}) + "\n"
    tree = parse_commit(store.read(proposal.commit)).tree
    if key is None:
        return commit_signed(store.git_dir, tree, proposal.commit, message, folder), mail
    content = format_commit(tree, [proposal.commit], message, author=f"{name} <{mail}>")
    draft = Draft(store)
    commit = draft.add("commit", with_signature(content, SigningKey(key).sign(content), store.algorithm))
    draft.save()
    return commit, mail


def _flaw(forge: Forge, desired: Desired, name: str, commit: str) -> str:
    """Say why an approval that was just pushed doesn't count, as the daemon will."""
    listed = {key: one for key, one in forge.list().items() if key == name}
    told = Approving(lambda: datetime.now(UTC)).heard(listed, desired.approvers)
    remarks = told[name].remarks if name in told else ()
    return next((remark for remark in remarks if commit[:12] in remark), "")
