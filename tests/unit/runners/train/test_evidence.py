"""All evidence of a trial is left."""

from pathlib import Path

from runners.train.evidence import leave
from tests.unit.runners.train.evidence.made import trained


def test_every_piece_is_there(tmp_path: Path) -> None:
    leave(trained(tmp_path))
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert files >= {
        "metrics.json", "slices.json", "params.json", "environment.json", "provenance.json", "examples.json",
        "reference.parquet", "seen.parquet", "model-card.md", "curves/roc.png", "curves/learning.png",
    }  # fmt: skip
