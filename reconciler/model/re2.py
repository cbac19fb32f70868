"""Regular expressions that data is held to: RE2's (https://github.com/google/re2/wiki/Syntax), which take linear time.

The daemon has no RE2: what it tells is what people write who think of Perl's or Python's expressions. The runner
compiles the expression and tells the rest.
"""

import re

_TOKEN = re.compile(
    r"\\Q(?:(?!\\E).)*(?:\\E|$)"
    r"|(?P<back>\\[1-9]|\\k[<{']|\(\?P=)"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<other>\(\?[>(|#&R0-9])"
    r"|(?P<possessive>(?:[*+?]|\{\d+(?:,\d*)?\})\+)"
    r"|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]"
    r"|(?P<open>[(\[])|(?P<close>\))|(?P<last>\\$)|.",
    re.DOTALL,
)
_WHAT = {
    "back": "a back reference, which RE2 has not",
    "look": "lookaround, which RE2 has not",
    "other": "a construct that RE2 has not",
    "possessive": "a possessive repetition, which RE2 has not",
    "last": "an escape of nothing",
}


def re2_fault(expression: str) -> str | None:
    """Say what no RE2 expression can hold, or None where none of that is there.

    >>> re2_fault("^(?=a)b")
    '`(?=` is lookaround, which RE2 has not'
    """
    depth = 0
    for token in _TOKEN.finditer(expression):
        kind, text = token.lastgroup, token.group()
        if kind in _WHAT:
            return f"`{text}` is {_WHAT[kind]}"
        if text == "[":
            return "`[` is never closed"
        depth += (kind == "open") - (kind == "close")
        if depth < 0:
            return "`)` closes nothing"
    return "`(` is never closed" if depth else None
