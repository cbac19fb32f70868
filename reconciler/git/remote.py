"""A repository far away: heard of by `ls-remote`, fetched when something is new, written by pushes with a lease.

What is fetched lies in a mirror in a state folder, which holds nothing of its own: delete it, and it is made anew.
Within the mirror a ref is kept under a digest of its name, so that `a` and `a/b` at different times don't collide.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reconciler.git.bare import make_bare
from reconciler.git.credentials import parted
from reconciler.git.fetching import Fetcher, mirrored
from reconciler.git.maintenance import Upkeep
from reconciler.git.objects import ObjectStore
from reconciler.git.process import ASKING_PATIENCE, FAR_PATIENCE, Calls, Output, call
from reconciler.git.refs import RefUpdate, raced
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.text import without_credentials

HEARD_FOR = 0.5
"""Seconds for which what was heard of the refs is taken for true; a pass looks at them several times."""
NEVER = -1e9
_ATTEMPTS = 4
_PAUSE = 0.1
_REMEMBERED = 5000

Access = Callable[[], Mapping[str, str]]
"""Returns environment variables that give Git its credentials for one remote; see `credentials.sent`."""


class RemoteRepository:
    """A repository by its URL.

    Args:
        url: where it is; credentials in it are never shown.
        state: a folder for the mirror.
        heard_for: seconds for which one `ls-remote` is good.
        access: asked before each command for what gives Git its credentials, where the URL has none.

    Raises:
        Unavailable: the mirror can't be made.
    """

    def __init__(self, url: str, state: Path, heard_for: float = HEARD_FOR, access: Access | None = None) -> None:
        self.place = without_credentials(url)
        self.git_dir = make_bare(state / "mirrors" / f"{_digest(url)}.git")
        self.objects = ObjectStore(self.git_dir, remedy=f"delete {self.git_dir}: it is a mirror, and is made anew")
        self._url, credentials = parted(url)
        self._access = access if access and not credentials else lambda: credentials
        self._heard_for = heard_for
        self._lock = threading.RLock()
        """Held while the remote is asked; a push doesn't wait for it."""
        self._memory = threading.Lock()
        """Held while what was heard or pushed is remembered; `_refs` is replaced and never changed."""
        self._pushes = 0
        self._calls = Calls()
        self._refs: dict[str, str] = {}
        self._head = ""
        self._heard = NEVER
        self._asked: dict[str, float] = {}
        self._here: set[str] = set()
        self._upkeep = Upkeep(self.git_dir)
        self._fetcher = Fetcher(
            self.git_dir,
            self.place,
            self._url,
            lambda line, room: self._far(*line, patience=FAR_PATIENCE, largest=room),
        )

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
        what = f"objects of {self.place} can't be fetched: {self._fetcher.complaint or 'it told of others'}"
        raise Unavailable(what, "check its rights, and `git fsck` there")

    def heard(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names, as it was last heard; asks nobody."""
        return {ref: name for ref, name in self._refs.items() if _is_named(ref, patterns)}

    def ref(self, name: str) -> str | None:
        """Return the object id of one ref by its full name; None where there is none.

        Raises:
            Unavailable: the remote is out of reach.
        """
        with self._lock:
            if time.monotonic() - self._asked.get(name, NEVER) < self._heard_for:
                return self._refs.get(name)
            return self.refs(name).get(name)

    def swap(self, updates: Sequence[RefUpdate], *, patience: float | None = None) -> None:
        """Move refs together by one push with a lease on each (git-push(1), `--force-with-lease=<ref>:<old>`).

        Each has to move: of one that stays where it is the remote hears nothing, and can check nothing. What became of
        it is told by listing the refs again, whatever the push says. It doesn't wait for what else the remote is asked.

        Raises:
            Raced: a ref isn't where it was expected.
            Refused: the remote is in reach and declines the movement.
            Unavailable: the remote is out of reach.
        """
        if kept := {update.ref: update.new for update in updates if update.new and update.new == update.old}:
            with self._lock:
                self._fetched(kept)
        attempts = 0
        while (output := self._push(updates, patience or FAR_PATIENCE)).code and not self._is_done(updates):
            attempts += 1
            if attempts == _ATTEMPTS:
                raise self._declined(updates, output)
            time.sleep(_PAUSE * attempts)
        self._remember(updates)

    def _is_done(self, updates: Sequence[RefUpdate]) -> bool:
        with self._lock:
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

    def anticipate(self, ref: str) -> None:
        """Ask for the refs anew, and fetch one at the same time that is said to have moved: nobody need list it first.

        What becomes of that fetch nobody asks: whoever needs the ref fetches what isn't here.

        Raises:
            Unavailable: the remote is out of reach.
        """
        with self._lock, ThreadPoolExecutor(1, "fetch") as beside:
            self.refresh()
            beside.submit(self._fetch, {ref: ""})
            self._listen()

    def cancel(self, most: float) -> None:
        """End what is under way with the remote; what comes later may take so many seconds at the most."""
        self._calls.cancel(most)

    def close(self) -> None:
        """End the processes that read objects and that pack them."""
        self.objects.close()
        self._upkeep.close()

    def _listen(self) -> Mapping[str, str]:
        if time.monotonic() - self._heard < self._heard_for:
            return self._refs
        for _ in range(_ATTEMPTS):
            before = self._pushes
            output = self._far("ls-remote", "--symref", "--quiet", self._url, patience=ASKING_PATIENCE)
            if output.code:
                what = f"{self.place} is out of reach: {output.complaint}"
                raise Unavailable(what, "check the URL, the network and the rights")
            if self._taken_in(output.text, before):
                break
        return self._refs

    def _taken_in(self, text: str, pushes: int) -> bool:
        """Take in what `ls-remote` told; tell whether nothing was pushed meanwhile, of which it may know nothing."""
        refs: dict[str, str] = {}
        for line in text.splitlines():
            name, _, ref = line.partition("\t")
            if name.startswith("ref: ") and ref == "HEAD":
                self._head = name.removeprefix("ref: ")
            elif not ref.endswith("^{}"):
                refs[ref] = name
        with self._memory:
            is_fresh = self._pushes == pushes
            self._refs, self._heard = refs, time.monotonic() if is_fresh else NEVER
            self._asked.clear()
        return is_fresh

    def _fetched(self, refs: Mapping[str, str]) -> bool:
        """Fetch what isn't here yet; tell whether everything is here now."""
        missing = {ref: name for ref, name in refs.items() if self._fetcher.is_cut or not self._is_here(name)}
        if missing:
            self._fetch(missing)
        return all(self._is_here(name) for name in missing.values())

    def _fetch(self, refs: Mapping[str, str]) -> bool:
        self._upkeep.written()
        return self._fetcher.fetch(refs)

    def _fetched_anew(self, ref: str) -> bool:
        """Fetch one ref, by one exchange where `ls-remote` and `fetch` take two; it has to be there."""
        is_gone = self._heard != NEVER and ref not in self._refs
        if is_gone or not self._fetch({ref: ""}):
            return False
        found = self.objects.find(mirrored(ref))
        if found is not None:
            with self._memory:
                self._refs = {**self._refs, ref: found.id}
                self._here.add(found.id)
                self._asked[ref] = time.monotonic()
        return found is not None

    def _is_here(self, name: str) -> bool:
        if len(self._here) > _REMEMBERED:
            self._here.clear()
        if name not in self._here and self.objects.find(name) is not None:
            self._here.add(name)
        return name in self._here

    def _push(self, updates: Sequence[RefUpdate], patience: float) -> Output:
        leases = [f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates]
        specs = [f"{update.new or ''}:{update.ref}" for update in updates]
        options = ["--quiet", "--no-verify", "--recurse-submodules=no", *(["--atomic"] if len(updates) > 1 else [])]
        return self._far("push", *options, *leases, self._url, *specs, patience=patience)

    def _declined(self, updates: Sequence[RefUpdate], output: Output) -> Refused:
        refs = ", ".join(update.ref for update in updates)
        said = [
            line.removeprefix("remote:").strip() for line in output.stderr.splitlines() if line.startswith("remote:")
        ]
        hint = f"it says: {without_credentials(next(filter(None, said), output.complaint))}; check its rules and rights"
        return Refused(f"{self.place} declines to move {refs}", hint)

    def _remember(self, updates: Sequence[RefUpdate]) -> None:
        with self._memory:
            self._pushes += 1
            gone = {update.ref for update in updates if update.new is None}
            moved = {update.ref: update.new for update in updates if update.new}
            self._refs = {ref: name for ref, name in self._refs.items() if ref not in gone} | moved
            self._here |= set(moved.values())

    def _far(self, *arguments: str, patience: float, largest: int | None = None) -> Output:
        given = self._access()
        return call(self.git_dir, *arguments, patience=patience, calls=self._calls, given=given, largest=largest)


def _is_named(ref: str, patterns: Sequence[str]) -> bool:
    return any(ref == pattern or ref.startswith(pattern.rstrip("/") + "/") for pattern in patterns)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
