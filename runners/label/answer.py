"""What one answer of Label Studio says: the text of its one label and its scale, or of its set of labels."""

from collections.abc import Iterable, Mapping
from typing import Any

from runners.contract import InputError
from runners.contract.label_sets import text_of
from runners.label.scales import SCALES, Said, number_text

ONE_LABEL = "set answer to labels where it may have several, or ask for one: a question for each label"


def set_in(results: Iterable[Mapping[str, Any]], question: str, where: str) -> Said | None:
    """Return the set of labels that an annotation's results say to a question; None where it isn't among them.

    Raises:
        InputError: they say several sets, one for each region, or what is no set of labels.
    """
    found = [item for item in results if item.get("from_name") == question]
    if len(found) > 1:
        raise _several(len(found), question, where)
    return _set_of_result(found[0], question, where) if found else None


def _set_of_result(item: Mapping[str, Any], question: str, where: str) -> Said | None:
    told = item.get("value")
    if item.get("type") != "choices":
        what = f"{question} answers with {item.get('type')}, which is no set of labels"
        raise InputError(what, where, "name a control tag of the kind Choices in exports.question")
    return set_said(told.get("choices") if isinstance(told, Mapping) else None, question, where)


def set_said(value: Any, question: str, where: str) -> Said | None:
    """Return the set that JSON-MIN has for a question: a text, a list, or choices of these.

    Raises:
        InputError: it is none of these.
    """
    given = value.get("choices") if isinstance(value, Mapping) else value
    if given is None:
        return None
    labels = given if isinstance(given, list) else [given]
    if not all(isinstance(label, str) for label in labels):
        raise InputError(f"an answer to {question} is no set of texts", where, "correct it where it was given")
    return Said(text_of(label for label in labels if label), "nominal")


def text_in(results: Iterable[Mapping[str, Any]], question: str, where: str) -> Said | None:
    """Return the text that an annotation's results say to a question; None where they say none.

    Raises:
        InputError: they say several, or what is no text.
    """
    found = [item for item in results if item.get("from_name") == question]
    if len(found) > 1:
        raise _several(len(found), question, where)
    if not found:
        return None
    told = found[0].get("value")
    if found[0].get("type") != "textarea":
        what = f"{question} answers with {found[0].get('type')}, which is no text"
        raise InputError(what, where, "name a control tag of the kind TextArea in exports.question")
    return text_said(told.get("text") if isinstance(told, Mapping) else None, question, where)


def text_said(value: Any, question: str, where: str) -> Said | None:
    """Return the text that JSON-MIN has for a question: a text, or a list of one.

    Raises:
        InputError: it is neither.
    """
    texts = value if isinstance(value, list) else [] if value is None else [value]
    if len(texts) > 1 or not all(isinstance(text, str) for text in texts):
        raise InputError(f"an answer to {question} is not one text", where, "ask for one text, without maxSubmissions")
    return Said(texts[0].strip(), "nominal") if texts else None


def said_in(results: Iterable[Mapping[str, Any]], question: str, where: str) -> Said | None:
    """Return what an annotation's results say to a question; None where they say nothing.

    Raises:
        InputError: they say several things at once, such as one for each region, or what is no label.
    """
    found = [said for item in results if item.get("from_name") == question and (said := _of_result(item, where))]
    if len(found) > 1:
        raise _several(len(found), question, where)
    return found[0] if found else None


def _several(count: int, question: str, where: str) -> InputError:
    what = f"{question} has {count} answers in one annotation (one for each region), which can't be merged"
    return InputError(what, where, "ask about the whole example: take perRegion out of the labelling interface")


def _of_result(item: Mapping[str, Any], where: str) -> Said | None:
    kind, question, told = str(item.get("type")), str(item.get("from_name")), item.get("value")
    value = told if isinstance(told, Mapping) else {}
    if kind not in SCALES:
        raise InputError(
            f"{question} answers with {kind}, which can't be merged",
            where,
            "name a control tag of the kinds Choices, Rating or Number in exports.question",
        )
    if value.get(kind) is None:
        return None
    if kind == "choices":
        return _one_of(value["choices"], question, where)
    if isinstance(value[kind], str):  # a choice's text is a label, a number's is not
        raise _no_label(question, where)
    return _plain(value[kind], question, where)._replace(scale=SCALES[kind])


def said_at_least(value: Any, question: str, where: str) -> Said | None:
    """Return what JSON-MIN has for a question, which tells a rating from no number: both are ranks at least.

    Raises:
        InputError: it says several things at once, or what is no label.
    """
    if isinstance(value, Mapping):
        value = next((value[kind] for kind in SCALES if kind in value), value)
    if value is None:
        return None
    return _one_of(value if isinstance(value, list) else [value], question, where)


def _one_of(choices: Any, question: str, where: str) -> Said | None:
    if not isinstance(choices, list):
        raise _no_label(question, where)
    if len(choices) > 1:
        shown = " and ".join(str(choice)[:40] for choice in choices[:3])
        what = f"{question} has {len(choices)} choices in one answer ({shown}), and one label is merged for an example"
        raise InputError(what, where, ONE_LABEL)
    return _plain(choices[0], question, where) if choices and choices[0] != "" else None


def _plain(value: Any, question: str, where: str) -> Said:
    if isinstance(value, str):
        return Said(value, "nominal")
    text = number_text(value)
    if text is None:
        raise _no_label(question, where)
    return Said(text, "ordinal")


def _no_label(question: str, where: str) -> InputError:
    return InputError(f"an answer to {question} is neither a text nor a number", where, "correct it where it was given")
