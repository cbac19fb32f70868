"""Links in texts of others: to what there is, and nothing else is made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.ids import Address
from reconciler.web.pages.links import LONGEST, holder, is_run, linked
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, LEFT, TRIAL, Stage, document, made, tree_of

ONE = made(
    {**DOCUMENTS, "datasets/new": document(moved_from=["old"])},
    tree=tree_of({**LEFT, "pools/shared.md": b"x", "reports/a/b/c.json": {}}),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("waits for datasets/loans.", 'waits for <a href="/dev/datasets/loans">datasets/loans</a>.'),
        (f"{TRIAL}: it ended", f'<a href="/dev/{TRIAL}">{TRIAL}</a>: it ended'),
        ("see pools/shared.md", 'see <a href="/dev/pages/pools/shared.md">pools/shared.md</a>'),
        ("datasets/nothing and a/b", "datasets/nothing and a/b"),
        ("x/datasets/loans", "x/datasets/loans"),
        ("<b>datasets/loans", '&lt;b&gt;<a href="/dev/datasets/loans">datasets/loans</a>'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://a.example/x?y=1&z=2.", '<a href="https://a.example/x?y=1&amp;z=2" rel="noreferrer noopener nofollow">https://a.example/x?y=1&amp;z=2</a>.'),
        ("sha256:" + "a" * 64, "sha256:" + "a" * 64),
        ("a" * 40, "a" * 40),
    ],
)  # fmt: skip
def test_what_there_is_becomes_a_link(text: str, found: str) -> None:
    assert linked(text, ONE) == found


def test_commits_of_the_watched_branch_are_linked_where_its_specs_are_known(stage: Stage) -> None:
    one = stage.following.environments["dev"].look()
    assert linked(stage.commit, one) == f'<a href="/dev/commits/{stage.commit}">{stage.commit}</a>'
    assert linked(stage.commit[:12], one) == stage.commit[:12]


def test_a_run_belongs_to_a_resource_under_its_former_name_too() -> None:
    assert is_run(ONE, "datasets/old/aaaaaaaaaaaa")
    assert holder(ONE, Address("datasets/old")) == "datasets/new"
    assert not is_run(ONE, "datasets/other/aaaaaaaaaaaa")


@given(st.text(alphabet="<>&\"'/:.ahtps\u202e \n", max_size=80))
def test_whatever_is_written_makes_nothing_but_links(text: str) -> None:
    page = str(linked(text, ONE))
    assert page.count("<") == page.count("<a href=") + page.count("</a>")
    assert "\u202e" not in page


def test_a_long_text_is_whole_and_only_its_beginning_is_looked_through() -> None:
    page = linked("x" * LONGEST + " datasets/loans", ONE)
    assert page.endswith(" datasets/loans")
