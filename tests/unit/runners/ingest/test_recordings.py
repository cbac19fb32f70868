"""Folders of recordings: manifest, verdict, findings, pages."""

import re
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from tests.unit.runners.ingest.ingesting import IMAGE_FILES, ingested, load
from tests.unit.runners.ingest.sounds import RATE, recorded, tone

AUDIO_FILES = IMAGE_FILES - {"images"} | {"audio"}


def clean(folder: Path, count: int = 36) -> Path:
    """Write recordings in which nothing is wrong."""
    chance = np.random.default_rng(1)
    for number in range(count):
        sound = tone(number, seconds=float(chance.uniform(0.4, 2)), loud=float(chance.uniform(0.1, 0.8)))
        recorded(folder / ("talk", "song")[number % 2] / f"{number:02}.wav", sound)
    return folder


def found(folder: Path) -> dict[str, dict[str, object]]:
    return {one["kind"]: one for one in load(folder / "profile.json")["findings"]}


def test_a_folder_of_recordings_leaves_a_manifest_and_nothing_odd(tmp_path: Path) -> None:
    result = ingested(clean(tmp_path / "in"), tmp_path / "out", "audio", files={"label_from": "folder"})
    assert result.accepted
    assert {file.name for file in (tmp_path / "out").iterdir()} == AUDIO_FILES
    assert found(tmp_path / "out") == {}
    rows = parquet.read_table(tmp_path / "out/manifest.parquet").to_pylist()
    assert {row["label"] for row in rows} == {"talk", "song"}
    assert all((tmp_path / "out" / row["path"]).is_file() for row in rows)
    assert result.facts["target"] == {"column": "label", "balance": {"song": 0.5, "talk": 0.5}}
    described = load(tmp_path / "out/croissant.json")["distribution"][1]
    assert (described["@id"], described["encodingFormat"], described["includes"]) == (
        "audio-files",
        "audio/wav",
        "audio/**",
    )


def test_what_is_odd_is_found(tmp_path: Path) -> None:
    folder = clean(tmp_path / "in")
    recorded(folder / "talk/stereo.wav", np.stack([tone(1), tone(2)], 1), 2 * RATE)
    recorded(folder / "talk/silent.wav", np.zeros(RATE))
    recorded(folder / "talk/clipped.wav", np.clip(tone(1) * 30, -1, 1))
    recorded(folder / "talk/long.wav", tone(1, seconds=40))
    recorded(folder / "talk/soft.wav", tone(1) * 0.01)
    recorded(folder / "song/same.flac", np.rint(tone(99) * 32767).astype("int16"))
    recorded(folder / "talk/same.wav", np.rint(tone(99) * 32767).astype("int16"))
    ingested(folder, tmp_path / "out", "audio", files={"label_from": "folder"})
    told = found(tmp_path / "out")
    assert {kind: one.get("examples") for kind, one in told.items()} == {
        "duplicate_audio": ["song/same.flac", "talk/same.wav"],
        "conflicting_labels": ["song/same.flac", "talk/same.wav"],
        "silent_audio": ["talk/silent.wav"],
        "clipped_audio": ["talk/clipped.wav"],
        "mixed_audio": None,
        "odd_lengths": ["talk/long.wav"],
        "odd_levels": ["talk/soft.wav"],
    }


def test_broken_and_repeated_files_are_violations(tmp_path: Path) -> None:
    folder = clean(tmp_path / "in", 4)
    (folder / "talk/broken.wav").write_bytes(b"RIFF")
    (folder / "talk/again.wav").write_bytes((folder / "talk/00.wav").read_bytes())
    columns = {"duration": {"type": "number", "maximum": 0.1}}
    result = ingested(folder, tmp_path / "out", "audio", columns=columns)
    assert [violation.where for violation in result.violations] == ["talk/broken.wav", "talk/again.wav", "duration"]


def test_only_broken_files_are_refused_without_a_crash(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.mp3").write_bytes(b"")
    assert [v.where for v in ingested(tmp_path / "in", tmp_path / "out", "audio").violations] == ["x.mp3", "table"]


@pytest.mark.parametrize("name", ["label", "duration", "sample_rate"])
def test_values_of_sensitive_columns_stand_in_the_data_alone(tmp_path: Path, name: str) -> None:
    for place in ("geheim/karenina1.wav", "geheim/karenina2.wav", "offen/karenina3.wav"):
        recorded(tmp_path / "in" / place, tone(int(place[-5]), seconds=1.2345), 11_025)
    recorded(tmp_path / "in/geheim/karenina4.wav", tone(4), 22_050)
    (tmp_path / "in/offen/karenina5.wav").write_bytes(b"")
    types = {"label": "string", "duration": "number", "sample_rate": "integer"}
    columns = {name: {"type": types[name], "sensitive": True}}
    result = ingested(tmp_path / "in", tmp_path / "out", "audio", files={"label_from": "folder"}, columns=columns)
    files = ("profile.json", "profile.html", "profile.md", "croissant.json")
    every = re.sub(
        'base64,[^"]*', "", result.model_dump_json() + "".join((tmp_path / "out" / f).read_text() for f in files)
    )
    secrets = {
        "label": ("geheim", "offen", "karenina"),
        "duration": ("1.2345", "0.8935"),
        "sample_rate": ("11025", "11,025"),
    }
    assert not any(word in every for word in secrets[name])


def test_names_are_escaped_in_pages(tmp_path: Path) -> None:
    recorded(tmp_path / "in/<b>x<script>/<i>.wav", tone(1))
    (tmp_path / "in/<b>y.wav").write_bytes(b"no")
    ingested(tmp_path / "in", tmp_path / "out", "audio", files={"label_from": "folder"})
    for page in ("profile.html", "profile.md"):
        text = (tmp_path / "out" / page).read_text()
        assert "<b>" not in text.replace("<b>error", "").replace("<b>warning", "").replace("<b>info", "")
        assert "<script>" not in text
