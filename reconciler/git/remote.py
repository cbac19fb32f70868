"""A repository far away: heard of by `ls-remote`, fetched when something is new, written by pushes with a lease.

What is fetched lies in a mirror in a state folder, which holds nothing of its own: delete it, and it is made anew.
Within the mirror a ref is kept under a digest of its name, so that `a` and `a/b` at different times don't collide.
"""

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler.git.locks import clear_stale
from reconciler.git.mirror import make_bare
from reconciler.git.objects import ObjectStore
from reconciler.git.process import FAR_PATIENCE, Output, call, without_credentials
from reconciler.git.refs import RefUpdate, raced
from reconciler.git.upkeep import Upkeep
from reconciler.model.errors import Refused, Unavailable

HEARD_FOR = 0.5
"""Seconds for which what was heard of the refs is taken for true; a pass looks at them several times."""
NEVER = -1e9
_ATTEMPTS = 4
_PAUSE = 0.1
_REMEMBERED = 5000


class RemoteRepository:
    """A repository by its URL.

    Args:
        url: where it is; credentials in it are never shown.
        state: a folder for the mirror.
        heard_for: seconds for which one `ls-remote` is good.

    Raises:
        Unavailable: the mirror can't be made.
    """

    def __init__(self, url: str, state: Path, heard_for: float = HEARD_FOR) -> None:
        self.place = without_credentials(url)
        self.git_dir = make_bare(state / "mirrors" / f"{_digest(url)}.git")
        self.objects = ObjectStore(self.git_dir)
        self._url = url
        self._heard_for = heard_for
        self._lock = threading.RLock()
        self._refs: dict[str, str] = {}
        self._head = ""
        self._heard = NEVER
        self._asked: dict[str, float] = {}
        self._here: set[str] = set()
        self._upkeep = Upkeep(self.git_dir)

    @property
    def watched(self) -> Path | None:
        """Return None: only asking tells whether a ref has moved."""
        return None

    def refs(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names, and fetch the objects that are new.

        Raises:
            Unavailable: the remote is out of reach.
        """
        with self._lock:
            for _ in range(_ATTEMPTS):
                found = {ref: name for ref, name in self._listen().items() if _is_named(ref, patterns)}
                if self._fetched(found):
                    return found
                self.refresh()
        raise Unavailable(f"objects of {self.place} can't be fetched", "check its rights, and `git fsck` there")

    def ref(self, name: str) -> str | None:
        """Return the object id of one ref by its full name; None where there is none.

        Raises:
            Unavailable: the remote is out of reach.
        """
        with self._lock:
            if time.monotonic() - self._asked.get(name, NEVER) < self._heard_for:
                return self._refs.get(name)
            return self.refs(name).get(name)

    def swap(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs together by one push with a lease on each (git-push(1), `--force-with-lease=<ref>:<old>`).

        What became of it is told by listing the refs again, whatever the push says.

        Raises:
            Raced: a ref isn't where it was expected.
            Refused: the remote is in reach and declines the movement.
            Unavailable: the remote is out of reach.
        """
        with self._lock:
            self._fetched({update.ref: update.new for update in updates if update.new and update.new == update.old})
            attempts = 0
            while (output := self._push(updates)).code and not self._is_done(updates):
                attempts += 1
                if attempts == _ATTEMPTS:
                    raise self._declined(updates, output)
                time.sleep(_PAUSE * attempts)
            self._remember(updates)

    def _is_done(self, updates: Sequence[RefUpdate]) -> bool:
        self.refresh()
        now = self._listen()
        if all(now.get(update.ref) == update.new for update in updates):
            return True
        moved = [update.ref for update in updates if now.get(update.ref) != update.old]
        if moved:
            raise raced(moved[0])
        return False

    def advance(self, update: RefUpdate) -> None:
        """Move a branch to a descendant; a remote with a work tree of its own decides what becomes of that.

        Raises:
            Raced: the branch isn't where it was expected.
            Refused: the remote declines the movement.
            Unavailable: the remote is out of reach.
        """
        self.swap([update])

    def default_branch(self) -> str:
        """Return the name of the branch that the remote's HEAD points to; `main` where it points to none.

        Raises:
            Unavailable: the remote is out of reach.
        """
        with self._lock:
            self._listen()
            return self._head.removeprefix("refs/heads/") or "main"

    def refresh(self, ref: str | None = None) -> None:
        """Forget what was heard of the refs, so that the next look asks again; one ref is fetched here."""
        with self._lock:
            self._asked.clear()
            if ref is None or not self._fetched_anew(ref):
                self._heard = NEVER

    def close(self) -> None:
        """End the processes that read objects and that pack them."""
        self.objects.close()
        self._upkeep.close()

    def _listen(self) -> Mapping[str, str]:
        if time.monotonic() - self._heard < self._heard_for:
            return self._refs
        output = self._far("ls-remote", "--symref", "--quiet", self._url)
        if output.code:
            what = f"{self.place} is out of reach: {output.complaint}"
            raise Unavailable(what, "check the URL, the network and the rights")
        refs: dict[str, str] = {}
        for line in output.text.splitlines():
            name, _, ref = line.partition("\t")
            if name.startswith("ref: ") and ref == "HEAD":
                self._head = name.removeprefix("ref: ")
            elif not ref.endswith("^{}"):
                refs[ref] = name
        self._refs, self._heard = refs, time.monotonic()
        self._asked.clear()
        return refs

    def _fetched(self, refs: Mapping[str, str]) -> bool:
        """Fetch what isn't here yet; tell whether everything is here now."""
        missing = [ref for ref, name in refs.items() if not self._is_here(name)]
        if missing:
            self._fetch(missing)
        return all(self._is_here(refs[ref]) for ref in missing)

    def _fetch(self, refs: Sequence[str]) -> Output:
        mirrored = {ref: f"refs/mirror/{_digest(ref)}" for ref in refs}
        clear_stale(self.git_dir, mirrored.values())
        specs = [f"+{ref}:{kept}" for ref, kept in mirrored.items()]
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no")
        self._upkeep.written()
        return self._far("fetch", *options, self._url, *specs)

    def _fetched_anew(self, ref: str) -> bool:
        """Fetch one ref, by one exchange where `ls-remote` and `fetch` take two; it has to be there."""
        is_gone = self._heard != NEVER and ref not in self._refs
        if is_gone or self._fetch([ref]).code:
            return False
        found = self.objects.find(f"refs/mirror/{_digest(ref)}")
        if found is not None:
            self._refs[ref] = found.id
            self._here.add(found.id)
            self._asked[ref] = time.monotonic()
        return found is not None

    def _is_here(self, name: str) -> bool:
        if len(self._here) > _REMEMBERED:
            self._here.clear()
        if name not in self._here and self.objects.find(name) is not None:
            self._here.add(name)
        return name in self._here

    def _push(self, updates: Sequence[RefUpdate]) -> Output:
        leases = [f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates]
        specs = [f"{update.new or ''}:{update.ref}" for update in updates]
        options = ["--quiet", "--no-verify", "--recurse-submodules=no", *(["--atomic"] if len(updates) > 1 else [])]
        return self._far("push", *options, *leases, self._url, *specs)

    def _declined(self, updates: Sequence[RefUpdate], output: Output) -> Refused:
        refs = ", ".join(update.ref for update in updates)
        said = [
            line.removeprefix("remote:").strip() for line in output.stderr.splitlines() if line.startswith("remote:")
        ]
        hint = f"it says: {without_credentials(next(filter(None, said), output.complaint))}; check its rules and rights"
        return Refused(f"{self.place} declines to move {refs}", hint)

    def _remember(self, updates: Sequence[RefUpdate]) -> None:
        for update in updates:
            if update.new is None:
                self._refs.pop(update.ref, None)
            else:
                self._refs[update.ref] = update.new
                self._here.add(update.new)

    def _far(self, *arguments: str) -> Output:
        return call(self.git_dir, *arguments, patience=FAR_PATIENCE)


def _is_named(ref: str, patterns: Sequence[str]) -> bool:
    return any(ref == pattern or ref.startswith(pattern.rstrip("/") + "/") for pattern in patterns)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
