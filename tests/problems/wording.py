"""Texts that people write: in several scripts, with markup, twice, of one word, very long; and odd ones."""

from random import Random

LANGUAGES = (
    "the parcel came late and nobody answered my two letters",
    "die größere Tür schließt nicht mehr wegen der Kälte",
    "le garçon a reçu l'œuvre déjà abîmée s'il vous plaît",
    "посылка пришла поздно и никто не ответил на письма",
    "το δέμα ήρθε αργά και κανείς δεν απάντησε",
    "وصل الطرد متأخرا ولم يجب أحد على رسائلي",
    "पार्सल देर से आया और किसी ने उत्तर नहीं दिया",
    "包裹 来得 很晚 没有人 回答 我的 信",
    "ΣΊΣΥΦΟΣ İstanbul ﬁne straße ǅ 123 4.5 _under_score e-mail",
)
"""A line of words of each; the last one has letters whose lower case is another length."""
MARKUP = (
    "<b>bold</b> &amp; <script>alert('x')</script>",
    "**stars** [link](https://example.com) {{ braces }} $x^2$",
    "🙂 👩‍👩‍👧 !!!",
)
ODD = (
    "a\0b", "tail\0", "\0", "\x07bell", "\x1b[31mred\x1b[0m", "two\rlines", "two\r\nlines", "\u2028line", "\u202eright",
    "\ufeffmark", "\x85next", "\x7f", " ", "\t", "e\u0301", "\u00e9", "\u200b",
)  # fmt: skip
"""Control characters, marks of direction and order, blanks, and two spellings of one letter."""
LONGEST = 5_000


def prose(seed: int, count: int = 120) -> list[str]:
    """Return texts of some words each, most of them different; the first is a plain one, the second very long."""
    chance = Random(seed)
    texts = [_line(chance) for _ in range(count)]
    return ["the parcel came late", " ".join(LANGUAGES) * (1 + LONGEST // 500), "one", *MARKUP, *texts]


def _line(chance: Random) -> str:
    words = chance.choice(LANGUAGES).split()
    told = [chance.choice(words) for _ in range(chance.randrange(2, 12))]
    return " ".join(told) + chance.choice(("", ".", "?!", "\n", f" {chance.choice(MARKUP)}"))


def long_texts(seed: int) -> list[str]:
    """Return very long texts, of which two differ in their last character alone."""
    body = " ".join(_line(Random(seed + place)) for place in range(60))
    return [body + "a", body + "b", "word"]


def words_of(text: str) -> list[str]:
    """Return a text's words in lower case: runs of letters, digits and underscores."""
    return "".join(sign if sign.isalnum() or sign == "_" else " " for sign in text).lower().split()
