"""One repository of a lakeFS server, as plain calls and values, on the generated client of its REST API.

Law of the module: a listing is complete or raises. Nothing is asked twice that could be done twice: only what reads,
or sets the same again, is repeated when a connection breaks.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lakefs_sdk import ApiException, Configuration, models
from lakefs_sdk.client import LakeFSClient
from urllib3 import Retry
from urllib3.exceptions import HTTPError

from reconciler.model.errors import Unavailable
from reconciler.providers.data.lakefs.errors import Missing, Taken, answered, unanswered

PAGE = 1000
"""What lakeFS gives at most in one answer, and takes at most to delete."""
CONNECTIONS = 32
CONNECT = 5.0
"""Seconds that a connection may take; an answer has the whole timeout."""
logging.getLogger("lakefs_sdk.rest").setLevel(logging.INFO)  # below that it tells all answers, tokens too
_STEADY = Retry(total=1, backoff_factor=0, respect_retry_after_header=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key of lakeFS."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


class Server:
    """Calls to one repository. Any number of threads may use it.

    Args:
        endpoint: the server's address, `https://lakefs.example.com`.
        repository: the repository's name.
        keys: the access key of the daemon.
        timeout: seconds that an answer may take.
        certificates: a file of authorities to trust; by default, the system's.
    """

    def __init__(
        self, endpoint: str, repository: str, keys: Keys, *, timeout: float, certificates: str | None = None
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.repository = repository
        self._timeout = timeout
        asked = Configuration(host=f"{self.endpoint}/api/v1", username=keys.access_key_id)
        asked.password, asked.ssl_ca_cert = keys.secret_access_key, certificates
        asked.retries, asked.connection_pool_maxsize = _STEADY, CONNECTIONS
        self._sdk = LakeFSClient(asked)

    def create_repository(self, storage_namespace: str) -> None:
        """Make the repository, unless it is there."""
        asked = models.RepositoryCreation(name=self.repository, storage_namespace=storage_namespace)
        with _unless_there():
            self._ask(self._sdk.repositories_api.create_repository, repository_creation=asked)

    def default_branch(self) -> str:
        """Return the name of the repository's default branch.

        Raises:
            Missing: there is no such repository.
        """
        return str(self._ask(self._sdk.repositories_api.get_repository, self.repository).default_branch)

    def first_commit(self, ref: str) -> str:
        """Return the first commit of a branch's history."""
        log = self._pages(self._sdk.refs_api.log_commits, ref, first_parent=True)
        return str(list(log)[-1].id)

    def branches(self, prefix: str = "") -> Mapping[str, str]:
        """Return the commits of all branches that begin so, hidden ones too.

        Raises:
            Missing: there is no such repository.
        """
        found = self._pages(self._sdk.branches_api.list_branches, prefix=prefix, show_hidden=True)
        return {ref.id: ref.commit_id for ref in found}

    def tags(self, prefix: str) -> Mapping[str, str]:
        """Return the commits of all tags that begin so."""
        return {ref.id: ref.commit_id for ref in self._pages(self._sdk.tags_api.list_tags, prefix=prefix)}

    def create_branch(self, name: str, source: str, *, hidden: bool = False) -> bool:
        """Make a branch at a commit or at another branch's head; tell whether none of that name was there."""
        asked = models.BranchCreation(name=name, source=source, hidden=hidden)
        try:
            self._ask(self._sdk.branches_api.create_branch, self.repository, asked)
        except Taken:
            return False
        return True

    def delete_branch(self, name: str) -> None:
        """Take a branch away with what was not committed, whether or not it is there."""
        with _unless_gone():
            self._ask(self._sdk.branches_api.delete_branch, self.repository, name)

    def create_tag(self, name: str, commit: str) -> None:
        """Make a tag, unless one of that name is there."""
        with _unless_there():
            self._ask(self._sdk.tags_api.create_tag, self.repository, models.TagCreation(id=name, ref=commit))

    def delete_tag(self, name: str) -> None:
        """Take a tag away, whether or not it is there."""
        with _unless_gone():
            self._ask(self._sdk.tags_api.delete_tag, self.repository, name)

    def commit(self, branch: str, message: str, metadata: Mapping[str, str], *, allow_empty: bool = False) -> str:
        """Commit what was written to a branch; return the commit.

        Raises:
            Unchanged: nothing was written.
        """
        asked = models.CommitCreation(message=message, metadata=dict(metadata), allow_empty=allow_empty)
        return str(self._ask(self._sdk.commits_api.commit, self.repository, branch, asked).id)

    def merge(
        self, source: str, branch: str, message: str, metadata: Mapping[str, str], *, squash: bool = False
    ) -> None:
        """Merge a commit or branch to a branch; of a path that both have changed, the source's is taken.

        Raises:
            Refused: a hook declines.
        """
        asked = models.Merge(
            message=message, metadata=dict(metadata), strategy="source-wins", squash_merge=squash, allow_empty=True
        )
        self._ask(self._sdk.refs_api.merge_into_branch, self.repository, source, branch, asked)

    def differences(self, left: str, right: str, prefix: str) -> Mapping[str, str]:
        """Return the paths below a prefix that differ, each with what became of it: `added`, `removed`, `changed`."""
        found = self._pages(self._sdk.refs_api.diff_refs, left, right, prefix=prefix, type="two_dot")
        return {one.path: one.type for one in found}

    def files(self, ref: str, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the path of each file below a prefix, and how many bytes it has."""
        for one in self._pages(self._sdk.objects_api.list_objects, ref, prefix=prefix):
            yield one.path, one.size_bytes or 0

    def first_path(self, ref: str, after: str = "") -> str | None:
        """Return the first path of a tree, in the order of their bytes, or the first after another one."""
        found = self._ask(self._sdk.objects_api.list_objects, self.repository, ref, after=after, amount=1).results
        return str(found[0].path) if found else None

    def delete(self, branch: str, paths: Sequence[str]) -> None:
        """Take files off a branch."""
        for start in range(0, len(paths), PAGE):
            asked = models.PathList(paths=list(paths[start : start + PAGE]))
            left = self._ask(self._sdk.objects_api.delete_objects, self.repository, branch, asked).errors
            if left:
                what = f"lakeFS at {self.endpoint} can't delete {left[0].path}: {left[0].message}"
                raise Unavailable(what, "see its log; it is tried again")

    def read(self, ref: str, path: str) -> bytes:
        """Return a file's content.

        Raises:
            Missing: there is no such ref or file.
        """
        return bytes(self._ask(self._sdk.objects_api.get_object, self.repository, ref, path))

    def write(self, branch: str, path: str, content: bytes) -> None:
        """Write a file to a branch, in the place of what is there."""
        self._ask(self._sdk.objects_api.upload_object, self.repository, branch, path, content=content)

    def login(self, keys: Keys) -> str:
        """Return a token that stands for an access key until the server's `auth.login_duration` is over."""
        asked = models.LoginInformation(access_key_id=keys.access_key_id, secret_access_key=keys.secret_access_key)
        return str(self._ask(self._sdk.auth_api.login, asked).token)

    def _pages(self, call: Callable[..., Any], *arguments: str, **options: Any) -> Iterator[Any]:
        """Yield all results of a listing, page after page.

        Raises:
            Unavailable: a page is missing, or doesn't lead on.
        """
        after = ""
        while True:
            page = self._ask(call, self.repository, *arguments, after=after, amount=PAGE, **options)
            yield from page.results
            if not page.pagination.has_more:
                return
            if page.pagination.next_offset in ("", after):
                raise Unavailable(f"lakeFS at {self.endpoint} gives the same page twice", "it is tried again")
            after = page.pagination.next_offset

    def _ask(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        limits = (min(CONNECT, self._timeout), self._timeout)
        try:
            return call(*arguments, **options, _request_timeout=limits)
        except ApiException as error:
            raise answered(self.endpoint, error.status or 0, error.body) from None
        except HTTPError as error:
            raise unanswered(self.endpoint, error, self._timeout) from None
        except ValueError:
            what = f"lakeFS at {self.endpoint} gives an answer that can't be read"
            raise Unavailable(what, "see what stands between here and there") from None


@contextmanager
def _unless_there() -> Iterator[None]:
    try:
        yield
    except Taken:
        return


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except Missing:
        return
