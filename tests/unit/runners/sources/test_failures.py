"""Whatever a library says of a source is told with its place and a remedy; a defect stays one."""

import ftplib
import os
import sys
import zipfile
from collections.abc import Iterator
from types import ModuleType

import fsspec
import pytest

from runners.contract import InputError, SourceUnavailable
from runners.sources.failures import LONGEST, is_foreign, telling
from runners.sources.files import find, read_files
from runners.sources.parameters import FileSource

DEAD = "http://127.0.0.1:9"
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "hidden-key"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let nothing of this machine's AWS settings be seen."""
    import s3fs

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/no/such/file")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    yield monkeypatch
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize(
    ("url", "settings", "told"),
    [
        ("s3://Bad_Bucket!/x.csv", {**KEYS, "AWS_ENDPOINT_URL_S3": DEAD}, 'Invalid bucket name "Bad_Bucket!"'),
        ("s3://Bad_Bucket!/*.csv", {**KEYS, "AWS_ENDPOINT_URL_S3": DEAD}, 'Invalid bucket name "Bad_Bucket!"'),
        ("s3://arn:aws:s3:nonsense/x.csv", {**KEYS, "AWS_ENDPOINT_URL_S3": DEAD}, "Invalid bucket name"),
        ("s3://bucket/x.csv", {"AWS_ENDPOINT_URL_S3": DEAD}, "credentials"),
        ("s3://bucket/x.csv", {**KEYS, "AWS_ENDPOINT_URL_S3": "nonsense"}, "Invalid endpoint"),
        ("s3://bucket/x.csv", {**KEYS, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:99999"}, "not a valid URI"),
        ("s3://bucket/x.csv", {**KEYS, "AWS_PROFILE": "nobody"}, "nobody"),
        ("s3://bucket/x.csv", {**KEYS, "AWS_DEFAULT_REGION": "no region!"}, "region"),
    ],
)
def test_a_store_that_cannot_even_be_asked_needs_a_person(
    aws: pytest.MonkeyPatch, url: str, settings: dict[str, str], told: str
) -> None:
    for name, value in settings.items():
        aws.setenv(name, value)
    with pytest.raises(InputError, match=told) as caught:
        read_files(FileSource.model_validate({"url": url, "format": "csv"}))
    assert caught.value.where == url
    assert "endpoint, region, credentials" in caught.value.fix
    assert "\n" not in caught.value.what
    assert len(caught.value.what) <= LONGEST + 1


def test_a_store_that_is_down_is_tried_again(aws: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL_S3": DEAD}.items():
        aws.setenv(name, value)
    with pytest.raises(SourceUnavailable):
        find("s3://bucket/x.csv", "csv")


def test_a_url_that_lacks_what_its_protocol_needs_is_told() -> None:
    class Needy(fsspec.AbstractFileSystem):  # type: ignore[misc]
        protocol = "needy"

        def __init__(self, organisation: str, **options: object) -> None:
            super().__init__(**options)

    fsspec.register_implementation("needy", Needy, clobber=True)
    with pytest.raises(InputError, match="organisation") as caught:
        find("needy://x/y.csv", "csv")
    assert caught.value.where == "needy://x/y.csv"


@pytest.mark.parametrize(
    "error", [ftplib.error_perm("550 no such file"), zipfile.BadZipFile("not a zip"), NotImplementedError("no listing")]
)
def test_what_a_library_says_by_an_error_of_its_own_needs_a_person(error: Exception) -> None:
    with pytest.raises(InputError, match=str(error)) as caught, telling("ftp://host/x.csv"):
        raise error
    assert (caught.value.where, caught.value.__cause__) == ("ftp://host/x.csv", error)
    assert caught.value.fix


def test_what_passes_by_itself_is_tried_again() -> None:
    with pytest.raises(SourceUnavailable, match="error_temp"), telling("ftp://host/x.csv"):
        raise ftplib.error_temp("421 too many connections")


@pytest.mark.parametrize(
    ("code", "raised"), [(404, InputError), (403, InputError), (503, SourceUnavailable), (429, SourceUnavailable)]
)
def test_an_answer_is_told_by_its_status_however_a_library_keeps_it(
    code: int, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("gcsfs.retry")
    module.HttpError = type("HttpError", (Exception,), {"code": code, "__module__": "gcsfs.retry"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gcsfs.retry", module)
    with pytest.raises(raised, match=f"status {code}") as caught, telling("gs://bucket/x.csv"):
        raise module.HttpError("https://signed?signature=hidden")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyError("a"), AttributeError("a"), ZeroDivisionError(), AssertionError()])
def test_a_defect_stays_one(error: Exception) -> None:
    assert not is_foreign(error)
    with pytest.raises(type(error)) as caught, telling("s3://bucket/x.csv"):
        raise error
    assert caught.value is error
