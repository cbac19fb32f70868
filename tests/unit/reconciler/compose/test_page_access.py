"""Who may do what on the page, read from an environment's file whatever else is broken in it."""

import pytest

from reconciler.compose.page_access import read_page_access
from reconciler.model.errors import BadSpec
from reconciler.model.page_access import PageAccess
from tests.unit.reconciler.compose.samples import ENVIRONMENT, SMALL, tree

ACCESS = "access: {read: staff, act: [ml]}\n"


def test_without_a_word_nobody_may_do_anything() -> None:
    assert read_page_access(tree(SMALL), "dev") == PageAccess()


@pytest.mark.parametrize(
    "more", ["", "pool: {provider: no-such}\n", "variables: {a: '${nothing.there}'}\n", "odd: 1\n"]
)
def test_it_is_read_by_itself(more: str) -> None:
    files = SMALL | {ENVIRONMENT: ACCESS + more}
    assert read_page_access(tree(files), "dev") == PageAccess(read=("staff",), act=("ml",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("access: {red: staff}\n", "access.red"),
        ("access: [staff]\n", "access"),
        ("access: {read: [1]}\n", "access.read"),
        ("access: {", "environment.yaml"),
    ],
)
def test_what_isn_t_clear_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadSpec) as raised:
        read_page_access(tree(SMALL | {ENVIRONMENT: text}), "dev")
    assert told in str(raised.value)


def test_an_environment_that_isn_t_there_is_told() -> None:
    with pytest.raises(BadSpec, match="no such file"):
        read_page_access(tree(SMALL), "nowhere")
