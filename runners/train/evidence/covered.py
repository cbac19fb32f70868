"""What a card says of intervals and sets: the share that is stated, and the one that was measured."""

from runners.evaluate.markdown import figure, table
from runners.train.trained import Trained

MOST = 20


def covered(trained: Trained) -> str:
    """Return the section of a model that answers intervals or sets; empty for another."""
    known, coverage = trained.coverage, trained.model.signature.coverage
    if known is None or coverage is None:
        return ""
    is_set = bool(trained.model.signature.classes)
    what = "sets of classes" if is_set else "intervals from `lower` to `upper`"
    each = "groups" if known.groups is not None else "rows"
    head = ("share", "stated", "measured", "95 % interval", each)
    between = f"{figure(known.low)} to {figure(known.high)}"
    number = known.rows if known.groups is None else known.groups
    rows = [("all", figure(known.stated), figure(known.share), between, f"{number:,}")]
    rows += [(name, "", figure(share), "", "") for name, share in list(known.by.items())[:MOST]]
    size = f"{figure(known.size)} classes in the mean" if is_set else f"{figure(known.size)} wide in the middle"
    told = f"Beside its prediction it answers {what}, which are {size}. "
    told += f"They were calibrated on {_calibrated(trained)}, and are measured on the test rows."
    return "\n\n".join(["## Coverage", told + _doubts(trained), table(head, rows)])


def _calibrated(trained: Trained) -> str:
    coverage = trained.model.signature.coverage
    rows = coverage.rows if coverage else 0
    groups = coverage.groups if coverage else None
    return f"{rows:,} validation rows" + (f" in {groups:,} groups" if groups is not None else "")


def _doubts(trained: Trained) -> str:
    """Say where the stated share isn't to be relied on."""
    told, known = trained.trial.told, trained.coverage
    is_by_time = bool(told.sides.time) if told.sides else bool(told.split.by)
    words = []
    if is_by_time:
        words.append(" Test rows are later than validation rows: the stated share holds as far as nothing changes.")
    if known and known.is_short:
        words.append(" **The stated share isn't reached**: the test rows aren't like the validation rows.")
    return "".join(words)
