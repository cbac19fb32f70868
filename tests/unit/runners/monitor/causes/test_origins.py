"""The version in which a column began to be as it is, by few profiles; and what is said where none shows it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runners.ingest.profile.statistics import describe
from runners.monitor.causes.origins import Versions, with_origins
from runners.monitor.causes.told import CausePart
from runners.monitor.columns import Column
from runners.tables.summary import summarise

AGE = CausePart(kind="column", what="age moved", action="retrain", fix="Retrain.", columns=("age",), part="40 to 50")
GONE = AGE.model_copy(update={"part": "missing", "action": "fix", "fix": "Fix it."})
COLUMNS = {"age": Column("age", "number"), "words": Column("words", "category")}
LIMITS = (0.1, 0.05)


def ages(mean: float, rows: int = 800, *, gone: float = 0.0) -> np.ndarray:  # type: ignore[type-arg]
    """Return ages, of which some are missing."""
    random = np.random.default_rng(int(mean * 10) + rows)
    return np.where(random.random(rows) < gone, np.nan, random.normal(mean, 5, rows))


def version(folder: Path, values: object, *, sensitive: bool = False) -> tuple[str, str]:
    """Write what a version leaves, and return its name and URL."""
    import pyarrow as pa

    batch = pa.record_batch({"age": pa.array(values, pa.float64(), from_pandas=True)})
    told = describe(summarise([batch], {"age": "number"}).columns["age"], sensitive=sensitive)
    folder.mkdir(parents=True)
    (folder / "profile.json").write_text(json.dumps({"format": 1, "columns": {"age": told}}), "utf-8")
    provenance = {"finished_at": f"2026-01-{folder.name}", "commit": "c0ffee"}
    (folder / "result.json").write_text(json.dumps({"content": folder.name, "provenance": provenance}), "utf-8")
    return f"datasets/people/{folder.name}", folder.as_uri()


def placed(cause: CausePart, versions: list[tuple[str, str]], now: object) -> CausePart:
    """Return a cause with its origin."""
    (found,) = with_origins([cause], Versions(versions), pd.DataFrame({"age": now}), COLUMNS, LIMITS)
    return found


@pytest.mark.parametrize("first", [1, 3, 6, 8])
def test_it_is_the_first_of_those_that_are_so_and_few_profiles_are_read(tmp_path: Path, first: int) -> None:
    made = [version(tmp_path / f"{at:02}", ages(40 if at < first else 46, 700 + at)) for at in range(9)]
    versions = Versions(made)
    (told,) = with_origins([AGE], versions, pd.DataFrame({"age": ages(46, 500)}), COLUMNS, LIMITS)
    assert told.origin
    assert (told.origin.version, told.origin.before) == (made[first][0], made[first - 1][0])
    assert (told.origin.content, told.origin.made, told.origin.commit) == (
        f"{first:02}",
        f"2026-01-{first:02}",
        "c0ffee",
    )
    assert told.origin.distance
    assert told.origin.distance > 0.1
    assert made[first][0] in told.fix
    assert sum(name == "profile.json" for _, name in versions.read) <= 5


def test_missing_values_have_their_own_beginning(tmp_path: Path) -> None:
    made = [version(tmp_path / f"{at:02}", ages(40, 700 + at, gone=0.3 * (at >= 2))) for at in range(4)]
    told = placed(GONE, made, ages(40, 500, gone=0.4))
    assert told.origin
    assert told.origin.version == made[2][0]
    assert told.origin.distance is None
    assert told.origin.missing == pytest.approx(0.3, abs=0.05)
    assert placed(AGE, made, ages(46, 500)).origin is None


def test_where_only_the_requests_moved_it_says_so_and_no_retraining_helps(tmp_path: Path) -> None:
    made = [version(tmp_path / f"{at:02}", ages(40, 700 + at)) for at in range(3)]
    told = placed(AGE, made, ages(46, 500))
    assert told.origin is None
    assert told.origin_gap == f"the newest version of the data, {made[2][0]}, doesn't show it: only the requests moved"
    assert (told.action, "who asks now" in told.fix) == ("look", True)
    assert placed(GONE, made, ages(40, 500, gone=0.4)).action == "fix"
    alone = placed(AGE, made[:1], ages(46, 500))
    assert alone.origin_gap.startswith("no version of the data came since")
    assert alone.action == "retrain", "whether its source has such rows isn't known"


def test_a_version_that_went_the_other_way_is_no_origin(tmp_path: Path) -> None:
    made = [version(tmp_path / "00", ages(40)), version(tmp_path / "01", ages(33, 801))]
    assert placed(AGE, made, ages(46, 500)).origin is None


def test_what_no_profile_tells_is_said_to_be_unknown(tmp_path: Path) -> None:
    secret = [version(tmp_path / f"{at:02}", ages(40 + 6 * at), sensitive=True) for at in range(2)]
    lost = [("datasets/people/a", (tmp_path / "nowhere").as_uri())] * 2
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "profile.json").write_text("[" * 10_000, "utf-8")
    odd = [("datasets/people/b", (tmp_path / "odd").as_uri())] * 2
    for versions in (secret, lost, odd):
        told = placed(AGE, versions, ages(46, 500))
        assert told.origin_gap == "the profiles of the data's versions don't tell how age is spread"
        assert told.action == "retrain"


def test_causes_that_are_no_columns_and_unknown_data_stay_as_they_are(tmp_path: Path) -> None:
    service = CausePart(kind="service", what="errors", action="fix", fix="Read.")
    calm = AGE.model_copy(update={"action": "nothing"})
    versions = [version(tmp_path / f"{at:02}", ages(40 + 6 * at)) for at in range(2)]
    now = pd.DataFrame({"age": ages(46)})
    assert with_origins([service, calm], Versions(versions), now, COLUMNS, LIMITS) == (service, calm)
    assert with_origins([AGE], Versions(()), now, COLUMNS, LIMITS) == (AGE,)
