"""What one answer of Label Studio marks, such as boxes of a picture or spans of a text, as the text of its regions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

from runners.contract import InputError
from runners.label import relations, shapes
from runners.label.regions import Region, text_of
from runners.label.scales import Said

Marking = Literal["boxes", "spans", "polygons", "masks", "points", "segments", "relations"]
MARKINGS: tuple[Marking, ...] = get_args(Marking)
_BY_NAME: Mapping[str, Marking] = {marking: marking for marking in MARKINGS}
TAGS: Mapping[Marking, Mapping[str, str]] = {
    "boxes": {"rectanglelabels": "RectangleLabels"},
    "spans": {"labels": "Labels"},
    "polygons": {
        "polygonlabels": "PolygonLabels",
        "rectanglelabels": "RectangleLabels",
        "ellipselabels": "EllipseLabels",
    },
    "masks": {"brushlabels": "BrushLabels"},
    "points": {"keypointlabels": "KeyPointLabels"},
    "segments": {"labels": "Labels", "timeserieslabels": "TimeSeriesLabels"},
    "relations": {"labels": "Labels"},
}
"""What Label Studio calls the regions in an export, and the control tag that makes them."""
_CORRECT = "correct it where it was given"


def marking_of(answer: str) -> Marking | None:
    """Return what an answer of a kind marks; None where it marks nothing."""
    return _BY_NAME.get(answer)


def marked_in(
    results: Iterable[Mapping[str, Any]], marking: Marking, question: str, where: str, transcript: str | None = None
) -> Said:
    """Return what an annotation's results mark; where they mark nothing, that nothing is there.

    Args:
        results: of one annotation.
        marking: what an answer marks.
        question: the `from_name` of its regions.
        where: the task that they are of.
        transcript: the `from_name` of what is written of each region; None where nothing is.

    Raises:
        InputError: a result is of another kind, or is no region.
    """
    told = list(results)
    texts = _texts(told, transcript, where) if transcript else {}
    values: list[Any] = []
    regions: dict[str, Any] = {}
    for item in told:
        if item.get("from_name") != question:
            continue
        if item.get("type") not in TAGS[marking]:
            what = f"{question} answers with {item.get('type')}, and the answers are {marking}"
            tags = " or ".join(TAGS[marking].values())
            raise InputError(what, where, f"name a control tag of the kind {tags} in exports.question")
        value = item.get("value")
        if isinstance(value, Mapping):  # the picture's size stands beside the value, in the short form in it
            value = {key: item[key] for key in shapes.SIZE if key in item} | dict(value)
            regions[str(item.get("id"))] = value
            value["text"] = texts.get(str(item.get("id")), "")
        values.append(value)
    if marking == "relations":
        return Said(text_of(relations.related_in(told, regions, where)), "nominal")
    return marked(values, marking, question, where)


def _texts(results: Iterable[Mapping[str, Any]], transcript: str, where: str) -> dict[str, str]:
    """Return what is written of each region, by its id.

    Raises:
        InputError: it is no text, or there are several of a region.
    """
    found: dict[str, str] = {}
    for item in results:
        if item.get("from_name") != transcript:
            continue
        value = item.get("value")
        told = value.get("text") if isinstance(value, Mapping) else None
        texts: list[Any] = told if isinstance(told, list) else [told]
        if len(texts) > 1 or not all(isinstance(text, str) for text in texts) or str(item.get("id")) in found:
            fix = "ask for one text for each region, without maxSubmissions"
            raise InputError(f"an answer to {transcript} is not one text", where, fix)
        found[str(item.get("id"))] = " ".join(texts).strip()
    return found


def marked(values: Any, marking: Marking, question: str, where: str) -> Said:
    """Return the regions that a list of Label Studio's values marks; None is an empty list.

    Raises:
        InputError: it is no list of regions.
    """
    if not isinstance(values, list | None):
        raise InputError(f"an answer to {question} is no list of {marking}", where, _CORRECT)
    if marking == "relations" and values:
        raise InputError("the short form tells no relations", where, "export as JSON, not as JSON-MIN or CSV")
    found = [region for value in values or () for region in _regions_of(value, marking, question, where)]
    return Said(text_of(found), "nominal")


def _regions_of(value: Any, marking: Marking, question: str, where: str) -> Iterator[Region]:
    """Yield a region for each of its labels."""
    told = value if isinstance(value, Mapping) else {}
    kind = next((kind for kind in TAGS[marking] if kind in told), None)
    labels = told.get(kind) if kind else None
    if kind is None or not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise _none_of(marking, question, where)
    try:
        region = shapes.region_of(told, marking, kind, where)
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise _none_of(marking, question, where) from error
    if region is not None:
        yield from (region._replace(label=label) for label in labels)


def _none_of(marking: Marking, question: str, where: str) -> InputError:
    return InputError(f"an answer to {question} has a region that is none of {marking}", where, _CORRECT)
