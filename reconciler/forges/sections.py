"""One comment for a pull request, with a section for each environment, which daemons of its own may write.

Sections stand between HTML comments, which forges don't show. Nothing in a section begins another one, so that a value
of a spec, shown as code, can't pass for the end of its section.
"""

import re

LIMIT = 60_000
"""Characters of a comment: GitHub takes 65,536, and who reads it takes fewer."""
MARK = "<!-- setpoint: plan -->"
"""The first line of our comment, by which it is found again."""
_SECTION = re.compile(
    r"<!-- setpoint: begin (?P<key>[a-z0-9-]+) -->\n(?P<text>.*?)\n<!-- setpoint: end (?P=key) -->", re.DOTALL
)
_BROKEN = "<!\u2060--"
"""How the beginning of an HTML comment is written that is none; the word joiner shows nothing."""
_CUT = "\n\n*More than a comment holds: see the plan with* `setpoint plan`."


def is_ours(text: str) -> bool:
    """Tell whether a comment is one that was written here."""
    return text.lstrip().startswith(MARK)


def sections(text: str) -> dict[str, str]:
    """Return the sections of our comment by their keys."""
    plain = text.replace("\r\n", "\n")
    return {found["key"]: found["text"] for found in _SECTION.finditer(plain)}


def with_section(former: str, key: str, text: str) -> str:
    """Write a comment anew with one section in place of the former one; an empty text takes it away.

    Sections that are too long together are cut at the end of a paragraph, the longest first.
    """
    told = {**sections(former), key: text.strip().replace("<!--", _BROKEN)}
    told = {name: part for name, part in sorted(told.items()) if part}
    while told and len(written := _written(told)) > LIMIT:
        longest = max(told, key=lambda name: len(told[name]))
        told[longest] = cut(told[longest], len(told[longest]) - (len(written) - LIMIT))
    return _written(told)


def cut(text: str, most: int) -> str:
    """Cut a text at the end of a paragraph, so that it has so many characters, and say that it was cut."""
    if len(text) <= most:
        return text
    kept = text[: max(0, most - len(_CUT))]
    return kept.rpartition("\n\n")[0] + _CUT


def _written(told: dict[str, str]) -> str:
    parts = [f"<!-- setpoint: begin {key} -->\n{text}\n<!-- setpoint: end {key} -->" for key, text in told.items()]
    return "\n\n".join([MARK, *parts]) + "\n"
