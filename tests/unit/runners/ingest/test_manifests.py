"""What folders of files have in common: labels, what is wrong with files, shares."""

import pytest

from runners.ingest.manifests import EXAMPLES, Gathered, balance, label_of, shares


@pytest.mark.parametrize(
    ("name", "how", "label"),
    [("a/b/x.png", "folder", {"label": "b"}), ("x.png", "folder", {"label": None}), ("a/x.png", "none", {})],
)
def test_a_label_is_the_name_of_the_folder(name: str, how: str, label: dict[str, str | None]) -> None:
    assert label_of(name, how) == label


def test_files_are_named_or_numbered_and_many_are_counted() -> None:
    gathered = Gathered("image", "images", numbers={f"{n}.png": n for n in range(50)})
    gathered.unreadable = [(f"{n}.png", "why") for n in range(EXAMPLES + 2)]
    gathered.duplicates = [("48.png", "49.png")]
    told = gathered.violations()
    assert [one.where for one in told[EXAMPLES - 1 :]] == [f"{EXAMPLES - 1}.png", "images", "48.png"]
    assert told[EXAMPLES].what == "2 more files are like 0.png"
    assert told[0].what == "it can't be read as an image: why"
    hidden = gathered.violations(are_named=False)
    assert (hidden[0].where, hidden[-1].what) == ("image 0", "it has the same bytes as image 49")
    assert len(Gathered("text", "texts", refuses_copies=False, duplicates=[("a", "b")]).violations()) == 0


def test_shares_are_of_what_is_told_and_none_of_a_sensitive_label() -> None:
    counts = {"distinct": 2, "top": [{"value": "a", "count": 3}, {"value": "b", "count": 1}]}
    assert shares(counts) == {"a": 0.75, "b": 0.25}
    assert balance(counts) == {"column": "label", "balance": {"a": 0.75, "b": 0.25}}
    assert balance({"distinct": 2, "top": [], "sensitive": True}) == {"column": "label"}
