"""What `get`, `status` and `describe` print where there is no clone: the page's API in the place of a status branch."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.cli.exits import Exit
from reconciler.cli.listing import Choice, check_kinds, show, show_document
from reconciler.cli.output import STYLES, Row, console, print_json, say, styled, table
from reconciler.client.client import Client
from reconciler.model.errors import Refused, Unavailable

if TYPE_CHECKING:
    from reconciler.cli.describing import Described

Record = TypeVar("Record")
_CLONE = "read it from a clone: leave out --server"


class Served:
    """One environment as the page tells it.

    Args:
        url: where the page is.
        environment: its key; empty where the page has one alone.

    Raises:
        Refused: it is no address of a page.
    """

    def __init__(self, url: str, environment: str) -> None:
        self._client, self._chosen = Client(url), environment

    @cached_property
    def _known(self) -> Mapping[str, Any]:
        """Return what the page tells of the environment.

        Raises:
            Refused: there is none of that name, or it isn't clear which.
        """
        found = {str(one["key"]): one for one in self._client.told("environments")["environments"]}
        if not self._chosen and len(found) == 1:
            return dict(next(iter(found.values())))
        if self._chosen not in found:
            names = ", ".join(sorted(found)) or "none that you may read"
            what = f"{self._client.url} shows no environment {self._chosen}" if self._chosen else "which environment?"
            raise Refused(what, f"give --environment: {names}")
        return dict(found[self._chosen])

    @property
    def _key(self) -> str:
        return str(self._known["key"])

    def get(self, what: str, choice: Choice, form: str, since: float | None) -> None:
        """Print one resource's status in full, the resources of a kind, or the releases.

        Raises:
            Refused: there is no such thing, or the page doesn't tell it.
            Unavailable: the page doesn't answer.
        """
        if what == "releases":
            self._releases(form, since)
        elif "/" in what:
            show_document(what, self._client.resource(self._key, what), form)
        else:
            check_kinds([what], ("releases",))
            show(self._rows(Choice((what,), choice.team, choice.not_ready)), form, f"{what} of {self._key}")

    def status(self, choice: Choice, form: str, *, watch: bool) -> int:
        """Print every resource's condition, and when its daemon was last seen; return the exit code."""
        if watch:
            raise Refused("--watch is of no use with --server", f"open {self._client.url}, which is new by itself")
        daemon, rows = self._known["daemon"], self._rows(choice)
        if form == "document":
            told = {"environment": self._known["name"], "daemon": daemon}
            last = self._client.told("environments", self._key, "pass")
            print_json(told | {"pass": last, "resources": [row.as_json() for row in rows]})
        else:
            show(rows, form, self._key)
        if form not in ("document", "json", "name"):
            seen = f", seen {daemon['seen']}" if daemon["seen"] else ""
            say(styled(f"the daemon: {daemon['state']}{seen}", "" if daemon["state"] == "alive" else "red"))
        return Exit.UNAVAILABLE if daemon["state"] == "dead" else Exit.OK

    def described(self, address: str) -> "Described":
        """Return what is told of a resource."""
        from reconciler.cli.describing import Described
        from reconciler.status.runs_told import RunTold
        from reconciler.status.timeline import Event

        document = self._client.resource(self._key, address)
        told = self._client.told("environments", self._key, "resources", *address.split("/", 1), "history")
        runs = [{**run, "since": datetime.fromisoformat(run["since"])} for run in told["runs"]]
        return Described(
            address,
            self._key,
            document,
            runs=_records(RunTold, runs),
            events=_records(Event, told["events"]),
            needs=told["needs"],
            needed_by=told["needed_by"],
            unread="" if told["needs"] is not None else "the page can't compose its specs",
            suspended=told["suspended"] is True,
        )

    def _rows(self, choice: Choice) -> list[Row]:
        if choice.team:
            raise Refused("--team is read from the specs, which the page doesn't hand out", _CLONE)
        check_kinds(choice.kinds)
        found = _records(Row, self._client.rows(self._key, choice.kinds[0] if len(choice.kinds) == 1 else ""))
        chosen = [row for row in found if not choice.kinds or row.address.partition("/")[0] in choice.kinds]
        return [row for row in chosen if not (choice.not_ready and row.state == "ready")]

    def _releases(self, form: str, since: float | None) -> None:
        query = {} if since is None else {"since": max(1, round(since))}
        told = self._client.told("environments", self._key, "releases", **query)
        if form == "json":
            print_json(told)
        elif form == "name":
            for one in told["releases"]:
                print(one["name"])
        else:
            heads = ("when", "deployment", "model", "by", "outcome")
            rows = [[styled(one[head], STYLES.get(str(one[head]), "")) for head in heads] for one in told["releases"]]
            console().print(table((*heads[:3], "merged by", "became"), rows, f"releases of {self._key}"))


def _records(kind: type[Record], told: Any) -> Sequence[Record]:
    """Read what the page tells as records of a kind; fields that a newer one has besides are left out.

    Raises:
        Unavailable: they are none.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    try:
        return [kind(**{name: one[name] for name in names if name in one}) for one in told]
    except (TypeError, ValueError, KeyError) as error:
        raise Unavailable(
            f"the page tells something else than {kind.__name__}s", "is it of another version?"
        ) from error
