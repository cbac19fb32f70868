"""`LakeFSData`: the data store and its reader for one environment."""

import math
from collections.abc import Collection, Iterator, Mapping

from reconciler.git.names import check_environment, is_run_name
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import DataListing
from reconciler.model.quantity import parse_quantity
from reconciler.model.run import folder_of
from reconciler.ports.data import NO_FILES
from reconciler.providers.data.lakefs import names
from reconciler.providers.data.lakefs.errors import Missing, Unchanged
from reconciler.providers.data.lakefs.merging import Merging
from reconciler.providers.data.lakefs.names import RUN, VERSION, RunRefs, check_run, name_of
from reconciler.providers.data.lakefs.repository import SharedRepository
from reconciler.providers.data.lakefs.secrets import keys_if_told, keys_of
from reconciler.providers.data.lakefs.server import Keys, Server
from runners.contract.names import is_file_name

LAST = "/\U0010ffff"
"""What comes, in the order of paths, after everything that a folder can hold."""
LARGEST_OUTPUT = "500Gi"
UNBORN = CommitId("")
"""The head of an environment whose repository has yet to be made."""


class LakeFSData:
    """The data store in a repository of lakeFS, as one environment sees it. Any number of threads may use it.

    Args:
        environment: the environment's name, which is also its branch's.
        endpoint: where lakeFS answers, `https://lakefs.example.com`, as seen from the daemon and from its jobs.
        repository: the repository, best kept for Setpoint alone.
        storage_namespace: where a repository that isn't there is made, `s3://bucket/prefix`; without it none is.
        access_key_id: the daemon's key; it may name a secret, `${secret:LAKEFS_KEY}`.
        secret_access_key: the secret of that key, best `${secret:LAKEFS_SECRET}`.
        job_access_key_id: the key of the user as whom jobs read and write.
        job_secret_access_key: the secret of that key.
        serve_access_key_id: the key of the user as whom endpoints read their models; without it they get what jobs get.
        serve_secret_access_key: the secret of that key.
        certificates: a file of authorities to trust; by default, the system's.
        timeout: seconds that an answer may take.
        largest_output: bytes that the output of one run may have, as a quantity such as 500Gi.

    Raises:
        ValueError: `largest_output` is no quantity.
        Refused: a secret isn't set, half a key is given, or the environment can't have a branch by its name.
    """

    def __init__(
        self,
        environment: str,
        *,
        endpoint: str,
        repository: str,
        access_key_id: str,
        secret_access_key: str,
        job_access_key_id: str,
        job_secret_access_key: str,
        serve_access_key_id: str = "",
        serve_secret_access_key: str = "",
        storage_namespace: str | None = None,
        certificates: str | None = None,
        timeout: float = 20.0,
        largest_output: str | float = LARGEST_OUTPUT,
    ) -> None:
        self._largest_output = int(parse_quantity(largest_output))
        self._environment = check_environment(environment)
        own = keys_of(access_key_id, secret_access_key)
        self._job_keys = keys_of(job_access_key_id, job_secret_access_key)
        self._serve_keys = keys_if_told("serve", serve_access_key_id, serve_secret_access_key)
        self._server = Server(endpoint, repository, own, timeout=timeout, certificates=certificates)
        self._writer = Server(endpoint, repository, self._job_keys, timeout=timeout, certificates=certificates)
        self._shared = SharedRepository(self._server, environment, storage_namespace)
        self._merging = Merging(self._server, environment)

    def list(self) -> DataListing:
        """List all branches and versions: first the branches, so that what is merged meanwhile is seen at least once.

        Raises:
            Unavailable: lakeFS can't be read, or the repository isn't there and none is to be made.
        """
        try:
            branches, tags = self._server.branches(), self._server.tags(VERSION)
        except Missing:
            if not self._shared.is_unborn():
                raise
            return DataListing(UNBORN)
        return names.listing(branches, tags, self._environment, self._shared.root_of(tags))

    def open(self, run: RunName) -> str:
        """Open the run's branch off the repository's root, unless it is open; return its folder's URL.

        Raises:
            Refused: the run's name isn't one.
            Unavailable: lakeFS can't be reached.
        """
        check_run(run)
        self._shared.prepare()
        owner = next(iter(self._refs(run).branches), None)
        branch = name_of(RUN, run, owner or self._environment)
        if owner is None:
            self._server.create_branch(branch, self._shared.root())
        return self._url(branch, run)

    def commit(self, run: RunName, metadata: Mapping[str, str], files: Mapping[str, bytes] = NO_FILES) -> CommitId:
        """Commit what the run's folder holds and seal the branch; a sealed or accepted one is returned as it is.

        Raises:
            Refused: the run has no open branch, its job wrote outside of its folder or too much, or a hook declines.
            Unavailable: lakeFS can't be reached.
        """
        check_run(run)
        for is_last in (False, True):
            refs = self._refs(run)
            done = refs.sealed_commit(self._environment)
            if done:
                return CommitId(done)
            if not refs.open:
                raise Refused(f"{run} has no open branch, so there is nothing to commit", "start the run anew")
            branch = name_of(RUN, run, next(iter(refs.open)))
            self._check(branch, run)
            for name, content in files.items():  # as jobs write: the daemon's own user need not have that right
                self._writer.write(branch, f"{folder_of(run)}/{name}", content)
            try:
                return CommitId(self._server.commit(branch, str(run), metadata, allow_empty=is_last))
            except Unchanged:
                continue  # nothing was written, or another daemon was faster: look again before it is sealed empty
        raise Unavailable(f"{run} can't be committed", "it is tried again")

    def merge(self, run: RunName) -> CommitId:
        """Merge a sealed branch, or a version of another environment, to this environment and keep it as a version.

        Returns:
            The run's sealed commit, which is the version's in every environment.

        Raises:
            Refused: there is neither, or a hook of the environment's branch declines.
            Unavailable: lakeFS can't be reached.
        """
        check_run(run)
        with self._shared.alone():
            refs = self._refs(run)
            sealed = refs.sealed_commit(self._environment)
            if sealed is None:
                raise Refused(f"{run} has no sealed branch, so there is nothing to merge", "commit its output first")
            if self._environment not in refs.versions:
                try:
                    self._merging.bring(run, sealed, self._head())
                finally:
                    self._shared.clear(self._merging.draft_of(run))
                self._server.create_tag(name_of(VERSION, run, self._environment), sealed)
        self._shared.clear(*(name_of(RUN, run, owner) for owner in refs.branches))
        return CommitId(sealed)

    def drop(self, run: RunName, *, accepted: bool = False) -> None:
        """Remove the run's branch from this environment, whether or not it is there; a version only if it is meant.

        What other environments keep of the run stays. A version's files leave the environment's branch with it, unless
        a newer version has taken their place; the branch's history keeps them.

        Raises:
            Refused: a hook of the environment's branch declines.
            Unavailable: lakeFS can't be reached.
        """
        check_run(run)
        mine = self._environment
        with self._shared.alone():
            refs = self._refs(run)
            if accepted and mine in refs.versions:
                try:
                    self._merging.take_off(run, refs.versions[mine], self._head())
                finally:
                    self._shared.clear(self._merging.draft_of(run))
                self._server.delete_tag(name_of(VERSION, run, mine))
        if mine in refs.branches:
            self._server.delete_branch(name_of(RUN, run, mine))

    def leave(self) -> None:
        """Delete the environment's data branch, whether or not it is there; its runs have been dropped.

        Raises:
            Unavailable: lakeFS can't be reached.
        """
        self._server.delete_branch(self._environment)

    def access(self, run: RunName, *, lasting: bool = False) -> Mapping[str, str]:
        """Return what lets a job reach its URLs: a token of the jobs' user, which expires by itself.

        What is lasting is the key of the user for endpoints, where the options name one. The variables are those that
        fsspec hands to `lakefs-spec`.

        Raises:
            Unavailable: lakeFS can't be reached, or doesn't know the jobs' key.
        """
        check_run(run)
        keys = self._serve_keys if lasting else None
        return {
            "FSSPEC_LAKEFS_HOST": self._server.endpoint,
            "FSSPEC_LAKEFS_CREATE_BRANCH_OK": "false",
            **(_as_key(keys) if keys else {"FSSPEC_LAKEFS_ACCESS_TOKEN": self._server.login(self._job_keys)}),
        }

    def read(self, run: RunName, path: str) -> bytes:
        """Read a file of a run's folder, from its version, else from its branch, committed or not.

        Raises:
            FileNotFoundError: there is no such run or file.
            Unavailable: lakeFS can't be read.
        """
        if not is_run_name(run) or not all(map(is_file_name, path.split("/"))):
            raise FileNotFoundError(f"the run {run[:200]} has no file {path}")
        for ref in self._readable(run):
            try:
                return self._server.read(ref, f"{folder_of(run)}/{path}")
            except Missing:
                continue
        raise FileNotFoundError(f"the run {run} has no file {path}")

    def missing(self, run: RunName, paths: Collection[str]) -> Collection[str]:
        """Return which of these files a run's folder doesn't hold, by a call for each thousand that it holds.

        Raises:
            FileNotFoundError: there is no such run.
            Refused: its branch is open, and its job wrote outside of its folder or too much.
            Unavailable: lakeFS can't be read.
        """
        try:
            if is_run_name(run) and (ref := self._ref(run)):
                is_open = ref.startswith(name_of(RUN, run))
                return frozenset(paths) - (self._check(ref, run) if is_open else self._files(ref, run))
        except Missing:
            pass  # it was dropped a moment ago
        raise FileNotFoundError(f"the data store has no run {run[:200]}")

    def url(self, run: RunName) -> str:
        """Return the URL of a run's folder, to be read by other jobs: by its commit, once it has one.

        Raises:
            FileNotFoundError: there is no such run.
            Unavailable: lakeFS can't be read.
        """
        if is_run_name(run) and (ref := self._ref(run)):
            return self._url(ref, run)
        raise FileNotFoundError(f"the data store has no run {run[:200]}")

    def _url(self, ref: str, run: RunName) -> str:
        return f"lakefs://{self._server.repository}/{ref}/{folder_of(run)}"

    def _readable(self, run: RunName) -> Iterator[str]:
        """Yield where a run's files are: this environment's version at once, which is nearly always right."""
        own = name_of(VERSION, run, self._environment)
        yield own
        if ref := self._ref(run):
            yield ref

    def _ref(self, run: RunName) -> str | None:
        """Return the commit, or else the open branch, that shows a run; None where there is no such run."""
        refs = self._refs(run)
        owner = next(iter(refs.open), None)
        return refs.sealed_commit(self._environment) or (owner and name_of(RUN, run, owner))

    def _refs(self, run: RunName) -> RunRefs:
        """Find all that there is of a run, in the order that `list` has, and for its reason."""
        try:
            branches = self._server.branches(name_of(RUN, run))
            tags = self._server.tags(name_of(VERSION, run))
        except Missing:
            if not self._shared.is_unborn():
                raise
            return RunRefs()
        return names.refs_of(run, branches, tags, self._shared.root()) if branches or tags else RunRefs()

    def _head(self) -> str:
        """Return the head of the environment's branch, which is made off the default branch where there is none."""
        found = self._server.branches(self._environment).get(self._environment)
        if found is None:
            self._server.create_branch(self._environment, self._server.default_branch())
            found = self._server.branches(self._environment)[self._environment]
        return found

    def _check(self, branch: str, run: RunName) -> frozenset[str]:
        """Return the paths of what a job wrote, once it is seen that it may be kept.

        Raises:
            Refused: it wrote outside of its folder, or too much.
        """
        self._check_inside(branch, run)
        return self._files(branch, run, self._largest_output)

    def _check_inside(self, branch: str, run: RunName) -> None:
        """Look at the first path of the tree, and at the first after the folder.

        Raises:
            Refused: the job wrote outside of its folder.
        """
        folder = folder_of(run)
        for path in (self._server.first_path(branch), self._server.first_path(branch, folder + LAST)):
            if path is not None and not path.startswith(f"{folder}/"):
                raise Refused(f"the job of {run} wrote {path}, outside of its folder {folder}", "write below `output`")

    def _files(self, ref: str, run: RunName, largest: float = math.inf) -> frozenset[str]:
        """Return the paths of a run's files in its folder, by a call for each thousand.

        Raises:
            Refused: all together have more than `largest` bytes.
        """
        folder, size, found = f"{folder_of(run)}/", 0, list[str]()
        for path, more in self._server.files(ref, folder):
            size += more
            if size > largest:
                what = f"the output of {run} has more than {largest / 2**30:g} GiB"
                raise Refused(what, "write less, or give `data` in environment.yaml a larger `largest_output`")
            found.append(path.removeprefix(folder))
        return frozenset(found)


def _as_key(keys: Keys) -> Mapping[str, str]:
    return {"FSSPEC_LAKEFS_USERNAME": keys.access_key_id, "FSSPEC_LAKEFS_PASSWORD": keys.secret_access_key}
