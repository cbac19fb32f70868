"""What pages of the status branch have in common."""

from reconciler.model.ids import Address
from reconciler.status.shown import Files, bounded, index_path, model, of_kind, page_path, summary

LOANS = Address("datasets/loans")


def test_a_page_lies_in_its_kinds_folder_beside_the_list() -> None:
    assert (page_path(LOANS), index_path("datasets")) == ("datasets/loans.md", "datasets/README.md")


def test_states_are_counted_in_one_order() -> None:
    assert summary(["stalled", "ready", "ready"]) == "🟢 2 ready, 🔴 1 stalled"
    assert summary([]) == ""


def test_a_long_list_says_how_much_it_leaves_out_and_where_that_is() -> None:
    lines = ["- a", "- b", "- c"]
    assert bounded(lines, 3) == lines
    assert bounded(lines, 2) == ["- a", "- b", "- and 1 more"]
    assert bounded(lines, 1, "datasets") == ["- a", "- and 2 more: [datasets](datasets/README.md)"]


def test_a_kind_is_listed_by_name() -> None:
    told = {Address("datasets/b"): {}, Address("labels/a"): {}, Address("datasets/a"): {}}
    assert [address for address, _ in of_kind(told, "datasets")] == ["datasets/a", "datasets/b"]


def test_a_model_that_nothing_is_there_of_is_named() -> None:
    assert model("experiments/x/1", "", Files()) == "`experiments/x/1`"
    assert model("odd `text", "../", Files()) == "`` odd `text ``"
    card = "reports/experiments/x/1/model-card.md"
    assert model("experiments/x/1", "../", Files([card])) == f"[`experiments/x/1`](../{card})"


def test_the_card_of_a_model_that_is_served_lies_with_its_deployment() -> None:
    own, served = "reports/experiments/x/1/model-card.md", "reports/deployments/api/1/model-card.md"
    assert Files([served, own]).card("experiments/x/1") == own
    assert Files([served]).card("experiments/x/1") == served
    assert Files([served, "experiments/x.md"]).card("experiments/x/2") == ""
