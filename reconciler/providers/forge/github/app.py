"""Who we are as an App: a claim that its key signs, and for an hour a token of its installation on one repository.

The token has no more rights than are used here, whatever else the App was granted.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from reconciler.forges.client import Absent, Declined, Document, ForgeClient, part
from reconciler.forges.documents import at, number, text
from reconciler.model.errors import Refused, Unavailable
from reconciler.providers.forge.github.signing import Sign, token

PERMISSIONS: Mapping[str, str] = MappingProxyType({"contents": "write", "pull_requests": "write", "statuses": "write"})
"""What is used: merges and pushes; pull requests and comments on them; statuses of commits."""
WELCOME: Mapping[str, str] = MappingProxyType({**PERMISSIONS, "checks": "read"})
"""With the check runs of others, which an App may have been made without."""
ANNOTATING: Mapping[str, str] = MappingProxyType({**PERMISSIONS, "checks": "write"})
"""What is asked for first: with check runs of our own, which show what is wrong beside the lines."""
TEAMS: Mapping[str, str] = MappingProxyType({"members": "read"})
"""What a token of its own is asked for that tells who belongs to teams, once approvals need that."""
ISSUES: Mapping[str, str] = MappingProxyType({"issues": "write"})
"""What a token of its own is asked for that opens issues, once a route of `notifications` leads there."""
DRIFT = 60
"""Seconds by which our clock may be ahead of GitHub's."""
LASTING = 540
"""Seconds that a claim is good for from now on: with the drift, the ten minutes that GitHub allows."""
EARLY = 300.0
"""Seconds before its end in which a token is made anew."""
SHORTEST, LONGEST = 60.0, 3600.0
"""Seconds for which a token is used at least, whatever the clocks say, and at the most."""
JUST_MADE = 5.0
"""Seconds in which a token that is turned down may be one that another thread has replaced already."""
_TOKEN = re.compile(r"[!-~]{1,2000}")


class Claim:
    """An App by its own word, which lets it ask for tokens and nothing else.

    Args:
        app: its client id or number.
        sign: signs with its private key.
        wall: the time of day, in seconds since 1970.
    """

    def __init__(self, app: str, sign: Sign, wall: Callable[[], float] = time.time) -> None:
        self._app = app
        self._sign = sign
        self._wall = wall

    def headers(self) -> Mapping[str, str]:
        """Return the header that tells who we are, signed for this moment."""
        now = int(self._wall())
        claims = {"iss": self._app, "iat": now - DRIFT, "exp": now + LASTING}
        return {"Authorization": f"Bearer {token(claims, self._sign)}"}

    def renew(self) -> bool:
        """Tell that another claim would say the same."""
        return False


class InstallationToken:
    """The token of an App's installation on a repository, made anew in time. Any number of threads may use it.

    Args:
        client: the API, by which the App is known by its claim.
        repository: `owner/name`.
        installation: the installation's number; 0 is asked for.
        wanted: the rights that it is asked for with, one choice after another until the App was granted as much.
        now: a clock that only runs forward, in seconds.
        wall: the time of day, in seconds since 1970, by which GitHub says when a token ends.
    """

    def __init__(
        self,
        client: ForgeClient,
        repository: str,
        installation: int = 0,
        *,
        wanted: Sequence[Mapping[str, str]] = (ANNOTATING, WELCOME, PERMISSIONS),
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._repository = repository
        self._given = installation
        self._wanted = wanted
        self._now, self._wall = now, wall
        self._lock = threading.Lock()
        self._text, self._ends = "", 0.0
        self._made = self._until = float("-inf")

    def __repr__(self) -> str:
        """Show whose it is, and never the token itself."""
        return f"InstallationToken({self._repository})"

    def headers(self) -> Mapping[str, str]:
        """Return the header that tells who we are.

        Raises:
            Refused: the App isn't known, isn't installed there, or wasn't granted what it needs.
            Unavailable: GitHub didn't answer, or not with a token.
        """
        with self._lock:
            return {"Authorization": f"Bearer {self._fresh()}"}

    def text(self) -> tuple[str, int]:
        """Return the token itself, and the second since 1970 in which it ends; 0 where GitHub didn't say.

        Raises:
            Refused: the App isn't known, isn't installed there, or wasn't granted what it needs.
            Unavailable: GitHub didn't answer, or not with a token.
        """
        with self._lock:
            return self._fresh(), int(self._ends)

    def _fresh(self) -> str:
        if self._now() >= self._until:
            self._make()
        return self._text

    def renew(self) -> bool:
        """Make the token anew, as GitHub turned it down; one that was made a moment ago is tried once more."""
        with self._lock:
            if self._now() - self._made >= JUST_MADE:
                self._make()
            return True

    def name(self) -> str:
        """Return the name under which the App comments.

        Raises:
            Refused: the App isn't known.
            Unavailable: GitHub didn't answer, or without a name.
        """
        slug = text(self._client.get("/app"), "slug")
        return f"{slug}[bot]" if slug else ""

    def granted(self) -> Mapping[str, str]:
        """Return the rights that the App was granted on the repository, whatever a token has of them.

        Raises:
            Refused: the App isn't known, or isn't installed there.
            Unavailable: GitHub didn't answer.
        """
        found = at(self._installed(), "permissions")
        rights = found.items() if isinstance(found, Mapping) else ()
        return {str(name)[:100]: level for name, level in rights if isinstance(level, str)}

    def _make(self) -> None:
        told = self._asked()
        found, ends = text(told, "token", most=4000), text(told, "expires_at", most=100)
        if not _TOKEN.fullmatch(found):
            raise Unavailable(f"{self._client.place} answered with no token", "see that it is a GitHub")
        self._text, self._ends = found, _seconds(ends)
        left = self._ends - self._wall() - EARLY
        self._made = self._now()
        self._until = self._made + min(max(left, SHORTEST), LONGEST)

    def _asked(self) -> Document:
        path = f"/app/installations/{self._installation()}/access_tokens"
        try:
            return self._granted(path)
        except Absent as error:
            raise self._not_installed() from error
        except Declined as error:
            rights = ", ".join(f"{name}: {level}" for name, level in self._wanted[-1].items())
            hint = f"grant the App {rights} on that repository; it says: {error.words}"
            raise Refused(f"{self._client.place} gives the App no token for {self._repository}", hint) from error

    def _granted(self, path: str) -> Document:
        """Ask for a token with the first rights that the App was granted; the last refusal is told."""
        for rights in self._wanted[:-1]:
            try:
                return self._sent(path, rights)
            except Declined as error:
                if error.status != 422:
                    raise
        return self._sent(path, self._wanted[-1])

    def _sent(self, path: str, rights: Mapping[str, str]) -> Document:
        document = {"repositories": [self._repository.rpartition("/")[2]], "permissions": dict(rights)}
        made: Document = self._client.send("POST", path, document, is_safe=True)
        return made

    def _installation(self) -> int:
        return self._given or number(self._installed(), "id")

    def _installed(self) -> Document:
        owner, _, name = self._repository.partition("/")
        try:
            found: Document = self._client.get(f"/repos/{part(owner)}/{part(name)}/installation")
        except Absent as error:
            raise self._not_installed() from error
        return found

    def _not_installed(self) -> Refused:
        hint = "install it there, or mend `installation` beside the provider in environment.yaml"
        return Refused(f"the App isn't installed on {self._repository} of {self._client.place}", hint)


def _seconds(moment: str) -> float:
    """Return a moment as seconds since 1970; 0 where it is none."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
