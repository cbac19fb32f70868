"""Stores that don't answer: each library's silence is told from what a person must mend."""

import os
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runners.contract import InputGone, Request, SourceUnavailable
from runners.harness import main
from runners.staging import deliver, local
from runners.stores import answering, reason, silence
from tests.servers.faults import Faults

NOWHERE = "http://127.0.0.1:1"


class Server(Exception):
    """What a library raises for a status."""

    def __init__(self, status_code: int) -> None:
        super().__init__(status_code)
        self.status_code = status_code


@pytest.mark.parametrize(("status", "passes"), [(401, False), (403, False), (404, False), (420, True), (429, True)])
def test_a_status_says_whether_it_passes(status: int, passes: bool) -> None:
    error = PermissionError("no") if status == 403 else OSError(5, "no")
    error.__cause__ = Server(status)
    assert bool(silence(error)) is passes


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), BrokenPipeError()])
def test_a_broken_connection_passes(error: OSError) -> None:
    with pytest.raises(SourceUnavailable, match="the store doesn't answer") as told, answering("s3://bucket/a"):
        raise error
    assert (told.value.exit_code, told.value.where) == (75, "s3://bucket/a")
    assert "tried again" in told.value.fix


def test_what_happened_is_told_in_words() -> None:
    known = [ConnectionRefusedError(), ConnectionResetError(), TimeoutError(), ssl.SSLCertVerificationError()]
    assert [reason(error) for error in known] == [
        "the host refuses the connection",
        "the connection breaks off",
        "its time ran out",
        "its certificate, or how it encrypts, isn't accepted",
    ]
    assert reason(ZeroDivisionError()) == "the connection fails (ZeroDivisionError)"


def test_what_a_client_of_the_web_says_is_told_in_words() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    key = SimpleNamespace(host="host", port=80, ssl=True, is_ssl=False)
    raised = {
        aiohttp.ClientPayloadError("x"): "wholly: what it sent breaks off",
        aiohttp.ClientConnectorDNSError(key, OSError(1, "x")): "answer: the host's name isn't known",
        aiohttp.ClientConnectorError(key, OSError(1, "x")): "answer: the host can't be reached",
        aiohttp.ServerDisconnectedError(): "answer: the connection breaks off",
        aiohttp.ServerTimeoutError(): "answer: its time ran out",
    }
    for error, told in raised.items():
        with pytest.raises(SourceUnavailable, match=told), answering("http://host/a"):
            raise error


@pytest.mark.parametrize("error", [FileNotFoundError("a"), PermissionError("a"), ZeroDivisionError(), InputGone("a")])
def test_other_errors_go_on_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as told, answering("s3://bucket/a"):
        raise error
    assert told.value is error


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    for name, value in {"USERNAME": "me", "PASSWORD": "hidden", "HOST": NOWHERE}.items():
        monkeypatch.setenv(f"FSSPEC_LAKEFS_{name}", value)
    fsspec.config.conf.clear()
    fsspec.config.set_conf_env(fsspec.config.conf)
    yield
    for name in [name for name in os.environ if name.startswith("FSSPEC_LAKEFS")]:
        monkeypatch.delenv(name)
    fsspec.config.conf.clear()


@pytest.mark.usefixtures("keys")
def test_a_lakefs_that_is_down_is_told(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{}")
    acts: list[Any] = [lambda: local("lakefs://store/main/a"), lambda: deliver(tmp_path, "lakefs://store/main/a")]
    for act in acts:
        with pytest.raises(SourceUnavailable, match="the store doesn't answer") as told:
            act()
        assert "hidden" not in str(told.value)


@pytest.mark.usefixtures("keys")
def test_a_job_whose_store_is_down_ends_with_75_whatever_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = Request(run="datasets/a/1", runner="nobody", output="lakefs://store/run/a")
    (tmp_path / "request.json").write_text(request.model_dump_json())
    assert main([str(tmp_path / "request.json")]) == 75
    told = capsys.readouterr().err
    assert "lakefs://store/run/a: the store doesn't answer" in told
    assert "tried again" in told


@pytest.mark.parametrize(("status", "error"), [(503, SourceUnavailable), (403, PermissionError)])
def test_a_store_like_s3_that_fails_is_told_from_one_that_refuses(
    tmp_path: Path, status: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    s3fs = pytest.importorskip("s3fs")
    monkeypatch.setattr(s3fs.core.S3FileSystem, "retries", 1)
    (tmp_path / "result.json").write_text("{}")
    with Faults(NOWHERE) as faults:
        faults.add(status=status, body=b"")
        for name, value in {"ENDPOINT_URL": faults.url, "ACCESS_KEY_ID": "me", "SECRET_ACCESS_KEY": "x"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3fs.core.S3FileSystem.clear_instance_cache()
        with pytest.raises(error):
            deliver(tmp_path, "s3://bucket/run")
    s3fs.core.S3FileSystem.clear_instance_cache()
