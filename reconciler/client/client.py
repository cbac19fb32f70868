"""The client: environments, resources, trials, reports and releases as tables, files and pictures."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from reconciler.client.shown import Picture, flat, framed
from reconciler.client.wire import Server
from runners.contract.mistakes import shown

PAGE = 1000
"""Resources in one answer."""
MOST_PAGES = 1000
"""Answers that one list is put together of; a server that goes on is none of ours."""
_DAY = 86_400


class Client:
    """Reads the page of `setpoint web`.

    Args:
        url: where it is.
        token: what says who asks; by default that of the variable SETPOINT_TOKEN.

    Raises:
        Refused: it is no address, or one that a token may not be sent to.
    """

    def __init__(self, url: str = "http://127.0.0.1:8484", token: str | None = None) -> None:
        self._server = Server(url, token)
        self.url = self._server.url

    def __repr__(self) -> str:
        """Say where it reads."""
        return f"Client({shown(self.url)})"

    def environments(self) -> Any:
        """Return all environments: their keys, states and heartbeats."""
        return framed([flat(one) for one in self.told("environments")["environments"]])

    def resources(self, environment: str, kind: str = "", state: str = "") -> Any:
        """Return the resources of an environment, each with how it stands and why."""
        return framed(list(self.rows(environment, kind, state)))

    def resource(self, environment: str, address: str) -> Mapping[str, Any]:
        """Return the status document of one resource."""
        found: Mapping[str, Any] = self.told("environments", environment, "resources", *_parts(address))
        return found

    def trials(self, environment: str, experiment: str) -> Any:
        """Return all trials of an experiment: parameters, metrics and intervals, a column each."""
        address = experiment if "/" in experiment else f"experiments/{experiment}"
        found = self.told("environments", environment, "resources", *_parts(address), "trials")["trials"]
        return framed([flat(row) for row in found])

    def reports(self, environment: str, monitor: str = "") -> Any:
        """Return the reports of an environment, or of one monitor: each with its files."""
        below = f"reports/{monitor if '/' in monitor or not monitor else f'monitors/{monitor}'}"
        found: dict[str, list[str]] = {}
        for path in self.files(environment, below if below.endswith("/") else f"{below}/"):
            parts = path.split("/")
            found.setdefault("/".join(parts[1:4]), []).append(path)
        return framed(
            [{"of": name.rpartition("/")[0], "report": name, "files": paths} for name, paths in found.items()]
        )

    def releases(self, environment: str, days: float = 0) -> Any:
        """Return which model came when, by whom, and what became of it; where `days` are said, of the last so many."""
        return framed(self.told("environments", environment, "releases", **_since(days * _DAY))["releases"])

    def metrics(self, environment: str, days: float = 0) -> Mapping[str, Any]:
        """Return the four DORA metrics."""
        found: Mapping[str, Any] = self.told("environments", environment, "releases", **_since(days * _DAY))["metrics"]
        return found

    def file(self, environment: str, path: str) -> bytes:
        """Return a file of the status branch."""
        return self._server.content(_path("environments", environment, "files", *path.split("/")))

    def picture(self, environment: str, path: str) -> Picture:
        """Return a picture of the status branch, which shows in a notebook."""
        return Picture(path.rpartition("/")[2], self.file(environment, path))

    def rows(self, environment: str, kind: str = "", state: str = "") -> Iterator[Mapping[str, Any]]:
        """Yield the resources of an environment, page after page."""
        for told in self._pages("environments", environment, "resources", kind=kind, state=state, limit=PAGE):
            yield from told["resources"]

    def files(self, environment: str, under: str = "") -> Iterator[str]:
        """Yield the paths of the status branch's files that are handed out."""
        for told in self._pages("environments", environment, "files", under=under):
            yield from told["files"]

    def told(self, *path: str, **query: str | int) -> Any:
        """Return the document at a path of the API.

        Raises:
            Refused: the server says no.
            Unavailable: it didn't answer.
        """
        return self._server.document(_path(*path), **query)

    def _pages(self, *path: str, **query: str | int) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(MOST_PAGES):
            told = self.told(*path, **query, cursor=cursor)
            yield told
            if not told["next"] or told["next"] == cursor:
                return
            cursor = str(told["next"])


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _parts(address: str) -> tuple[str, str]:
    kind, _, name = address.partition("/")
    return kind, name


def _since(seconds: float) -> dict[str, int]:
    return {"since": max(1, round(seconds))} if seconds else {}
