"""The lines of values."""

from reconciler.yaml.positions import Marks, Spot

TEXT = b"""\
# a comment
source:
  sql: {url: x, query: y}
gates:
  - metric: a
  - {metric: b}
base: &base
  deep: 1
own:
  <<: *base
several:
  <<: [*base]
"""


def test_the_value_or_the_key_of_a_path() -> None:
    marks = Marks(TEXT)
    assert marks.find(("source", "sql", "query")) == (3, Spot(3, 24))
    assert marks.find(("source", "sql", "query"), on_key=True) == (3, Spot(3, 17))
    assert marks.find(("gates", 1, "metric")) == (3, Spot(6, 14))


def test_as_far_as_the_file_goes() -> None:
    marks = Marks(TEXT)
    assert marks.find(("source", "nothing")) == (1, Spot(3, 3))
    assert marks.find(("source", "nothing"), on_key=True) == (1, Spot(3, 3))
    assert marks.find(("nothing",)) == (0, Spot(2, 1))
    assert marks.find(("gates", 7)) == (1, Spot(5, 3))
    assert marks.find(("gates", "x")) == (1, Spot(5, 3))
    assert marks.find(("source", "sql", "url", "x")) == (3, Spot(3, 14))
    assert Marks(b"# empty").find(("a",)) == (0, Spot(1, 1))


def test_merged_mappings_are_followed() -> None:
    marks = Marks(TEXT)
    assert marks.find(("own", "deep")) == (2, Spot(8, 9))
    assert marks.find(("several", "deep")) == (2, Spot(8, 9))
    assert marks.find(("own", "other")) == (1, Spot(10, 3))
