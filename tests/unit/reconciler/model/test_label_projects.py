"""The names of tasks: which example, and the how manieth person."""

from reconciler.model.label_projects import Asked, LabelProject, slot_name, slots_by_item

ITEM = "0123456789ab"


def test_slots_are_found_by_their_item_in_order_and_other_names_are_none() -> None:
    names = [slot_name(ITEM, 10), slot_name(ITEM, 2), slot_name("f" * 12, 1), "by hand", f"{ITEM}-0", f"{ITEM}-1 "]
    assert slots_by_item(names) == {ITEM: [2, 10], "f" * 12: [1]}


def test_answers_are_counted_over_all_tasks() -> None:
    assert LabelProject("1", "", "", tasks={"a": Asked(2), "b": Asked(0), "c": Asked(1)}).answers == 3
