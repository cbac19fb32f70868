"""The key of an endpoint's tokens: a Secret of the endpoint, which its revisions mount where they ask for one."""

from reconciler.model.kinds.access import Access
from reconciler.providers.serving.kserve.endpoint_key import (
    PATH,
    annotations,
    is_asked,
    mounts,
    secret,
    secret_name,
    volumes,
)
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, order

ASKING = order(access=Access(internal="token"))


def test_only_who_asks_has_one() -> None:
    for open_one in (order(), order(access=Access(open=True))):
        assert (is_asked(open_one), annotations(open_one), volumes(open_one), mounts(open_one)) == (False, {}, [], [])
    assert is_asked(ASKING)


def test_the_pods_mount_what_is_written() -> None:
    made = secret(DEPLOYMENT, "ab" * 32)
    (volume,), (mount,) = volumes(ASKING), mounts(ASKING)
    assert volume["secret"]["secretName"] == made["metadata"]["name"] == secret_name(DEPLOYMENT)
    assert volume["name"] == mount["name"]
    (file,) = made["stringData"]
    assert f"{mount['mountPath']}/{file}" == PATH
    assert made["metadata"]["labels"]["setpoint.io/deployment"] == "employment"
