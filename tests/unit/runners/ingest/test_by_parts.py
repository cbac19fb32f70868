"""Derived tables that grow: of growing inputs only new parts are read, and a version is as if all had been."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.ingest import by_parts
from runners.ingest.by_parts import grow_by_parts
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from tests.unit.runners.ingest.files_world import Folder
from tests.unit.runners.ingest.growing_world import Version

QUERY = "SELECT id, x * 2 AS y FROM a WHERE x > 1 UNION ALL SELECT id, x FROM b"


class Derived:
    """A table that is derived from two folders of files that come."""

    def __init__(self, root: Path, query: str = QUERY) -> None:
        self.root, self.query, self.former, self._count = root, query, None, 0
        self.inputs = {}
        for name in ("a", "b"):
            (root / name).mkdir()
            self.inputs[name] = Folder(root / name, identifier="id", columns={"id": INTEGER, "x": INTEGER})
            self.inputs[name].write("0.csv", "id,x\n0,2\n")
        self.former: Path | None = None

    def refresh(self, *, full: bool = False) -> Version:
        """Make the next version of the newest ones of the inputs."""
        folders = {name: str(folder.refresh().folder) for name, folder in self.inputs.items()}
        source = {"inputs": dict.fromkeys(folders, "datasets/x"), "query": self.query, "incremental": {"by": "parts"}}
        params = Parameters.model_validate({"source": {"derived": source}, "minimum_rows": 0})
        self._count += 1
        folder = self.root / f"v{self._count}"
        folder.mkdir()
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        assert params.source.derived
        made = Version(folder, grow_by_parts(params.source.derived, params, folder, folders, former), params)
        if not full:
            self.former = folder
        return made


INTEGER = {"type": "integer"}
STEP = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(["a", "b"]), st.integers(0, 3), st.lists(st.integers(0, 4), max_size=3)),
    st.tuples(st.just("go"), st.sampled_from(["a", "b"]), st.integers(1, 3)),
    st.tuples(st.just("refresh")),
)


@given(st.lists(STEP, max_size=8))
@settings(max_examples=15, deadline=None)
def test_any_refreshes_say_what_one_of_all_rows_says(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as place:
        world = Derived(Path(place))
        for number, (what, *told) in enumerate(steps):
            if what == "put":
                text = "".join(f"{100 * number + place},{x}\n" for place, x in enumerate(told[2]))
                world.inputs[told[0]].write(f"{told[1]}.csv", "id,x\n" + text)
            elif what == "go":
                (world.inputs[told[0]].place / f"{told[1]}.csv").unlink(missing_ok=True)
            else:
                world.refresh()
        grown, whole = world.refresh(), world.refresh(full=True)
        assert grown.said == whole.said
        assert sorted(map(str, grown.rows_as_they_are())) == sorted(map(str, whole.rows_as_they_are()))


def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """Note how many rows each table has that a query is put to."""
    seen: list[dict[str, int]] = []
    real = by_parts.rows_of

    def noting(query: str, tables: Any) -> Any:
        seen.append({name: t.count_rows() if hasattr(t, "count_rows") else t.num_rows for name, t in tables.items()})
        return real(query, tables)

    monkeypatch.setattr(by_parts, "rows_of", noting)
    return seen


def test_the_query_is_put_to_new_parts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Derived(tmp_path)
    world.refresh()
    world.inputs["b"].write("1.csv", "id,x\n5,5\n6,6\n")
    seen = asked(monkeypatch)
    made = world.refresh()
    assert seen == [{"a": 0, "b": 2}]
    assert (made.refresh["kind"], made.refresh["rows"]) == ("incremental", 2)
    assert made.rows() == [{"id": 0, "y": 4}, {"id": 0, "y": 2}, {"id": 5, "y": 5}, {"id": 6, "y": 6}]


def test_another_query_is_put_to_all_rows_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Derived(tmp_path, "SELECT sum(x) AS s FROM (FROM a UNION ALL FROM b)")
    world.refresh()
    world.inputs["b"].write("1.csv", "id,x\n5,5\n")
    seen = asked(monkeypatch)
    made = world.refresh()
    assert seen == [{"a": 1, "b": 2}]
    assert made.refresh["kind"] == "full"
    assert made.refresh["because"] == "the query needs it: sum() is about many rows"
    assert made.rows_as_they_are() == [{"s": 9}]
