"""What the page of a pull request shows, whatever the forge."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A pull request's page."""

    title: str
    body: str
    base: str
    url: str
