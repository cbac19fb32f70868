"""Labelling configurations: Label Studio's XML, made from what a spec says, or checked where somebody wrote it.

See https://labelstud.io/tags. A control tag has a `name` and a `toName`, an object tag a `name` and a `$column`.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple
from xml.etree import ElementTree as Xml

from pydantic import StringConstraints

MOST_TAGS = 2_000
Shown = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
"""A column that people are shown."""
_OBJECTS = {"text": "Text", "image": "Image", "audio": "Audio"}
_REGIONS = {("boxes", "image"): "RectangleLabels", ("spans", "text"): "Labels"}


class Wanted(NamedTuple):
    """What is asked: by which name, about which column, and what an answer is."""

    question: str
    column: str
    media: str
    answer: str
    choices: tuple[str, ...] | None
    rating: int | None


def compact(wanted: Wanted) -> str:
    """Make the configuration that asks one question about one column.

    Raises:
        ValueError: that can't be asked.
    """
    view = Xml.Element("View")
    Xml.SubElement(view, _OBJECTS[wanted.media], {"name": wanted.column, "value": f"${wanted.column}"})
    names = {"name": wanted.question, "toName": wanted.column}
    if wanted.rating is not None:
        if wanted.answer != "label" or wanted.choices:
            raise ValueError("a rating is one label, and has no choices: leave answer and choices out")
        Xml.SubElement(view, "Rating", {**names, "maxRating": str(wanted.rating), "required": "true"})
    elif wanted.answer == "text":
        Xml.SubElement(view, "TextArea", {**names, "required": "true", "maxSubmissions": "1", "editable": "true"})
    else:
        _choose(view, names, wanted)
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode")


def _choose(view: Xml.Element, names: dict[str, str], wanted: Wanted) -> None:
    """Ask for labels of the whole, or of regions."""
    if wanted.answer == "comparison":
        raise ValueError("a comparison shows two things: give config, with a Pairwise tag, and question")
    if not wanted.choices:
        raise ValueError("give choices: the labels that people may choose from")
    if wanted.answer in ("boxes", "spans"):
        tag, each = _REGIONS.get((wanted.answer, wanted.media)), "Label"
        if tag is None:
            raise ValueError(f"{wanted.answer} aren't marked in {wanted.media}: boxes are in an image, spans in a text")
        control = Xml.SubElement(view, tag, names)
    else:
        many, each = ("single" if wanted.answer == "label" else "multiple"), "Choice"
        control = Xml.SubElement(view, "Choices", {**names, "choice": many, "required": "true"})
    for label in wanted.choices:
        Xml.SubElement(control, each, {"value": label})


def problem_of(config: str, question: str) -> str:
    """Say what is wrong with a configuration that somebody wrote, after the word `config`; nothing where it is well."""
    if "<!" in config.replace("<!--", ""):
        return "declares a document type or entities: write tags only"
    try:
        root = Xml.fromstring(config)
    except Xml.ParseError as error:
        return f"is no XML: {error}"
    tags = list(root.iter())
    if root.tag != "View" or len(tags) > MOST_TAGS:
        return f"is no <View> of up to {MOST_TAGS} tags"
    return _problem_of_tags(tags, question)


def _problem_of_tags(tags: Sequence[Xml.Element], question: str) -> str:
    named = [tag.get("name", "") for tag in tags if tag.get("name")]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        return f"has two tags of the name {twice[0]}"
    controls = {tag.get("name", ""): tag for tag in tags if tag.get("toName")}
    if question not in controls:
        there = ", ".join(sorted(controls)) or "none"
        return f"asks no {question}: its control tags are {there}; set question to one of them"
    shown = {tag.get("name") for tag in tags if tag.get("value", "").startswith("$")}
    for name, control in controls.items():
        for target in (control.get("toName") or "").split(","):
            if target.strip() not in shown:
                return f"has {name} about {target.strip()}, which shows no $column"
    return ""


def labels_of(config: str) -> dict[str, frozenset[str]]:
    """Return the labels that each control of a configuration offers; a control without any isn't there."""
    try:
        root = Xml.fromstring(config)
    except Xml.ParseError:
        return {}
    return {tag.get("name", ""): frozenset(_offered(tag)) for tag in root.iter() if tag.get("toName")}


def control_of(config: str, question: str) -> tuple[str, str]:
    """Return the tag that asks a question, and the name of the object that it asks about; empty where there is none."""
    try:
        root = Xml.fromstring(config)
    except Xml.ParseError:
        return "", ""
    found = next((tag for tag in root.iter() if tag.get("name") == question and tag.get("toName")), None)
    return ("", "") if found is None else (found.tag, (found.get("toName") or "").partition(",")[0].strip())


def is_same(one: str, other: str) -> bool:
    """Tell whether two configurations say the same, however they are laid out."""
    try:
        return Xml.canonicalize(one, strip_text=True) == Xml.canonicalize(other, strip_text=True)
    except Xml.ParseError:
        return False


def _offered(control: Xml.Element) -> Iterator[str]:
    for tag in control.iter():
        if tag is not control and (label := tag.get("value")) and not label.startswith("$"):
            yield label
