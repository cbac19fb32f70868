"""What a task shows and asks, read from a labelling configuration: the part of Label Studio's that a page has.

See https://labelstud.io/tags. What a page can't ask is refused when it is opened, so that nobody labels half a task.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from reconciler.model.errors import Refused
from reconciler.model.text import printable

MOST_STARS = 10
_SHOWN = ("Text", "HyperText", "Image", "Audio", "Table", "Header")
_ASKED = ("Choices", "Rating", "Number", "TextArea", "Pairwise", "RectangleLabels", "Labels")
_PLAIN = ("View", "Style", "Choice", "Label")
_CONDITIONS = ("visibleWhen", "perRegion", "perItem", "allowNested")
_MARKED: Mapping[str, Sequence[str]] = {"RectangleLabels": ("Image",), "Labels": ("Text", "HyperText", "Audio")}
_HINT = f"ask by {', '.join(_ASKED)}, or label in Label Studio: the files beside config.xml are imported there"
SIDES = ("left", "tie", "right")
"""What may be said of two things."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What people are shown: the text of a header, or the column of the task that an object's tag names."""

    tag: str
    name: str = ""
    column: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What people are asked.

    Attributes:
        tag: Label Studio's control tag.
        name: its `name`, which answers call `from_name`.
        about: the name of what it asks about, which they call `to_name`.
        labels: what may be chosen.
        many: several labels may be chosen.
        most: how many stars there are.
        least, largest, step: between what a number is; None where it is open.
        needed: nobody may leave it out.
    """

    tag: str
    name: str
    about: str
    labels: tuple[str, ...] = ()
    many: bool = False
    most: int = 5
    least: float | None = None
    largest: float | None = None
    step: float | None = None
    needed: bool = False

    @property
    def marks(self) -> bool:
        """Tell whether it asks for places in what is shown, of which there may be any number."""
        return self.tag in _MARKED


@dataclass(frozen=True, slots=True)
class Form:
    """What a project's tasks show and ask, in the order of its configuration."""

    shown: tuple[Shown, ...]
    questions: tuple[Question, ...]

    def media_of(self, question: Question) -> str:
        """Return the tag of what a question is about; empty where it isn't shown."""
        return next((one.tag for one in self.shown if one.name == question.about), "")

    def column_of(self, question: Question) -> str:
        """Return the column of a task that a question is about."""
        return next((one.column for one in self.shown if one.name == question.about), "")


def form_of(config: str) -> Form:
    """Read a labelling configuration.

    Raises:
        Refused: it is none, or it shows or asks what a page can't.
    """
    if "<!" in config.replace("<!--", ""):
        raise Refused("the project's config.xml declares a document type or entities", "write tags only")
    try:
        root = Xml.fromstring(config)
    except Xml.ParseError as error:
        raise Refused(f"the project's config.xml is no XML: {error}", "set campaign.config right") from error
    tags = list(root.iter())
    for tag in tags:
        _demand(tag)
    shown = tuple(_shown(tag) for tag in tags if tag.tag in _SHOWN)
    questions = tuple(_asked(tag) for tag in tags if tag.tag in _ASKED)
    form = Form(shown, questions)
    if not questions:
        raise Refused("the project's config.xml asks nothing", _HINT)
    for question in questions:
        _fits(form, question)
    return form


def _demand(tag: Xml.Element) -> None:
    """Refuse what a page hasn't: silence would make answers of another meaning."""
    if tag.tag not in (*_SHOWN, *_ASKED, *_PLAIN):
        raise Refused(f"the project's config.xml has <{printable(tag.tag, 40)}>, which this page can't show", _HINT)
    if odd := next((name for name in _CONDITIONS if tag.get(name) not in (None, "false")), None):
        raise Refused(f"<{tag.tag}> of the project's config.xml has {odd}, which this page doesn't know", _HINT)


def _shown(tag: Xml.Element) -> Shown:
    value = tag.get("value", "")
    if value.startswith("$"):
        return Shown(tag.tag, tag.get("name", ""), value[1:])
    return Shown(tag.tag, tag.get("name", ""), text=value)


def _asked(tag: Xml.Element) -> Question:
    labels = tuple(_labels(tag))
    return Question(
        tag.tag,
        tag.get("name", ""),
        (tag.get("toName") or "").partition(",")[0].strip(),
        labels,
        many=tag.get("choice") == "multiple",
        most=int(min(_number(tag, "maxRating") or 5, MOST_STARS)),
        least=_number(tag, "min"),
        largest=_number(tag, "max"),
        step=_number(tag, "step"),
        needed=tag.get("required") == "true",
    )


def _labels(tag: Xml.Element) -> Iterator[str]:
    for one in tag.iter():
        if one.tag in ("Choice", "Label") and (value := one.get("value")):
            if value.startswith("$"):
                raise Refused(f"{tag.get('name')} offers what stands in {value}, which this page doesn't know", _HINT)
            yield value


def _number(tag: Xml.Element, name: str) -> float | None:
    told = tag.get(name)
    if told is None:
        return None
    try:
        return float(told)
    except ValueError:
        what = f"{name} of {tag.get('name')} in the project's config.xml is {printable(told, 40)}"
        raise Refused(what, "write a number") from None


def _fits(form: Form, question: Question) -> None:
    needs: Sequence[str] = {"RectangleLabels": ("Image",), "Labels": ("Text", "HyperText", "Audio")}.get(
        question.tag, ()
    )
    media = form.media_of(question)
    if needs and media not in needs:
        raise Refused(f"{question.name} marks places in <{media or question.about}>, which this page can't", _HINT)
    if question.tag in ("Choices", "RectangleLabels", "Labels") and not question.labels:
        raise Refused(f"{question.name} of the project's config.xml offers nothing to choose", "give choices")
