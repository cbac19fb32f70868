"""Texts of facts with links in them: to runs, resources, files of the status branch, commits, and URLs of others."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from markupsafe import Markup, escape

from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.moves import former_told
from reconciler.model.text import visible
from reconciler.web.pages.snapshot import Snapshot, once
from reconciler.web.pages.trials import RUN

LONGEST = 20_000
"""Characters that are looked through."""
_TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>\"'`\\]+[^\s<>\"'`\\.,;:!?)\]])"
    r"|(?<![\w/.:-])(?P<commit>[0-9a-f]{40}(?:[0-9a-f]{24})?)(?![\w/])"
    r"|(?<![\w/.-])(?P<name>[a-z]+/[A-Za-z0-9][\w./-]{0,300}\w)(?![\w/])"
)


def linked(told: str, one: Snapshot) -> Markup:
    """Write a text of others, what in it names something that there is as a link to that.

    Args:
        told: the text.
        one: the environment in which names mean something.
    """
    shown = visible(told[:LONGEST])
    parts, end = [], 0
    for found in _TOKEN.finditer(shown):
        target = _target(found, one)
        parts.append(escape(shown[end : found.start()]))
        rel = Markup(' rel="noreferrer noopener nofollow"') if found["url"] else Markup("")
        parts.append(Markup('<a href="{}"{}>{}</a>').format(target, rel, found[0]) if target else escape(found[0]))
        end = found.end()
    parts.append(escape(shown[end:] + told[LONGEST:]))
    return Markup("").join(parts)


def _target(found: re.Match[str], one: Snapshot) -> str:
    if found["url"]:
        return found["url"]
    if found["commit"]:
        is_one = one.desired is not None and len(one.desired.commit) == len(found["commit"])
        return f"/{quote(one.key)}/commits/{found['commit']}" if is_one else ""
    name = found["name"]
    if Address(name) in one.recorded.statuses:
        return f"/{quote(one.key)}/{name}"
    if RUN.fullmatch(name) and is_run(one, name):
        return f"/{quote(one.key)}/{name}"
    return f"/{quote(one.key)}/pages/{quote(name)}" if name in one.tree.files and name.endswith(_SHOWN) else ""


_SHOWN = (".md", ".html", ".svg", ".png")


def is_run(one: Snapshot, name: str) -> bool:
    """Tell whether a run has a page: its resource is known."""
    return holder(one, owner_of(RunName(name))) is not None


def holder(one: Snapshot, address: Address) -> Address | None:
    """Return the resource that has an address, or had it before it was renamed; None where there is none."""
    if address in one.recorded.statuses:
        return address
    return _former(one).get(address)


@once
def _former(one: Snapshot) -> Mapping[Address, Address]:
    told = ((address, former_told(address, one.facts(address))) for address in one.recorded.statuses)
    return {name: address for address, names in told for name in names}
