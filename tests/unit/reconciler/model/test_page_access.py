"""Groups to rights."""

import pytest
from pydantic import ValidationError

from reconciler.model.page_access import PageAccess, Right

ACCESS = PageAccess(read=("*",), data=("ml",), act=("ml", "user:Ada@example.org"), approve=("leads",))


@pytest.mark.parametrize(
    ("groups", "mail", "rights"),
    [
        ((), "", {Right.READ}),
        (("ml",), "", {Right.READ, Right.DATA, Right.ACT}),
        (("leads",), "", {Right.READ, Right.APPROVE}),
        ((), "ada@Example.org", {Right.READ, Right.ACT}),
        (("user:ada@example.org", "ada@example.org"), "", {Right.READ}),
        (("ML", "mls"), "eve@example.org", {Right.READ}),
    ],
)
def test_rights_are_of_groups_and_of_people(groups: tuple[str, ...], mail: str, rights: set[Right]) -> None:
    assert ACCESS.rights(groups, mail) == rights


def test_whoever_may_more_may_read() -> None:
    assert PageAccess(act=("ml",)).rights(["ml"]) == {Right.READ, Right.ACT}
    assert PageAccess(act=("ml",)).rights(["others"], "a@b.c") == frozenset()
    assert PageAccess().rights(["ml", "*"]) == frozenset()


def test_a_single_name_needs_no_list() -> None:
    assert PageAccess.model_validate({"read": "staff"}).who(Right.READ) == ("staff",)


@pytest.mark.parametrize("odd", [{"write": ["x"]}, {"read": [""]}, {"read": [" x"]}, {"read": [1]}, {"read": {"a": 1}}])
def test_what_isn_t_clear_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PageAccess.model_validate(odd)
