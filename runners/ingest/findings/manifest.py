"""What is odd in the manifest of any folder of files: which of them are told by name, and rare labels."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runners.counting import counted
from runners.ingest.findings.finding import Finding
from runners.ingest.profile.preparations import IMBALANCE

Row = Mapping[str, Any]
Hidden = frozenset[str]


def ids_of(rows: Sequence[Row], hidden: Hidden) -> tuple[str, ...]:
    """Return the ids of some rows in order; none where they are sensitive."""
    return () if "id" in hidden else tuple(sorted(str(row["id"]) for row in rows))


def some_are(
    kind: str, rows: Sequence[Row], hidden: Hidden, *, noun: str, what: str, fix: str, answer: str | None = None
) -> Iterator[Finding]:
    """Find that some files are somehow.

    Args:
        kind: of the finding.
        rows: of these files.
        hidden: columns of the manifest that are sensitive.
        noun: what one of the files is.
        what: how they are.
        fix: what to do.
        answer: the preparation that answers it.
    """
    if rows:
        told = f"{counted(len(rows), noun)} {'is' if len(rows) == 1 else 'are'} {what}"
        yield Finding(kind, "info", ("path",), told, fix, {f"{noun}s": len(rows)}, ids_of(rows, hidden), answer)


def rare_labels(rows: Sequence[Row], hidden: Hidden, noun: str) -> Iterator[Finding]:
    """Find that a label is rare among the files that have one."""
    labels = Counter(row["label"] for row in rows if row.get("label"))
    total = sum(labels.values())
    if len(labels) < 2 or min(labels.values()) >= IMBALANCE / (len(labels) - 1) * total:
        return
    rarest = min(labels, key=lambda label: (labels[label], label))
    which = f"label {rarest}" if "label" not in hidden else "one label"
    yield Finding(
        "class_imbalance",
        "info",
        ("label",),
        f"{which} has {labels[rarest] / total:.2%} of the {noun}s ({labels[rarest]:,}), of {len(labels):,} labels",
        "choose a metric that looks at the rare class (such as macro_f1), and gate on it by slice",
        {"rarest": labels[rarest], "classes": len(labels)},
        preparation="balance_classes",
    )
