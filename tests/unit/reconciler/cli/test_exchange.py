"""The dataset that `export` and `import` mean."""

from pathlib import Path

import pytest

from reconciler.cli.exchange import dataset_in, tell_losses
from reconciler.exchange.table import Loss
from reconciler.model.errors import BadSpec, Refused


@pytest.mark.parametrize(
    ("address", "environment", "why"),
    [
        ("datasets/gone", "", "no dataset datasets/gone"),
        ("experiments/employment", "", "no dataset"),
        ("datasets/employment", "gone", "no environment gone"),
    ],
)
def test_what_isn_t_there_is_told(address: str, environment: str, why: str, repository: Path) -> None:
    with pytest.raises(Refused, match=why):
        dataset_in(repository, address, environment)


def test_a_broken_spec_is_told_with_its_place(repository: Path) -> None:
    spec = repository / "specs/datasets/employment.yaml"
    spec.write_text(spec.read_text().replace("type: integer", "type: whole"))
    with pytest.raises(BadSpec, match=r"specs/datasets/employment\.yaml"):
        dataset_in(repository, "datasets/employment", "dev")


def test_a_folder_without_specs_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no environments/"):
        dataset_in(tmp_path, "datasets/a", "")


def test_many_columns_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    tell_losses([Loss(f"c{n}", "unique", "none") for n in range(8)] + [Loss("", "key", "x\n")])
    assert capsys.readouterr().err == "lost: unique of c0, c1, c2, c3, c4 and 3 more: none\nlost: key: x\\n\n"
