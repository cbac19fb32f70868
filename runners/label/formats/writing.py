"""The formats that merged answers are written in: one table of them, and the files that they leave in a folder.

A format of a file for each picture is one ZIP archive, with the same bytes for the same answers.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from runners.label.formats.coco_writing import write_coco
from runners.label.formats.label_studio_short import write_label_studio_csv, write_label_studio_min
from runners.label.formats.label_studio_writing import write_label_studio
from runners.label.formats.text_writing import write_conll, write_doccano
from runners.label.formats.written import Asked, Settled, Write
from runners.label.formats.xml_writing import write_cvat, write_pascal_voc
from runners.label.formats.yolo_writing import write_yolo

SHOWN = 5


class Writer(NamedTuple):
    """How a format is written; into an archive of that name, where it has many files."""

    write: Write
    archive: str = ""


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "label-studio": Writer(write_label_studio),
        "label-studio-min": Writer(write_label_studio_min),
        "label-studio-csv": Writer(write_label_studio_csv),
        "coco": Writer(write_coco),
        "yolo": Writer(write_yolo, "regions.yolo.zip"),
        "pascal-voc": Writer(write_pascal_voc, "regions.pascal-voc.zip"),
        "cvat": Writer(write_cvat),
        "conll": Writer(write_conll),
        "doccano": Writer(write_doccano),
    }
)
"""How each format is written, by its name in a spec."""


def write_format(format_: str, settled: Sequence[Settled], asked: Asked, folder: Path) -> dict[str, Any]:
    """Write merged answers in a format into a folder.

    Returns:
        How many examples are written, and which are left out as the format can't say what was merged for them.
    """
    writer = WRITERS[format_]
    files = writer.write(settled, asked)
    if writer.archive:
        with ZipFile(folder / writer.archive, "w", ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)  # whose date is always 1980
    else:
        for name, content in files:
            (folder / name).write_bytes(content)
    told: dict[str, Any] = {"examples": len(settled) - len(asked.left_out)}
    if asked.left_out:
        first = sorted(asked.left_out.items())[:SHOWN]
        told |= {"left_out": len(asked.left_out), "why": [f"{name[:100]}: {why}" for name, why in first]}
    return told
