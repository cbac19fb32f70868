"""Markdown of reports and proposals as HTML: a page of ours in which others' words are nothing but words."""

import re
from collections.abc import Container
from functools import cache
from posixpath import join, normpath
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from reconciler.model.text import visible

LONGEST = 200_000
"""Characters that are rendered; a longer text is cut, and says so."""
_FOLDED = re.compile(r"</?(?:details|summary)>")
"""What forges fold, and a page of ours shows."""
_ALERT = re.compile(r"^> \[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$", re.MULTILINE)
"""How alerts begin in the Markdown of forges."""


@cache
def _parser() -> MarkdownIt:
    """Return a parser that takes no HTML and that drops dangerous addresses (CommonMark, with tables)."""
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def rendered(text: str, base: str, folder: str = "", there: Container[str] | None = None) -> Markup:
    """Render Markdown.

    Args:
        text: the text, which anybody may have written.
        base: the URL below which the files of the status branch are.
        folder: the folder in which the text lies, for its links to files beside it.
        there: the files that there are: of a picture that isn't, what it shows is told. Without it all are.
    """
    text = _ALERT.sub(lambda found: f"> **{found[1].capitalize()}**\n>", _FOLDED.sub("", visible(text)))
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\n… (cut here)"
    tokens = _parser().parse(cut)
    for token in tokens:
        for child in token.children or ():
            _place(child, base, folder, there)
    page = _parser().renderer.render(tokens, _parser().options, {})
    return Markup(page.replace("<pre>", '<pre tabindex="0">'))


def _place(token: Token, base: str, folder: str, there: Container[str] | None) -> None:
    """Let a link or a picture lead to the file of the status branch, and a picture from elsewhere to nowhere."""
    key = {"link_open": "href", "image": "src"}.get(token.type)
    if key is None:
        return
    told = str(token.attrs.get(key, ""))
    parts = urlsplit(told)
    if parts.scheme or parts.netloc:
        token.attrs[key] = "" if key == "src" else told
        token.attrs["rel"] = "noopener noreferrer nofollow"
    elif parts.path:
        path = normpath(join(folder, parts.path)).lstrip("/")
        token.attrs[key] = f"{base}{quote(path)}" if not path.startswith("..") else ""
        if key == "src" and there is not None and path not in there:
            token.type, token.children = "text", None
    if key == "src":
        token.attrs["loading"] = "lazy"
