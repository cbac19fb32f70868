"""Branches of previews: the watched branch with a pull request merged, but for what that may not decide.

    preview/pr-7

What stands in `environments/` and `specs/pools/` is the watched branch's; `environments/pr-7/` is made from the
template there. A pull request's own changes to these are left out, so that none points its preview at engines, secrets
or shares that nobody has reviewed. What promotions of the preview pinned stays when it is made anew.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.git.commits import format_commit, parse_commit, trailers, with_trailers
from reconciler.git.merging import merge_trees
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.signed import with_signature
from reconciler.git.trees import FILE, FOLDER, Draft, Entry, edited, entry_at, rooted
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, digest
from reconciler.previews.choosing import name_of, number_of
from reconciler.previews.template import file_of, instance, read_template
from reconciler.signatures import SigningKey
from reconciler.watched.branch import Source
from reconciler.yaml.edit import edit_yaml
from reconciler.yaml.parse import Unreadable, mapping

REFS = "refs/heads/preview"
PIN = "model"
"""The field of a deployment that promotions write."""
GOVERNED = ("environments", "specs/pools")
"""What a pull request doesn't decide on."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
LONGEST = 1000
"""Commits of a preview's branch among which the newest is sought that was made here."""


class Made(NamedTuple):
    """What a preview's branch was made of: a commit of the watched branch, and a pull request's head but at its end."""

    base: CommitId
    head: CommitId | None


class PreviewBranches:
    """The branches of the previews of one template.

    Args:
        source: the watched branch.
        template: the template's name.
        signing_key: signs what is committed here.
    """

    def __init__(self, source: Source, template: str, signing_key: SigningKey | None = None) -> None:
        self._source = source
        self._repository = source.repository
        self._template = template
        self._key = signing_key

    def there(self) -> Mapping[int, CommitId]:
        """Return the heads of the previews of this template by number.

        Raises:
            Unavailable: the repository is out of reach.
        """
        refs = self._repository.refs(f"{REFS}/")
        named = {number_of(ref.removeprefix(f"{REFS}/")): CommitId(tip) for ref, tip in refs.items()}
        return {number: tip for number, tip in sorted(named.items(), key=str) if number and self._is_ours(tip)}

    def _is_ours(self, tip: CommitId) -> bool:
        newest = self._newest(tip)
        return newest is None or newest.get("Template") == self._template

    def made(self, tip: CommitId) -> Made | None:
        """Return what the newest commit of a branch was made of that says it was made here; None where none does.

        Whoever may push can write such a commit, too: it is believed of no more than which pins to keep.
        """
        told = self._newest(tip) or {}
        base, head = told.get("Base", ""), told.get("Head", "")
        if not _COMMIT.fullmatch(base):
            return None
        return Made(CommitId(base), CommitId(head) if _COMMIT.fullmatch(head) else None)

    def _newest(self, tip: CommitId) -> Mapping[str, str] | None:
        for commit in self._line(tip):
            told = trailers(parse_commit(self._repository.objects.read(commit)).message)
            if "Preview" in told:
                return told
        return None

    def _line(self, tip: CommitId) -> Iterator[str]:
        """Yield the commits of a branch's own line, the newest first."""
        commit = str(tip)
        for _ in range(LONGEST):
            yield commit
            parents = parse_commit(self._repository.objects.read(commit)).parents
            if not parents:
                return
            commit = parents[0]

    def trying(self, number: int, base: CommitId, head: CommitId) -> str:
        """Return the tree of a preview: a pull request's head merged to a commit of the watched branch.

        Raises:
            Refused: they conflict, or the watched branch has no such template, or an environment of the preview's name.
            Unavailable: the repository can't be read or written.
        """
        merged = merge_trees(self._repository.objects.git_dir, base, head)
        if merged.conflicts:
            what = f"it conflicts with {self._source.branch} in {', '.join(merged.conflicts[:3])}"
            raise Refused(what, "merge that branch into it")
        return self._governed(merged.tree, number, base)

    def ending(self, number: int, base: CommitId) -> str:
        """Return the tree of a preview of which nothing is to be left: that of its environment, and of shared pools.

        Pools are the watched branch's: its environments go on to use them.

        Raises:
            Refused: the watched branch has no such template, or an environment of the preview's name.
            Unavailable: the repository can't be read or written.
        """
        return self._governed(None, number, base)

    def _governed(self, tree: str | None, number: int, base: CommitId) -> str:
        draft, name = Draft(self._repository.objects), name_of(number)
        root = parse_commit(draft.store.read(base)).tree
        if entry_at(draft, root, f"environments/{name}") is not None:
            what = f"{self._source.branch} has an environment {name} of its own"
            raise Refused(what, "rename it: that is how previews are called")
        template = entry_at(draft, root, f"environments/{self._template}")
        file = entry_at(draft, root, file_of(self._template))
        if template is None or file is None:
            what = f"{self._source.branch} has no {file_of(self._template)} at {base[:12]}"
            raise Refused(what, "restore it: previews are made from it, and taken away by it")
        told = read_template(self._source.tree(base), self._template)
        team = told.previews.team if told.previews and told.previews.team else told.team
        text = instance(draft.store.read(file.id), name, team)
        own: dict[str, Entry | None] = {"environment.yaml": Entry(FILE, draft.add("blob", text))}
        if tree is None:  # patches of specs that are gone are errors, and with errors nothing is deleted
            kinds = (name for name, entry in draft.tree(template.id).items() if entry.mode == FOLDER)
            own |= {name: None for name in kinds if name != "pools"}
        environment = edited(draft, template.id, own)
        whole = edited(draft, tree, {path: entry_at(draft, root, path) for path in GOVERNED})
        made = {f"environments/{name}": Entry(FOLDER, environment or "")}
        found = rooted(draft, edited(draft, whole, made))
        draft.save()
        return found

    def bring(self, number: int, tree: str, base: CommitId, head: CommitId | None) -> CommitId:
        """Move a preview's branch to a tree, unless it is that already; return its head.

        Args:
            number: the pull request.
            tree: what `trying` or `ending` has returned.
            base: the commit of the watched branch that it was made on.
            head: the pull request's head; None at the end.

        Raises:
            Raced: somebody pushes to it at this moment.
            Refused: the repository declines it.
            Unavailable: the repository is out of reach.
        """
        ref, draft = self.ref(number), Draft(self._repository.objects)
        former = self._repository.ref(ref)
        tip = CommitId(former) if former else None
        wanted = self._with_pins(draft, tree, number, tip) if tip and head else tree
        if tip and parse_commit(draft.store.read(tip)).tree == wanted:
            return tip
        parents = list(dict.fromkeys(filter(None, (tip, base, head))))
        content = format_commit(wanted, parents, self._message(number, base, head))
        if self._key:
            content = with_signature(content, self._key.sign(content), draft.store.algorithm)
        commit = draft.add("commit", content)
        draft.save()
        self._repository.swap([RefUpdate(ref, commit, former)])
        return CommitId(commit)

    def _message(self, number: int, base: CommitId, head: CommitId | None) -> str:
        title = f"Try pull request {number}" if head else f"End the preview of pull request {number}"
        told = {"Preview": name_of(number), "Template": self._template, "Base": str(base), "Head": str(head or "")}
        return with_trailers(title, told)

    def _with_pins(self, draft: Draft, tree: str, number: int, tip: CommitId) -> str:
        """Return a tree with what promotions have pinned on a preview's branch since it was made."""
        known, folder = self.made(tip), _deployments(number)
        if known is None or draft.store.find(known.base) is None:
            return tree
        before, now = (parse_commit(draft.store.read(commit)).tree for commit in (known.base, tip))
        former, pinned = f"environments/{self._template}/deployments", entry_at(draft, now, folder)
        kept: dict[str, Entry | None] = {}
        for name, entry in _files(draft, pinned).items():
            model = _told(draft, entry).get(PIN)
            template = entry_at(draft, tree, f"{folder}/{name}")
            was = _told(draft, entry_at(draft, before, f"{former}/{name}")).get(PIN)
            if model not in (None, was) and _told(draft, template).get(PIN) == was:
                text = edit_yaml(_text(draft, template), {PIN: model}, name)
                kept[f"{folder}/{name}"] = Entry(FILE, draft.add("blob", text.encode()))
        return rooted(draft, edited(draft, tree, kept)) if kept else tree

    def essence(self, commit: CommitId, number: int) -> str:
        """Name all that a commit of a preview's branch has, but for what promotions pin there.

        Raises:
            Unavailable: it can't be read.
        """
        return self.essence_of(parse_commit(self._repository.objects.read(commit)).tree, number)

    def essence_of(self, tree: str, number: int) -> str:
        """Name all that a tree has, but for what promotions pin in a preview."""
        draft = Draft(self._repository.objects)
        folder = entry_at(draft, tree, _deployments(number))
        patches = {name: _told(draft, entry) for name, entry in _files(draft, folder).items()}
        unpinned = {name: {key: value for key, value in told.items() if key != PIN} for name, told in patches.items()}
        told = {name: rest for name, rest in unpinned.items() if rest}
        return digest([rooted(draft, edited(draft, tree, {_deployments(number): None})), told])

    def remove(self, number: int) -> None:
        """Remove a preview's branch, whether or not it is there.

        Raises:
            Raced: somebody pushes to it at this moment.
            Refused: the repository declines it.
            Unavailable: the repository is out of reach.
        """
        remove(self._repository, self.ref(number))

    def ref(self, number: int) -> str:
        """Return the full name of a preview's branch."""
        return f"{REFS}/{name_of(number)}"


def remove(repository: Repository, ref: str) -> None:
    """Remove a ref, whether or not it is there; raises as `PreviewBranches.remove`."""
    former = repository.ref(ref)
    if former is not None:
        repository.swap([RefUpdate(ref, None, former)])


def _deployments(number: int) -> str:
    return f"environments/{name_of(number)}/deployments"


def _files(draft: Draft, folder: Entry | None) -> Mapping[str, Entry]:
    """Return what lies in a folder by name; what is no folder holds nothing."""
    return draft.tree(folder.id) if folder and folder.mode == FOLDER else {}


def _told(draft: Draft, entry: Entry | None) -> Mapping[str, Any]:
    """Read what a patch says; of what is none, which file it is, so that it is the same as nothing else."""
    if entry is None:
        return {}
    try:
        return mapping(draft.store.read(entry.id)) if entry.mode == FILE else {"mode": entry.mode, "id": entry.id}
    except Unreadable:
        return {"id": entry.id}


def _text(draft: Draft, entry: Entry | None) -> str:
    return draft.store.read(entry.id).decode("utf-8", "replace") if entry else ""
