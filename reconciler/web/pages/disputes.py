"""What the page of labels' data shows of disputed examples: each as people were shown it, beside what they answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.kinds.labels import Labels
from reconciler.web.pages.charts import LOOKS
from reconciler.web.pages.documents import Facts, listed, mapping, mappings, number, text
from reconciler.web.pages.marks import Mark, marks_of, words_of
from reconciler.web.pages.outputs import NotRead, Outputs
from reconciler.web.pages.rights import Seen
from reconciler.web.pages.snapshot import Snapshot

EXAMPLES = "disputed/examples.json"
PICTURES = "disputed/images/"
TYPES: Mapping[str, str] = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
"""Pictures that are handed out, by their endings."""
LARGEST_PICTURE = 2**20
PAGE = 10
"""Disputes on one page."""
FIRST = 6
"""Columns of a row that are shown at once, where nobody says which of them people were asked about."""
MOST_PEOPLE = 50
LONGEST = 4000
"""Characters of one value that are shown."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one person answered: in words, as shapes on the picture, whether it is other than what was merged."""

    who: str
    look: int
    words: str
    marks: Sequence[Mark]
    differs: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disputed example: what was merged, what each person said, its row, its picture's file and sides."""

    name: str
    merged: str
    confidence: float | None
    said: Sequence[Said]
    row: Sequence[tuple[str, str]]
    first: int
    """How many columns of the row are shown at once."""
    picture: str = ""
    sides: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Disputes:
    """One page of the disputes of a run, the worst first; why examples aren't shown, and what else is to be said."""

    run: str
    page: int
    pages: int
    total: int
    shown: Sequence[Dispute]
    why: str = ""
    withheld: Sequence[str] = ()
    project: str = ""
    command: str = ""

    def url(self, page: int) -> str:
        """Return the query of another page."""
        return f"?page={page}#disputes"


def disputes(chosen: Seen, address: Address, outputs: Outputs, asked: str = "") -> Disputes:
    """Return one page of what is disputed.

    Args:
        chosen: the environment, as far as who asks may see it.
        address: the labels.
        outputs: reads what runs left.
        asked: the page, as it stands in the URL.

    Raises:
        Unavailable: the repository can't be read.
    """
    one, facts = chosen.snapshot, chosen.snapshot.facts(address)
    run = text(facts.get("run") if facts.get("stage") == "rejected" else facts.get("version") or facts.get("run"))
    found = _disputed(chosen, facts, run, outputs)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    told, why = _examples(chosen, run, outputs) if found else ({}, "")
    examples = {text(each.get("id")): each for each in mappings(told, "examples")}
    reading = _Reading(one, address, examples)
    shown = [reading.dispute(each) for each in found[(page - 1) * PAGE : page * PAGE]]
    total = int(number(mapping(facts, "result").get("disputes")) or 0) if run == text(facts.get("run")) else 0
    withheld = [text(name) for name in told.get("withheld") or ()] if isinstance(told.get("withheld"), list) else []
    if told and told.get("withheld", 0) is None:
        why = (
            f"rows aren't shown, as nothing tells which columns of {_dataset(one, address)} are sensitive: make it anew"
        )
    return Disputes(run, page, pages, max(total, len(found)), shown, why, withheld, *_where(one, address, facts))


def _disputed(chosen: Seen, facts: Facts, run: str, outputs: Outputs) -> Sequence[Facts]:
    """Return what is disputed: as the status branch tells it, else as the run left it, else the first few."""
    if found := listed(chosen.snapshot.tree, f"reports/{run}/disputes.json"):
        return found
    first = mappings(mapping(facts, "result"), "most_disputed")
    try:
        return mappings(outputs.document(chosen, run, "disputes.json"), "") if first else []
    except NotRead:
        return first


def _examples(chosen: Seen, run: str, outputs: Outputs) -> tuple[Facts, str]:
    """Return what people were shown of the first disputes, or why it isn't there."""
    try:
        return outputs.document(chosen, run, EXAMPLES), ""
    except NotRead as error:
        return {}, f"the examples themselves aren't shown: {error}"


def _dataset(one: Snapshot, address: Address) -> str:
    spec = _spec(one, address)
    return spec.dataset if spec else "its dataset"


def _spec(one: Snapshot, address: Address) -> Labels | None:
    found = one.desired.resources.get(address) if one.desired else None
    return found.spec if found and isinstance(found.spec, Labels) else None


def _where(one: Snapshot, address: Address, facts: Facts) -> tuple[str, str]:
    """Return where people are asked: the address of a labelling tool's project, and the command of our own page."""
    spec, url = _spec(one, address), text(mapping(facts, "project").get("url"))
    is_folder = one.desired is not None and one.desired.environment.labelling.provider == "folder"
    command = f"setpoint label {address} -e {one.environment}" if spec and spec.campaign and is_folder else ""
    return url if url.startswith(("https://", "http://")) else "", command


class _Reading:
    """How answers and rows of some labels are read."""

    def __init__(self, one: Snapshot, address: Address, examples: Mapping[str, Facts]) -> None:
        spec = _spec(one, address)
        self._examples = examples
        self._first = _first(spec)
        self._looks: dict[str, int] = {}
        self._in_utf_16 = not (spec and spec.exports and spec.exports.format in ("conll", "doccano"))

    def dispute(self, told: Facts) -> Dispute:
        """Return a disputed example."""
        name, merged = text(told.get("id")), _merged(told)
        example = self._examples.get(name, {})
        row = [(str(column), value) for column, value in mapping(example, "row").items()]
        row.sort(key=lambda pair: self._first.get(pair[0], len(self._first)))
        whole = next((value for _, value in row if isinstance(value, str)), "") if self._first else _only(row)
        answers = list(mapping(told, "answers").items())[:MOST_PEOPLE]
        said = [self._said(str(who), answer, (merged, whole)) for who, answer in answers]
        file = text(example.get("picture")).removeprefix(PICTURES)
        return Dispute(
            name,
            "a tie" if merged is None else words_of(merged, whole, in_utf_16=self._in_utf_16),
            number(told.get("confidence")),
            said,
            [(column, text(value)[:LONGEST]) for column, value in row],
            sum(column in self._first for column, _ in row) or FIRST,
            file if is_picture(file) else "",
            (_side(example, "width"), _side(example, "height")),
        )

    def _said(self, who: str, answer: Any, beside: tuple[Any, str]) -> Said:
        merged, whole = beside
        look = self._looks.setdefault(who, len(self._looks))
        words = words_of(answer, whole, in_utf_16=self._in_utf_16)[:LONGEST]
        return Said(who, look % LOOKS, words, marks_of(answer), merged is not None and answer != merged)


def _merged(told: Facts) -> Any:
    return next((told[key] for key in ("label", "labels", "regions", "spans", "text", "ranking") if key in told), None)


def _first(spec: Labels | None) -> Mapping[str, int]:
    """Return the columns that people were asked about, by their places."""
    if spec is None:
        return {}
    campaign = spec.campaign
    asked = campaign.columns(campaign.asked(spec.answer, spec.choices)) if campaign else ()
    written = (spec.write.text,) if spec.write and spec.write.text else ()
    compared = (spec.compared.left, spec.compared.right) if spec.compared else ()
    return {name: place for place, name in enumerate(dict.fromkeys((*asked, *written, *compared)))}


def _only(row: Sequence[tuple[str, Any]]) -> str:
    """Return the only text of a row, whose parts may be marked; empty where there are several."""
    texts = [value for _, value in row if isinstance(value, str)]
    longest = max(texts, key=len, default="")
    return longest if " " in longest else ""


def _side(example: Facts, key: str) -> int:
    value = number(example.get(key))
    return int(value) if value is not None and 0 < value < 100_000 else 0


def is_picture(file: str) -> bool:
    """Tell whether a file's name is one of those that pictures of examples have."""
    name, _, ending = file.partition(".")
    return name.isascii() and name.isdigit() and len(name) < 7 and ending in TYPES
