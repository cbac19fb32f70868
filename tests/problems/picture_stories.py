"""What becomes of an album: its files, a trial, the endpoint's answers, three reports; and the laws on the way."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO

import numpy as np
from kserve import InferInput
from PIL import Image
from pyarrow import parquet

from runners.models import load
from runners.serve.columns import of_tensors
from tests.problems import laws, own_code, watching
from tests.problems.albums import TARGET, Album, odd_files, write_album
from tests.problems.playing import Played, Stage
from tests.problems.problem import METRIC
from tests.problems.traffic import HOURS, LEAST, TRIAL, window_of
from tests.problems.watching import Shown

ASTRAY = "../../astray.png"


def looked_at(told: Shown, stage: Stage) -> None:
    """From a folder of pictures to the third report on those that clients show."""
    album = told.problem
    dataset = gathered(album, stage)
    trial = train(album, dataset, stage)
    laws.nothing_crashes(trial)
    laws.must_be_done(trial, "the album is sound")
    laws.figures_of_a_trial_are_right(album, trial)
    watching.pictures_were_prepared(album, trial)
    endpoint_answers_as_the_trial_did(album, trial)
    former: Played | None = None
    for hour in range(HOURS):
        files = watching.show_hour(told, hour, load(trial.folder), stage.folder / "log")
        params = {
            "chunk": LEAST,
            "minimum_rows": LEAST,
            "metric": "accuracy",
            "trial": TRIAL,
            "window": window_of(hour),
        }
        former = stage.report(params, trial, former, f"report-{hour}")
        laws.nothing_crashes(former)
        laws.must_be_done(former, "the log is sound")
        watching.report_on_pictures_is_right(told, hour, files, trial, former)


def coded(album: Album, stage: Stage) -> None:
    """From a folder of pictures to the answer of a model that a script of one's own has trained."""
    dataset = gathered(album, stage)
    told = {"target": TARGET, "task": album.task, "metric": dict(METRIC[album.task]), "runner": dict(own_code.RUNNER)}
    inputs = {"dataset": dataset.folder, "code": own_code.code_in(stage.folder / "code")}
    params = {"params": {"way": "pictures", "C": 0.5, "size": 4}}
    trial = stage.run("trial", "command", told | params, inputs, album.seed)
    laws.nothing_crashes(trial)
    laws.must_be_done(trial, "the script is sound")
    handed = [f"data/images/{name}" for name in trial.json(own_code.SEEN)["rows"]]
    own_code.handed_what_it_may_train_on(trial, dataset, ["data/manifest.parquet", *handed])
    own_code.reported_stands_beside_what_is_measured(trial)
    laws.figures_of_a_trial_are_right(album, trial)
    endpoint_answers_as_the_trial_did(album, trial)


def gathered(album: Album, stage: Stage) -> Played:
    """From files to a version of them: every picture as it was, and what is none named by its file."""
    if album.oddities:
        odd = _ingest({**album.files, **odd_files(album)}, album, stage, "odd")
        laws.nothing_crashes(odd)
        wrong = sorted(one["where"] for one in odd.told["violations"])
        assert wrong == sorted(odd_files(album)), f"{wrong} aren't accepted, and {sorted(odd_files(album))} are odd"
    if album.is_packed:
        first = next(iter(album.files.values()))
        astray = _ingest({**album.files, ASTRAY: first + b"astray"}, album, stage, "astray")
        assert astray.is_refused, astray.told
        assert ASTRAY in f"{astray.told['where']} {astray.told['what']}", astray.told
    dataset = _ingest(album.files, album, stage, "dataset")
    laws.nothing_crashes(dataset)
    laws.must_be_done(dataset, "the pictures are sound")
    _listing_is_right(album, dataset)
    return dataset


def _ingest(files: Mapping[str, bytes], album: Album, stage: Stage, step: str) -> Played:
    (stage.folder / f"{step}-source").mkdir()
    source = write_album(files, stage.folder / f"{step}-source", is_packed=album.is_packed)
    return stage.run(step, "ingest", {"source": source}, {}, 0)


def _listing_is_right(album: Album, dataset: Played) -> None:
    """The manifest names every picture with its class, digest and size, and the profile counts them."""
    files, rows = album.files, parquet.read_table(dataset.folder / "manifest.parquet").to_pylist()
    assert [row["id"] for row in rows] == sorted(files)
    for row in rows:
        content = files[row["id"]]
        assert (dataset.folder / row["path"]).read_bytes() == content, row
        right = {"label": row["id"].split("/")[0], "sha256": sha256(content).hexdigest(), "bytes": len(content)}
        laws.same(row, right, row["id"])
        assert (row["width"], row["height"]) == Image.open(BytesIO(content)).size, row
    profile = dataset.json("profile.json")
    means = [watching.values_of(content, _own(content) | {"channels": 1}).mean() for content in files.values()]
    laws.same(profile["brightness"]["mean"], float(np.mean(means)), "brightness", within=1e-5)
    counted = Counter(name.split("/")[0] for name in files)
    laws.same({one["value"]: one["count"] for one in profile["labels"]["top"]}, dict(counted), "labels")


def _own(content: bytes) -> dict[str, int]:
    wide, high = Image.open(BytesIO(content)).size
    return {"width": wide, "height": high}


def train(album: Album, dataset: Played, stage: Stage) -> Played:
    """Train an album's model."""
    told = {"target": TARGET, "task": album.task, "metric": dict(METRIC[album.task]), "params": dict(album.params)}
    return stage.run("trial", album.runner, told, {"dataset": dataset.folder}, album.seed)


def endpoint_answers_as_the_trial_did(album: Album, trial: Played) -> None:
    """The answer to a file is the one that was recorded, by either version of the protocol, and to its numbers too."""
    tested, model, files = laws.Tested(trial), load(trial.folder), album.files
    sent = [watching.as_sent(files[row["id"]], row["id"]) for row in tested.rows]
    answers = laws.answered(model, sent)
    assert answers["predictions"] == [row["prediction"] for row in tested.rows]
    scores = np.array(answers.get("predicted_probability", answers.get("probabilities")), float)
    assert np.allclose(scores, np.array(tested.scores, float), rtol=0, atol=1e-6)
    for datatype, data in (
        ("BYTES", [one["image"]["b64"] for one in sent]),
        ("FP32", [row["image"] for row in tested.rows]),
    ):
        wide = 1 if datatype == "BYTES" else len(data[0])
        tensor = InferInput("image", [len(data), wide], datatype, data)
        again = model.predict(of_tensors([tensor], model.signature))
        assert again.prediction.tolist() == answers["predictions"], datatype
