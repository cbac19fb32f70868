"""The profile of the version before: what has drifted is found by it, and nothing fails where it is gone."""

from pathlib import Path
from typing import Any

import pytest

from runners.contract import Request
from runners.ingest import run
from runners.ingest.former import former_profile
from runners.inputs import Lent
from tests.unit.runners.ingest.ingesting import load


def ingest(folder: Path, name: str, values: list[float], inputs: dict[str, str], **more: Any) -> set[str]:
    """Ingest a column, and return the kinds of what is found."""
    source, out = folder / f"{name}.csv", folder / name
    source.write_text("x\n" + "\n".join(map(str, values)))
    out.mkdir()
    params = {"source": {"files": {"url": str(source), "format": "csv"}}, **more}
    request = Request(run=f"datasets/x/{name:0>12}", runner="ingest", params=params, inputs=inputs,
                      output=out.as_uri(), seed=1, provenance={})  # fmt: skip
    run(request, out)
    return {one["kind"] for one in load(out / "profile.json")["findings"]}


HERE, THERE = [n % 10 + 0.5 for n in range(500)], [n % 10 + 9.5 for n in range(500)]


def test_what_has_drifted_is_found_by_the_former_version(tmp_path: Path) -> None:
    assert ingest(tmp_path, "a", HERE, {}) == set()
    assert ingest(tmp_path, "b", HERE, {"former-version": (tmp_path / "a").as_uri()}) == set()
    assert ingest(tmp_path, "c", THERE, {"former-version": (tmp_path / "a").as_uri()}) == {"drifted_mean"}
    limits = {"columns": {"x": {"type": "number"}}, "drift": {"columns": {"x": {"mean": 9.0}}}}
    assert ingest(tmp_path, "d", THERE, {"previous": (tmp_path / "a").as_uri()}, **limits) == {"drifted_mean"}


def test_a_former_version_that_is_gone_keeps_nothing_from_being_ingested(tmp_path: Path) -> None:
    assert ingest(tmp_path, "a", HERE, {"former-version": (tmp_path / "gone").as_uri()}) == set()


@pytest.mark.parametrize("text", [None, "", "[]", "{", "[" * 100_000, '{"rows": 5}'])
def test_what_is_no_profile_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "profile.json").write_text(text)
    told = former_profile(Lent.of(tmp_path.as_uri(), None), {})
    assert told == ({"rows": 5} if text == '{"rows": 5}' else None)
    assert former_profile(None, {}) is None
