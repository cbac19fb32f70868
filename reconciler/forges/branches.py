"""Branches of proposals: each is one commit off the watched branch, and its evidence stands in the commit's message.

    proposals/<env>/<kind>/<name>/<digest>

Where the watched branch is checked out in somebody's work tree, a merge takes the work tree along, or is refused if
changes there are in the way: a bare repository that people push to avoids that.
"""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.forges.agreed import AGAIN, demand_same_say
from reconciler.forges.approving import parted
from reconciler.forges.pictures import in_words
from reconciler.git.commits import AUTHOR, format_commit, parse_commit, trailers, with_trailers
from reconciler.git.history import is_ancestor, unmerged
from reconciler.git.merging import merge_trees
from reconciler.git.names import check_branch, check_environment, check_path, is_run_name
from reconciler.git.process import checked
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.signed import read_signed, with_signature
from reconciler.git.trees import EXECUTABLE, FILE, FOLDER, Draft, Entry, edited, entry_at, rooted
from reconciler.model.commit_policy import SignedCommit
from reconciler.model.errors import Raced, Refused
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import context_of
from reconciler.ports.forge import Agreed, ProposalOrder
from reconciler.signatures import SigningKey
from reconciler.yaml.edit import edit_yaml
from reconciler.yaml.merge import merge_yaml
from runners.contract.mistakes import shown

_ATTEMPTS = 8


class ProposalBranches:
    """The branches of one environment's proposals to the watched branch of a repository.

    Args:
        repository: the repository.
        environment: the environment's name.
        branch: the watched branch's name.
        signing_key: signs what is committed here; then only proposals that it has signed are merged, since whoever
            may push to their branches could put something else in their place.

    Raises:
        Refused: one of the names isn't one.
    """

    _takes_approvals = False
    """Whether people approve by commits on top of a proposal; else whoever pushes to a proposal has edited it."""
    _by_lines = False
    """Whether lines alone are compared; else, where those collide, what YAML files say is merged."""

    def __init__(
        self, repository: Repository, environment: str, branch: str, signing_key: SigningKey | None = None
    ) -> None:
        self._repository = repository
        self._environment = environment
        self._folder = f"refs/heads/proposals/{check_environment(environment)}"
        self._watched = check_branch(branch)
        self._key = signing_key
        self._looked_at: dict[tuple[str, str, str], Proposal] = {}
        """Open proposals by name, head and the watched branch's commit, as far as looking at them tells."""

    def list(self) -> Mapping[str, Proposal]:
        """List this environment's proposals by name: all that are open, and those merged whose branch is still there.

        Raises:
            Unavailable: the repository is out of reach.
        """
        refs = self._repository.refs(f"{self._folder}/", self._watched)
        head = refs.get(self._watched)
        named = {ref.removeprefix(f"{self._folder}/"): commit for ref, commit in refs.items() if ref != self._watched}
        found = {name: commit for name, commit in named.items() if is_run_name(name)}
        commits = frozenset(found.values())
        waiting = unmerged(self._repository.objects.git_dir, commits, head) if head else commits
        return {
            name: self._listed(name, commit, head or "", is_open=commit in waiting)
            for name, commit in sorted(found.items())
        }

    def _listed(self, name: str, commit: str, head: str, *, is_open: bool) -> Proposal:
        state = ProposalState.OPEN if is_open else ProposalState.MERGED
        proposal = Proposal(name, self.branch(name), CommitId(commit), state)
        if not is_open:
            return proposal
        key = (name, commit, head)
        if key not in self._looked_at:
            self._looked_at = {known: told for known, told in self._looked_at.items() if known[2] == head}
            self._looked_at[key] = self._seen(proposal, head)
        return self._looked_at[key]

    def _seen(self, proposal: Proposal, head: str) -> Proposal:
        """Look at an open proposal."""
        proposed, approving = self._parted(proposal.commit)
        if not self._is_made_here(proposal.name, proposed):
            return replace(proposal, by_hand=True)
        conflicts = bool(head) and not isinstance(self._merged_tree_of(proposed.id, head), str)
        return replace(proposal, conflicts=conflicts, proposed=proposed if approving else None, approving=approving)

    def _parted(self, head: str) -> tuple[SignedCommit, tuple[SignedCommit, ...]]:
        """Return what was proposed, and the commits on top of it by which people approve, where they do it so."""
        store = self._repository.objects
        return parted(store, head) if self._takes_approvals else (read_signed(store, head), ())

    def _is_made_here(self, name: str, commit: SignedCommit) -> bool:
        """Tell whether a commit says that it was proposed under this name, as one off the watched branch."""
        said = trailers(parse_commit(commit.payload).message)
        is_named = (said.get("Proposal"), said.get("Environment")) == (name, self._environment)
        return len(commit.parents) == 1 and is_named

    def propose(self, order: ProposalOrder, *, anew: bool = False) -> None:
        """Open a proposal, unless one of that name is open; a merged one of that name makes way.

        Args:
            order: the proposal.
            anew: whatever branch of that name is there makes way, as its proposal is known to have ended.

        Raises:
            Refused: the file can't be edited, or the repository declines the branch.
            Raced: somebody else writes the same branch.
            Unavailable: the repository is out of reach.
        """
        ref = self._ref(order.name)
        refs = self._repository.refs(ref, self._watched)
        former, head = refs.get(ref), refs.get(self._watched)
        if former and not anew and not (head and is_ancestor(self._repository.objects.git_dir, former, head)):
            return
        commit = self._drafted(order)
        try:
            self._repository.swap([RefUpdate(ref, commit, former)])
        except Raced:
            if self._repository.ref(ref) is None:
                raise

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        """Merge an open proposal into the watched branch, by a merge commit; one that is merged stays so.

        Where the branch moves meanwhile, the merge is made anew on its newest commit.

        Raises:
            Raced: the watched branch moved at every attempt, or the proposal's head isn't what was agreed on.
            Refused: it conflicts, brings something else, there is no such proposal, or changes in a work tree are in
                the way.
            Unavailable: the repository is out of reach.
        """
        for attempt in range(_ATTEMPTS):
            refs = self._repository.refs(self._ref(name), self._watched)
            proposed, head = refs.get(self._ref(name)), refs.get(self._watched)
            if proposed is None or head is None:
                raise Refused(f"there is no proposal {name} to merge", "it was closed, or never made")
            if is_ancestor(self._repository.objects.git_dir, proposed, head):
                return CommitId(head)
            self.demand_own(name, proposed)
            if agreed is not None:
                self.demand(name, agreed, proposed, head)
                demand_same_say(self._repository, self._environment, agreed, head)
            merged = self._merged(name, proposed, head)
            try:
                self._repository.advance(RefUpdate(self._watched, merged, head))
            except Raced:
                self._repository.refresh()
                time.sleep(random.uniform(0, 0.02 * (attempt + 1)))
            else:
                return CommitId(merged)
        raise Raced(f"{self._watched} moved at each attempt to merge {name}", "it is tried again")

    def demand_own(self, name: str, proposed: str) -> None:
        """Hold that a proposal is as it was made here, under this name, where merges are signed.

        Raises:
            Refused: it isn't.
        """
        if self._key is None:
            return
        signed, _ = self._parted(proposed)
        said = trailers(parse_commit(signed.payload).message)
        is_named = (said.get("Proposal"), said.get("Environment")) == (name, self._environment)
        if not (is_named and signed.signature and self._key.made(signed.payload, signed.signature)):
            what = f"proposal {name} is not as it was made here, or by another signing key: it isn't merged in its name"
            raise Refused(what, "merge it by hand; or close it, and it is made anew")

    def demand(self, name: str, agreed: Agreed, proposed: str, head: str) -> None:
        """See that a proposal brings to the watched branch what was agreed on, and nothing else.

        Raises:
            Raced: its head is another one.
            Refused: it was changed by a person.
        """
        if proposed != agreed.head:
            raise Raced(f"the branch of proposal {name} has moved", AGAIN)
        commit = parse_commit(self._parted(proposed)[0].payload)
        base = commit.parents[0] if len(commit.parents) == 1 else ""
        is_off_watched = bool(base) and is_ancestor(self._repository.objects.git_dir, base, head)
        draft = Draft(self._repository.objects)
        if not is_off_watched or self._edited(draft, base, agreed.file, agreed.edits) != commit.tree:
            hint = f"see `git diff {self.watched}...{self.branch(name)}`; merge it by hand, or close it"
            raise Refused(f"proposal {name} isn't what was proposed: somebody pushed to its branch", hint)

    def conflicts(self, name: str) -> bool:
        """Tell whether a proposal can't be merged by Git alone, as a forge merges it.

        Raises:
            Unavailable: the repository is out of reach.
        """
        refs = self._repository.refs(self._ref(name), self._watched)
        proposed, head = refs.get(self._ref(name)), refs.get(self._watched)
        if proposed is None or head is None:
            return False
        return bool(merge_trees(self._repository.objects.git_dir, head, proposed).conflicts)

    def close(self, name: str, why: str = "") -> None:  # noqa: ARG002  there is no page
        """Take a proposal away, whether or not it is there.

        Raises:
            Raced: somebody pushes to it at this moment.
            Refused: the repository declines to remove the branch.
            Unavailable: the repository is out of reach.
        """
        ref = self._ref(name)
        former = self._repository.ref(ref)
        if former is None:
            return
        try:
            self._repository.swap([RefUpdate(ref, None, former)])
        except Raced:
            if self._repository.ref(ref) is not None:
                raise

    @property
    def watched(self) -> str:
        """Return the watched branch's name."""
        return self._watched.removeprefix("refs/heads/")

    def branch(self, name: str) -> str:
        """Return the name of a proposal's branch.

        Raises:
            Refused: a proposal can't have such a name.
        """
        return self._ref(name).removeprefix("refs/heads/")

    def _ref(self, name: str) -> str:
        if not is_run_name(name):
            raise Refused(f"{shown(name[:200])} can't be the name of a proposal", "it is named <kind>/<name>/<digest>")
        return f"{self._folder}/{name}"

    def _drafted(self, order: ProposalOrder) -> str:
        """Commit a proposal's edit on top of its base; return the commit.

        Raises:
            Refused: there is no such base, or the file can't be edited.
        """
        draft = Draft(self._repository.objects)
        base = self._repository.objects.find(f"{order.base}^{{commit}}")
        if base is None:
            raise Refused(f"the repository has no commit {order.base}", "propose on top of a commit that it has")
        new = self._edited(draft, base.id, order.file, order.edits)
        body = f"{order.title.strip()}\n\n{order.body.strip()}".strip()
        body += in_words(order.pictures, context_of(self._environment))
        message = with_trailers(body, {"Proposal": order.name, "Environment": self._environment})
        commit = self._commit(draft, new, [base.id], message, order.author)
        draft.save()
        return commit

    def _edited(self, draft: Draft, base: str, file: str, edits: Mapping[str, Any]) -> str:
        """Return the tree of a commit with one file edited.

        Raises:
            Refused: the file can't be edited.
        """
        tree = parse_commit(draft.store.read(base)).tree
        former = _file_at(draft, tree, check_path(file))
        blob = draft.add("blob", edit_yaml(_text(draft, former, file), edits, file).encode())
        return rooted(draft, edited(draft, tree, {file: Entry(former.mode if former else FILE, blob)}))

    def _merged(self, name: str, proposed: str, head: str) -> str:
        """Commit the merge of a proposal into a head, three ways where the head has moved on (git-merge-tree(1))."""
        draft = Draft(self._repository.objects)
        theirs = parse_commit(draft.store.read(proposed))
        tree = theirs.tree if theirs.parents == (head,) else self._merged_tree(name, proposed, head)
        message = with_trailers(
            f"Merge proposal {name}\n\n{self._title(proposed)}", {"Proposal": name, "Environment": self._environment}
        )
        commit = self._commit(draft, tree, [head, proposed], message)
        draft.save()
        return commit

    def _title(self, proposed: str) -> str:
        return parse_commit(self._parted(proposed)[0].payload).title

    def _commit(self, draft: Draft, tree: str, parents: Sequence[str], message: str, author: str = "") -> str:
        """Draft a commit, signed where there is a key; return its id."""
        content = format_commit(tree, parents, message, author=author or AUTHOR, committer=AUTHOR)
        if self._key:
            content = with_signature(content, self._key.sign(content), draft.store.algorithm)
        return draft.add("commit", content)

    def _merged_tree(self, name: str, proposed: str, head: str) -> str:
        found = self._merged_tree_of(proposed, head)
        if not isinstance(found, str):
            what = f"proposal {name} conflicts with {self._watched} in {', '.join(found[:5])}"
            raise Refused(what, "close the proposal, and a new one is made from the newest commit; or merge it by hand")
        return found

    def _merged_tree_of(self, proposed: str, head: str) -> str | tuple[str, ...]:
        """Return the tree of a merge, by lines or by what YAML files say; the files in which it conflicts."""
        found = merge_trees(self._repository.objects.git_dir, head, proposed)
        if not found.conflicts:
            return found.tree
        merged = None if self._by_lines else self._merged_files(proposed, head, found.conflicts)
        if merged is None:
            return tuple(found.conflicts)
        draft = Draft(self._repository.objects)
        entries = {path: Entry(FILE, draft.add("blob", text.encode())) for path, text in merged.items()}
        tree = rooted(draft, edited(draft, found.tree, entries))
        draft.save()
        return tree

    def _merged_files(self, proposed: str, head: str, paths: Iterable[str]) -> dict[str, str] | None:
        """Merge files in which Git sees a conflict by what their YAML says; None where that conflicts too."""
        draft = Draft(self._repository.objects)
        base = checked(draft.store.git_dir, "merge-base", head, proposed).text.strip()
        roots = [parse_commit(draft.store.read(commit)).tree for commit in (base, head, proposed)]
        merged: dict[str, str] = {}
        for path in paths:
            versions = [_text(draft, _file_at(draft, root, path), path) for root in roots]
            text = merge_yaml(*versions) if path.endswith((".yaml", ".yml")) and all(versions[1:]) else None
            if text is None:
                return None
            merged[path] = text
        return merged


class MergedByLines(ProposalBranches):
    """Branches that somebody merges who compares lines and nothing else, as forges do."""

    _by_lines = True


def _file_at(draft: Draft, tree: str, path: str) -> Entry | None:
    """Return the regular file at a path; None where nothing is and a file can be made.

    Raises:
        Refused: something else is there, or on the way.
    """
    parts = path.split("/")
    for count in range(1, len(parts)):
        folder = entry_at(draft, tree, "/".join(parts[:count]))
        if folder is not None and folder.mode != FOLDER:
            raise Refused(f"{'/'.join(parts[:count])} is no folder", f"{path} can't be written in it")
    found = entry_at(draft, tree, path)
    if found is not None and found.mode not in (FILE, EXECUTABLE):
        raise Refused(f"{path} is no regular file", "name a YAML file")
    return found


def _text(draft: Draft, file: Entry | None, path: str) -> str:
    try:
        return draft.store.read(file.id).decode() if file else ""
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is no UTF-8 text", "save it as UTF-8") from error
