"""The models of a process: which one a request asks for."""

from pathlib import Path

import pytest

from runners.models import load
from runners.serve.served_model import NotServed, ServedModel
from runners.serve.served_models import ServedModels
from tests.unit.runners.serve.tiny import make


@pytest.fixture
def models(tmp_path: Path) -> ServedModels:
    model = load(tmp_path, make(tmp_path))
    return ServedModels(
        ServedModel("shop", "aaaaaaaaaaaa", model, print), [ServedModel("risk", "b" * 12, model, print)]
    )


def test_each_is_found_by_its_name_and_version(models: ServedModels) -> None:
    assert models.names == [one.name for one in models] == ["shop", "risk"]
    assert models.find("shop") is models.first
    assert models.find("risk", "b" * 12).name == "risk"


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("x" * 1000, "", "the model x{100} does not exist: this endpoint serves shop, risk"),
        ("risk", "aaaaaaaaaaaa", "risk has no version aaaaaaaaaaaa: revision bbbbbbbbbbbb answered here"),
    ],
)
def test_others_are_not(models: ServedModels, name: str, version: str, words: str) -> None:
    with pytest.raises(NotServed, match=words):
        models.find(name, version)
