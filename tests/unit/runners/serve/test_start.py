"""The start of a serving process: what can't be served is said."""

import json
from pathlib import Path

import fsspec
import pytest

from runners.contract import REFUSED
from runners.contract.exits import USAGE
from runners.models import ModelRefused
from runners.serve.settings import Settings
from runners.serve.start import claim, main, open_model
from tests.unit.runners.serve.tiny import TRIAL, make


def told(folder: Path, **more: object) -> dict[str, object]:
    return {
        "name": "employment",
        "deployment": "deployments/employment",
        "revision": "aaaaaaaaaaaa",
        "trial": TRIAL,
        "model_url": folder.as_uri(),
        "model_digest": "sha256:" + "0" * 64,
        "socket": str(folder / "s"),
        "words": str(folder / "words.json"),
        **more,
    }


def configured(folder: Path, **more: object) -> str:
    path = folder / "config.json"
    path.write_text(json.dumps(told(folder, **more)))
    return str(path)


def test_a_model_of_another_digest_is_refused_with_its_reason(tmp_path: Path) -> None:
    make(tmp_path)
    assert main([configured(tmp_path)]) == REFUSED
    words = json.loads((tmp_path / "words.json").read_text())
    assert "the model's digest is sha256:" in words["what"]
    assert words["fix"]


@pytest.mark.parametrize("damage", ["nothing there", "no model", "broken"])
def test_a_model_that_doesn_t_load_is_refused(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    if damage != "nothing there":
        make(folder)
    if damage == "no model":
        (folder / "model.onnx").unlink()
    if damage == "broken":
        (folder / "signature.json").write_text("{}")
    assert main([configured(tmp_path, model_url=folder.as_uri())]) == REFUSED
    assert json.loads((tmp_path / "words.json").read_text())["what"]


def test_a_model_from_elsewhere_is_fetched_once(tmp_path: Path) -> None:
    digest = make(tmp_path / "made")
    far = fsspec.filesystem("memory")
    far.put(f"{tmp_path}/made/", "/trial/", recursive=True)
    kept = tmp_path / "models/employment"
    more = {"model_url": "memory://trial", "model_digest": digest, "keep": str(kept)}
    settings = Settings.model_validate(told(tmp_path, **more))
    open_model(settings)
    far.rm("/trial", recursive=True)
    assert open_model(settings).signature.columns == ("AGEP", "SEX")
    assert list(kept.parent.iterdir()) == [kept]


def test_a_model_from_near_outlives_where_it_came_from_and_heals_where_it_is_kept(tmp_path: Path) -> None:
    made, kept = tmp_path / "made", tmp_path / "models/employment"
    digest = make(made)
    (made / "reference.parquet").write_bytes(b"large")
    more = {"model_url": made.as_uri(), "model_digest": digest, "keep": str(kept)}
    settings = Settings.model_validate(told(tmp_path, **more))
    open_model(settings)
    assert sorted(path.name for path in kept.iterdir()) == ["model.onnx", "signature.json"]
    (kept / "model.onnx").write_bytes(b"damaged")
    open_model(settings)
    (made / "model.onnx").unlink()
    assert open_model(settings).signature.columns == ("AGEP", "SEX")
    (kept / "signature.json").unlink()
    with pytest.raises(ModelRefused):
        open_model(settings)


def test_a_changed_model_is_not_kept_for_the_next_start(tmp_path: Path) -> None:
    made, kept = tmp_path / "made", tmp_path / "models/employment"
    digest = make(made)
    content = (made / "model.onnx").read_bytes()
    (made / "model.onnx").write_bytes(content[:-1])
    more = {"model_url": str(made), "model_digest": digest, "keep": str(kept)}
    settings = Settings.model_validate(told(tmp_path, **more))
    with pytest.raises(ModelRefused):
        open_model(settings)
    (made / "model.onnx").write_bytes(content)
    assert open_model(settings).signature.columns == ("AGEP", "SEX")


def test_a_folder_with_odd_characters_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with 100 % of them"
    digest = make(folder)
    settings = Settings.model_validate(told(tmp_path, model_url=folder.as_uri(), model_digest=digest))
    assert open_model(settings).signature.columns == ("AGEP", "SEX")
    plain = Settings.model_validate(told(tmp_path, model_url=str(tmp_path / "nowhere"), model_digest=digest))
    with pytest.raises(ModelRefused):
        open_model(plain)


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["/nowhere/config.json"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, {}) == USAGE
    assert capsys.readouterr().err


def test_settings_may_stand_in_the_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path)
    assert main([], {"SETPOINT_SERVE": json.dumps(told(tmp_path))}) == REFUSED
    assert json.loads((tmp_path / "words.json").read_text())["what"]
    assert main([], {"SETPOINT_SERVE": "{}"}) == USAGE
    assert "SETPOINT_SERVE" in capsys.readouterr().err


def test_the_last_words_are_written_into_the_file_that_is_there(tmp_path: Path) -> None:
    make(tmp_path)
    words = tmp_path / "termination-log"
    words.touch()
    before = words.stat().st_ino
    assert main([configured(tmp_path, words=str(words))]) == REFUSED
    assert (words.stat().st_ino, json.loads(words.read_text())["fix"] != "") == (before, True)


def test_a_wrong_configuration_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([configured(tmp_path, threads=0)]) == USAGE
    assert "threads" in capsys.readouterr().err


def test_the_process_id_is_written_down_if_nobody_did(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    path.touch()
    settings = Settings.model_validate(told(tmp_path, pid_file=str(path)))
    claim(settings)
    assert int(path.read_text())
    path.write_text("1")
    claim(settings)
    assert path.read_text() == "1"


def test_several_models_that_do_not_fit_together_are_refused_with_their_reason(tmp_path: Path) -> None:
    digest = make(tmp_path / "a")
    member = {"name": "a", "trial": TRIAL, "model_url": (tmp_path / "a").as_uri(), "model_digest": digest}
    step = {"model": "b", "inputs": {}, "weight": 1.0, "values": []}
    graph = [{"name": "root", "router": "ensemble", "combine": "mean", "column": None, "steps": [step]}]
    keep = str(tmp_path / "kept")
    assert main([configured(tmp_path, models=[member], graph=graph, format=3, keep=keep)]) == REFUSED
    assert json.loads((tmp_path / "words.json").read_text())["what"].startswith("the graph asks b")
    assert (tmp_path / "kept" / "a" / "signature.json").is_file()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ('{"format": 99}', "upgrade the image to the daemon's version of Setpoint"),
        ('{"name": "a"}', "deployment: it is missing"),
        ("{", "Invalid JSON: EOF"),
    ],
)
def test_the_last_line_says_why_settings_can_t_be_used(
    given: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], {"SETPOINT_SERVE": given}) == USAGE
    assert why in capsys.readouterr().err.splitlines()[-1]
