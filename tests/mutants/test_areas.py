"""What is drawn, and which tests must notice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants.areas import AREAS, drawn, further_tests, modules, own_tests
from tests.mutants.survivors import ROOT

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    return put


def test_every_area_is_there() -> None:
    assert not [area for area in AREAS if not modules(ROOT, [area])]


def test_a_seed_draws_the_same_again_and_another_seed_others(tmp_path: Path, write: Write) -> None:
    write(a__b="x = 1 < 2 < 3 < 4 < 5 < 6\n", a__c="x = 1 + 2 + 3\n")
    first = drawn(tmp_path, ["a"], 1, 5)
    assert drawn(tmp_path, ["a"], 1, 5) == first != drawn(tmp_path, ["a"], 2, 5)
    assert len({mutant.source for mutant in first}) == 5


def test_an_area_with_few_mutants_gives_all_that_it_has(tmp_path: Path, write: Write) -> None:
    write(a__b="x = a < b\n")
    assert len(drawn(tmp_path, ["a/b.py"], 1, 300)) == 1


def test_how_a_picture_looks_is_a_matter_of_taste(tmp_path: Path, write: Write) -> None:
    write(runners__evaluate__drawing="draw(width=1)\nx = a < b\n")
    assert [mutant.operator for mutant in drawn(tmp_path, ["runners/evaluate"], 1, 9)] == ["comparison"]


def test_a_module_is_tried_by_its_own_tests_and_then_by_its_room_s_and_its_users(tmp_path: Path, write: Write) -> None:
    own, aspect = "tests__unit__a__test_b", "tests__unit__a__test_b_more"
    write(**dict.fromkeys((own, aspect, "tests__unit__a__test_c", "tests__unit__e__test_stranger"), ""))
    write(tests__unit__d__test_user="from a import b\n", tests__unit__d__test_far="from tests.unit.shared import x\n")
    write(tests__unit__shared="import a.b\n", tests__unit__f__conftest="import a.b\n", tests__unit__f__test_f="")
    assert own_tests(tmp_path, "a/b.py") == ["tests/unit/a/test_b.py", "tests/unit/a/test_b_more.py"]
    assert set(further_tests(tmp_path, "a/b.py")) == {
        "tests/unit/a/test_c.py",
        "tests/unit/d/test_user.py",
        "tests/unit/d/test_far.py",
        "tests/unit/f/test_f.py",
    }
