"""What fields of a spec say, as a digest, as people write it, and as figures."""

from typing import Any

from reconciler.model.kinds import KINDS
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.spec_values import digest_of, name_of_values, values_of
from tests.unit.reconciler.compose.samples import desired, sample
from tests.unit.reconciler.stage import API


def test_what_every_field_of_every_kind_says_can_be_said_again_and_comes_to_the_same() -> None:
    for address, resource in desired(sample()).resources.items():
        kind, spec = KINDS[resource.kind], resource.spec
        base: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for name in kind.model_fields:
            again = kind.model_validate({**base, **values_of(spec, (name,)).values})
            assert digest_of(again, (name,)) == digest_of(spec, (name,)), (address, name)


def test_a_default_that_is_written_out_says_the_same() -> None:
    for name in Deployment.model_fields:
        whole = values_of(Deployment(), (name,)).whole
        again = Deployment.model_validate(whole)
        assert (name in again.model_fields_set, digest_of(again, (name,))) == (True, digest_of(Deployment(), (name,)))


def test_figures_are_numbers_by_their_path_with_durations_in_seconds() -> None:
    spec = Deployment.model_validate({"replicas": {"maximum": 4}, "rollout": {"hold": "1m"}, "log_payloads": False})
    figures = values_of(spec, ("replicas", "rollout", "log_payloads")).figures
    assert (figures["replicas.maximum"], figures["rollout.hold"], "log_payloads" in figures) == (4.0, 60.0, False)


def test_equal_values_have_one_digest_and_other_fields_another() -> None:
    def said(*fields: str, **spec: Any) -> str:
        return digest_of(Deployment.model_validate(spec), fields)

    assert said("resources", resources={"memory": "2Gi"}) == said("resources", resources={"memory": 2 * 2**30})
    assert said("keep", "replicas") == said("replicas", "keep", "keep")
    assert said("keep") != said("replicas")
    assert said("keep", keep=2) != said("keep", keep=3)
    assert name_of_values(API, said("keep")) == f"{API}@{said('keep')[:12]}"
