"""Regular expressions that mean the same in RE2, in ECMA-262 and in Python's `re`."""

import re

_APART = re.compile(
    r"\\[AzZQECpPaGKkXRNhHvx]|\\u|\\[0-9]"  # escapes that one has, or that mean something else in another
    r"|\(\?(?!:)"  # flags, named groups
    r"|\[\[:|\[\^?\]"  # classes by name; a bracket that begins a class
    r"|\[[^\]]*(?:--|&&|\|\||~~|\[)"  # sets within sets
    r"|\{,"
)


def is_common(expression: str) -> bool:
    """Tell whether an expression is surely understood alike everywhere; in doubt it isn't."""
    return _APART.search(expression.replace("\\\\", "")) is None
