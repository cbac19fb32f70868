"""Tokens on a cluster: the key is there before the pods, is the same for each daemon of a home, and goes at the end."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access
from reconciler.ports.serving import HandsOutTokens
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.endpoint_key import secret_name
from runners.contract.endpoint_tokens import valid
from tests.unit.reconciler.providers.serving.kserve.conftest import Stage
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, NAMESPACE, OLD, order

TOKEN = Access(internal="token")
PATCHES = [f"PATCH {secret_name(DEPLOYMENT)}", "PATCH employment-0123456789ab"]


def key_of(stage: Stage) -> Any:
    return stage.server.things[k.SECRETS.path(NAMESPACE, secret_name(DEPLOYMENT))]["stringData"]["key"]


def test_the_key_is_written_before_what_mounts_it(stage: Stage, tmp_path: Path) -> None:
    serving = stage.open(folder=tmp_path)
    assert isinstance(serving, HandsOutTokens)
    serving.list()
    assert serving.token(DEPLOYMENT) == ""
    assert stage.asked(lambda: serving.start(order(access=TOKEN))) == PATCHES
    made = stage.inference_service()
    assert key_of(stage) not in str(made)
    assert valid(key_of(stage), stage.now.timestamp())[0] == serving.token(DEPLOYMENT)
    (container,) = made["spec"]["predictor"]["containers"]
    told = next(json.loads(one["value"]) for one in container["env"] if one["name"] == "SETPOINT_SERVE")
    assert (told["format"], told["key_file"]) == (4, "/var/run/secrets/setpoint-endpoint/key")
    assert key_of(stage) not in str(told)


def test_another_daemon_of_the_home_hands_out_the_same(stage: Stage, tmp_path: Path) -> None:
    first = stage.open(folder=tmp_path)
    first.start(order(access=TOKEN))
    before, token = key_of(stage), first.token(DEPLOYMENT)
    again = stage.open(folder=tmp_path)
    again.list()
    assert stage.asked(lambda: again.token(DEPLOYMENT)) == PATCHES[:1]
    assert stage.asked(lambda: again.token(DEPLOYMENT)) == [], "it is written once"
    assert (key_of(stage), again.token(DEPLOYMENT)) == (before, token)
    stage.now += timedelta(days=1)
    assert again.token(DEPLOYMENT) != token
    assert {token, again.token(DEPLOYMENT)} <= set(valid(before, stage.now.timestamp()))


def test_who_deletes_the_root_takes_back_every_token_with_the_next_job(stage: Stage, tmp_path: Path) -> None:
    serving = stage.open(folder=tmp_path)
    serving.start(order(access=TOKEN))
    before = serving.token(DEPLOYMENT)
    (tmp_path / "tokens").unlink()
    after = serving.token(DEPLOYMENT)
    known = valid(key_of(stage), stage.now.timestamp())
    assert (before in known, after in known) == (False, True)


def test_a_daemon_with_another_home_brings_its_own(stage: Stage, tmp_path: Path) -> None:
    stage.open(folder=tmp_path / "a").start(order(access=TOKEN))
    before = key_of(stage)
    other = stage.open(folder=tmp_path / "b")
    other.list()
    token = other.token(DEPLOYMENT)
    assert before != key_of(stage)
    assert token in valid(key_of(stage), stage.now.timestamp())


def test_the_key_goes_with_the_endpoint(stage: Stage, tmp_path: Path) -> None:
    serving = stage.open(folder=tmp_path)
    serving.start(order(access=TOKEN))
    serving.delete(DEPLOYMENT)
    assert k.SECRETS.path(NAMESPACE, secret_name(DEPLOYMENT)) not in stage.server.things
    serving.start(order())
    assert f"DELETE {secret_name(DEPLOYMENT)}" not in stage.asked(lambda: serving.delete(DEPLOYMENT))


def test_a_crash_between_the_two_writes_is_made_good(stage: Stage, tmp_path: Path) -> None:
    class Ended(Exception):
        pass

    serving = stage.open(folder=tmp_path)

    def ends(_order: object) -> None:
        raise Ended

    serving._writing.put = ends  # type: ignore[method-assign]
    with pytest.raises(Ended):
        serving.start(order(access=TOKEN))
    before = key_of(stage)
    again = stage.open(folder=tmp_path)
    again.start(order(access=TOKEN))
    assert (key_of(stage), stage.inference_service()["metadata"]["annotations"][k.ASKS]) == (before, "token")


@pytest.mark.parametrize(
    ("told", "options", "why"),
    [
        ({"access": Access(open=True, internal="token"), "visibility": "public"}, {}, "the public one's, too"),
        ({"access": TOKEN}, {"image": "", "runtime": {"format": "onnx"}}, "runtimes know none"),
        ({"access": Access(keys=("${secret:A}",), internal="token")}, {}, "access.keys"),
    ],
)
def test_what_nobody_would_hold_is_refused(stage: Stage, tmp_path: Path, told: Any, options: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        stage.open(folder=tmp_path, **options).start(order(OLD, **told))


def test_without_a_folder_each_daemon_brings_its_own(stage: Stage) -> None:
    stage.open().start(order(access=TOKEN))
    before, other = key_of(stage), stage.open()
    other.list()
    assert other.token(DEPLOYMENT) in valid(key_of(stage), stage.now.timestamp())
    assert key_of(stage) != before


def test_nothing_is_left_of_an_environment_that_is_left(stage: Stage, tmp_path: Path) -> None:
    serving = stage.open(folder=tmp_path / "dev")
    serving.leave()
    serving.start(order(access=TOKEN))
    assert (tmp_path / "dev" / "tokens").exists()
    serving.leave()
    assert list(tmp_path.iterdir()) == []
    stage.open().leave()
