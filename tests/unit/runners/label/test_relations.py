"""Relations: what several annotators' become."""

from runners.label.regions import Region
from runners.label.relations import merge_relations

WORKS, LIVES = Region("works for", (0, 2, 11, 15)), Region("lives in", (0, 2, 11, 15))


def test_relations_that_most_told_are_kept() -> None:
    assert merge_relations([[WORKS, LIVES], [WORKS], [WORKS]]) == ([WORKS], 2 / 3)
    assert merge_relations([[WORKS], []]) == (None, 0.5)
    assert merge_relations([[], []]) == ([], 1.0)


def test_one_annotator_has_one_vote() -> None:
    assert merge_relations([[WORKS, WORKS], [], []]) == ([], 2 / 3)


def test_the_way_that_a_relation_leads_counts() -> None:
    back = Region("works for", (11, 15, 0, 2))
    assert merge_relations([[WORKS], [WORKS], [back]]) == ([WORKS], 2 / 3)
