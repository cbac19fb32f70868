"""The forms that texts have to have, in words: an expression says nothing to who wrote a text of another form."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Form(NamedTuple):
    """A form in words, after "expected", and how texts get it. What is a secret isn't shown in an error."""

    words: str
    hint: str = ""
    is_secret: bool = False


_DNS = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = Form("a name such as `risk-2`", "use lower case, digits and -, at most 63 of them")
_SECRET = Form("the name of a secret, `${secret:NAME}`", "set SETPOINT_SECRET_NAME where it is read, and name it", True)
_SECRET_PATTERN = r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}"
_SQL_NAME = Form("a name such as `loans_2`", "begin with a letter; use lower case, digits and _, at most 63 of them")

OUTPUT = rf"^{_DNS}\.(prediction|predicted_probability|probabilities\..{{1,200}}|lower|upper)$"
"""An output of a step of a graph, by its name."""

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        rf"^{_DNS}$": _NAME,
        rf"^$|^{_DNS}$": _NAME,
        rf"^{_SECRET_PATTERN}$": _SECRET,
        rf"^({_SECRET_PATTERN})?$": _SECRET,
        r"^sha256:[0-9a-f]{64}$": Form("a digest such as `sha256:<64 hex digits>`", "a promotion writes it"),
        r"^[A-Za-z0-9:._/-]{1,200}$": Form("the digest of a version's content", "its status tells it"),
        r"^[a-z][a-z0-9_]{0,62}$": _SQL_NAME,
        r"^[a-z0-9_]{1,63}$": Form("a name such as `loans_slot`", "use lower case, digits and _, at most 63 of them"),
        r"^https?://|^\$\{secret:": Form("an address such as https://example.com, or `${secret:NAME}`"),
        r"^https?://[^/\s]+": Form("an address such as http://head:8265"),
        r"^(https?://|s3://|gs://|azure-blob://|/)[^\s$]*$": Form(
            "an address without blanks, such as https://example.com/pictures, s3://bucket/pictures or /pictures"
        ),
        r"^[A-Za-z_][A-Za-z0-9_-]{0,99}$": Form(
            "a name such as `kind-2`", "begin with a letter or _; use letters, digits, _ and -, at most 100"
        ),
        r"^[A-Za-z_][A-Za-z0-9_]{0,99}$": Form(
            "a column such as `text_2`", "begin with a letter or _; use letters, digits and _, at most 100"
        ),
        OUTPUT: Form(
            "what a step answers, such as `odds.predicted_probability`",
            "after the step and a dot: prediction, predicted_probability, probabilities.yes of a class, lower, upper",
        ),
        r"^\S(.*\S)?$": Form(
            "a group such as `ml-platform`, `user:ada@example.org`, or `*`", "leave out blanks before and behind it"
        ),
        r"^[^\s\w]$": Form("one sign, no letter, digit, _ or blank"),
        r"^(none|[^\s\w])$": Form("one sign, no letter, digit, _ or blank, or none"),
        r"^[^\s\"\w]{1,10}$": Form("one to ten signs, no letter, digit, quote, _ or blank"),
        r"^[^\"\r\n0-9]$": Form("one sign, no digit, quote or line break"),
        r"^[!-~]+$": Form("an image such as `registry.example.com/team/train:1.2`", "leave out blanks and accents"),
        r"^[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)*$": Form("a module such as `churn.train`", "part its names by dots"),
        r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$": Form(
            "somebody's name on the forge such as `ada`, or a team's such as `acme/risk`", "leave out the @"
        ),
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,98}\.jsonl$": Form("a file's name such as `events.jsonl`", "name no folder"),
        r"^[A-Za-z0-9]([A-Za-z0-9._:/-]{0,98}[A-Za-z0-9])?$": Form(
            "a namespace such as `setpoint` or `https://example.com/ml`", "use letters, digits and ._:/-, at most 100"
        ),
        r"^[a-z0-9*?/\[\]!-]+$": Form(
            "a pattern of addresses such as `deployments/*`", "use lower case, digits, -, /, *, ? and [...]"
        ),
        r"^[^@\s<>,;\"\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$": Form(
            "a mailbox such as `risk@example.com`", "leave out names and <>"
        ),
        r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?$": Form(
            "a host such as `smtp.example.com` or `smtp.example.com:465`", "leave out smtp://"
        ),
        r"^(key|address|endpoint|claim [\x21-\x7e]{1,200})$": Form(
            "one of `key`, `address` and `endpoint`, or a claim", "a claim is written with its name, as in claim sub"
        ),
        r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$": Form("a header such as `X-Request-Id`", "leave out blanks and colons"),
        r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$": Form(
            "a header such as `X-User-Id`", "use letters, digits and -, at most 64"
        ),
        r"^[\x21-\x7e]+$": Form("a name such as `groups`", "leave out blanks and accents"),
        r"^([a-z0-9-]+/[a-z0-9.-]+)?$": Form("a gateway such as `<namespace>/<name>`", "use lower case, digits and -"),
    }
)
_REFERENCE = re.compile(r"\^\(?([a-z|]+)\)?/[^/]*(/\[0-9a-f\]\{12\})?\$")


def form_of(pattern: str) -> Form | None:
    """Return the form that an expression stands for; None where nobody has put it in words."""
    found = _REFERENCE.fullmatch(pattern)
    if found is None:
        return FORMS.get(pattern)
    forms = [f"{kind}/<name>" + ("/<digest>" if found[2] else "") for kind in found[1].split("|")]
    told = ", ".join(f"`{form}`" for form in forms[:-1]) + (" or " if forms[1:] else "") + f"`{forms[-1]}`"
    return Form(f"a reference such as {told}", f"names are lower case, with digits and -, as in {forms[0]}")
