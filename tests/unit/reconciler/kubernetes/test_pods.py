"""Only fields that nobody else needs may be set by hand."""

from reconciler.kubernetes.pods import FIELDS, not_settable


def test_fields_that_are_a_provider_s_own_are_told() -> None:
    assert not_settable({"volumes": [], "tolerations": []}) == ""
    told = not_settable({"containers": [], "restartPolicy": "Always", "volumes": []})
    assert told == f"pod can't set containers, restartPolicy, only {', '.join(FIELDS)}"
