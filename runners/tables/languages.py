"""The language of a text, by a naive Bayes model of runs of bytes (Lui & Baldwin, 2012; py3langid 0.4, 139 languages).

It is always the same for the same text. Only texts of some length are asked about, and what the model isn't sure of is
told as that. Languages that are written alike count as one, since it takes one for the other.
"""

from functools import cache
from typing import Any, Literal

SHORTEST = 40
"""Letters that a text must have: of shorter ones the model takes one in ten for another language."""
LONGEST = 500
SURE = 0.9
"""The model's own probability below which a text's language isn't told."""
_ALIKE = (
    ("no", "nb", "nn", "da", "sv"),
    ("hr", "sr", "bs", "sl", "mk", "bg"),
    ("cs", "sk"),
    ("id", "ms", "jv", "su"),
    ("es", "gl", "ca", "pt", "an", "oc", "ast"),
    ("de", "lb", "nds", "nl", "af", "fy", "gsw"),
    ("ru", "uk", "be"),
    ("hi", "mr", "ne", "bho", "sa"),
    ("zh", "wuu", "yue"),
    ("fa", "ps", "ur", "ar", "ckb", "sd", "arz"),
    ("az", "tr", "tk", "uz", "tt", "ba", "kk", "ky"),
    ("it", "la", "scn", "co", "lmo", "vec"),
    ("en", "sco"),
    ("fi", "et"),
)
"""Languages that are taken for each other, so that a mixture of them may be none."""


def language_of(text: str) -> str | Literal["short", "unsure"]:
    """Return the code of a text's language, `short` where it has too few letters, or `unsure`."""
    shown = text[:LONGEST]
    if sum(sign.isalpha() for sign in shown) < SHORTEST:
        return "short"
    name, sureness = _model().classify(shown)
    return str(name) if sureness >= SURE else "unsure"


def family_of(name: str) -> int | str:
    """Return what tells a language from those that aren't written alike."""
    return next((place for place, family in enumerate(_ALIKE) if name in family), name)


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
