"""Credentials are in a Secret that goes with its revision, told as KServe's storage initializer expects it."""

from reconciler.providers.serving.kserve.access import account, has_use, secret
from reconciler.providers.serving.kserve.options import Runtime
from tests.unit.reconciler.providers.serving.kserve.told import OPTIONS, RUNTIME, order

SECRETS = {"AWS_SECRET_ACCESS_KEY": "b", "AWS_ACCESS_KEY_ID": "a"}


def test_a_secret_holds_what_the_order_brings() -> None:
    made = secret(order(secrets=SECRETS), OPTIONS, "uid-1")
    assert made["stringData"] == {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    assert made["metadata"]["name"] == "employment-0123456789ab"
    assert "annotations" not in made["metadata"]


def test_it_goes_with_its_owner() -> None:
    (owner,) = secret(order(secrets=SECRETS), OPTIONS, "uid-1")["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"], owner["name"]) == ("InferenceService", "uid-1", "employment-0123456789ab")


def test_kserve_is_told_where_s3_is() -> None:
    told = secret(order(secrets=SECRETS), RUNTIME, "uid-1")["metadata"]["annotations"]
    assert told["serving.kserve.io/s3-endpoint"] == "lake:8000"
    assert told["serving.kserve.io/s3-usehttps"] == "0"
    assert account(order(), "uid-1")["secrets"] == [{"name": "employment-0123456789ab"}]


def test_without_an_endpoint_it_is_amazon_s() -> None:
    runtime = RUNTIME.model_copy(update={"runtime": Runtime(format="onnx")})
    assert secret(order(secrets=SECRETS), runtime, "uid-1")["metadata"]["annotations"] == {}


def test_a_key_of_lakefs_opens_its_s3_gateway() -> None:
    runtime = RUNTIME.model_copy(update={"runtime": Runtime(format="lightgbm")})
    key = {"FSSPEC_LAKEFS_USERNAME": "a", "FSSPEC_LAKEFS_PASSWORD": "b", "FSSPEC_LAKEFS_HOST": "https://lake.example"}
    made = secret(order(secrets=key), runtime, "uid-1")
    assert made["stringData"] == {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    assert made["metadata"]["annotations"]["serving.kserve.io/s3-endpoint"] == "lake.example"
    assert has_use(order(secrets=key), runtime)
    assert not has_use(order(secrets={"FSSPEC_LAKEFS_ACCESS_TOKEN": "t"}), runtime)
    assert not has_use(order(secrets=key), runtime.model_copy(update={"pod": {"serviceAccountName": "theirs"}}))


def test_no_secret_is_shown() -> None:
    assert "very" not in repr(order(secrets={"TOKEN": "very secret"}))
