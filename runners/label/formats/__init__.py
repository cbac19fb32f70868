"""The formats of annotations: each a file that reads its own, and one table of them."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from runners.contract import InputError
from runners.label.formats.coco import read_coco
from runners.label.formats.conll import read_conll
from runners.label.formats.cvat import read_cvat
from runners.label.formats.doccano import read_doccano
from runners.label.formats.label_studio import read_label_studio
from runners.label.formats.label_studio_csv import read_label_studio_csv
from runners.label.formats.pascal_voc import read_pascal_voc
from runners.label.formats.yolo import read_yolo
from runners.label.parameters import Exports
from runners.label.questions import Answered, Kind, Question
from runners.sources.files import Found, find

Read = Callable[[Found, Question], Iterator[Answered]]

FORMATS: Mapping[str, Read] = MappingProxyType(
    {
        "label-studio": read_label_studio,
        "label-studio-csv": read_label_studio_csv,
        "coco": read_coco,
        "yolo": read_yolo,
        "pascal-voc": read_pascal_voc,
        "cvat": read_cvat,
        "conll": read_conll,
        "doccano": read_doccano,
    }
)
"""How each format is read, by its name in a spec."""


def read_exports(exports: Exports, kind: Kind = "label") -> Iterator[Answered]:
    """Yield what was said of tasks, from every export, in the order of the files.

    Args:
        exports: where they are, their format, and what was asked.
        kind: what an answer is.

    Raises:
        InputError: nothing is there, a file isn't of the format, or nothing answers the question.
        SourceUnavailable: the exports are out of reach.
    """
    found = find(exports.url, exports.format)
    is_there = False
    for task in FORMATS[exports.format](found, Question(exports.question or "", kind, exports.transcript)):
        is_there = True
        yield task
    if not is_there:
        raise InputError(f"no annotation is in these {exports.format} files", exports.url, "correct exports.format")
