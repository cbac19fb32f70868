"""Values as HTML, by templates that escape whatever is put in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from reconciler.lease.heartbeat import ago
from reconciler.model.text import moment, visible
from reconciler.web.login.visitor import visitor
from reconciler.web.pages.links import linked
from reconciler.web.pages.offering import Offer, asked, offer
from reconciler.web.pages.snapshot import STATES, Snapshot
from reconciler.web.pages.views import alert_words, figure, is_picture
from reconciler.yaml.dump import dump

LONGEST = 20_000
"""Characters of a value that a page shows."""


class Writer:
    """Writes pages.

    Args:
        now: tells the time.
        package: whose templates they are, besides those of this room, which frame every page.
        can_act: whether anything can be done from pages.
    """

    def __init__(self, now: Callable[[], datetime], package: str = __package__, *, can_act: bool = False) -> None:
        self._now, self._can_act = now, can_act
        self.environment = Environment(
            loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
        )
        self.environment.globals |= {"STATES": STATES, "alert_words": alert_words, "is_picture": is_picture}
        self.environment.globals |= {"visitor": visitor, "offer": self._offer, "asked": asked}
        self.environment.filters |= {"figure": figure, "moment": moment, "yaml": _yaml, "link": _link, "age": self._age}
        self.environment.filters |= {"exact": _exact, "lines": _lines}
        self.environment.filters["linked"] = lambda told, one: linked(figure(told), one)

    def __call__(self, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page.

        Args:
            template: the template's name.
            status: the status of the answer.
            values: what the template names.
        """
        return HTMLResponse(self.environment.get_template(template).render(now=self._now(), **values), status)

    def _offer(self, one: Snapshot, address: str) -> Offer:
        """Return what who is being answered may do, where anything can be done."""
        return offer(visitor(), one, address) if self._can_act else Offer()

    def _age(self, told: str) -> str:
        """Return how long ago a moment of ISO 8601 was, in the largest unit of which there are two."""
        try:
            return ago(self._now() - datetime.fromisoformat(told))
        except (TypeError, ValueError):
            return told


def _yaml(value: Any) -> str:
    """Write a value as YAML, cut where it is long."""
    text = dump(cast(Mapping[str, Any], value)).decode().rstrip() if isinstance(value, dict | list) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… (cut here)"


def _link(path: object) -> str:
    """Write a path as a part of a URL."""
    return quote(str(path))


def _exact(text: object) -> Markup:
    """Write a text as it is, each character of it: where places in it are counted."""
    return escape(str(text))


def _lines(text: object) -> str:
    """Write a text with its lines, however they end."""
    return str(text).replace("\r\n", "\n")
