"""Where most answers differ: what is surely so, and nothing that chance makes of many slices."""

import numpy as np

from runners.replay.slices import SHOWN, worst


def test_the_slice_where_most_answers_differ_comes_first() -> None:
    generator = np.random.default_rng(0)
    town = [("north", "south", None)[n] for n in generator.integers(0, 3, 2000)]
    differs = generator.random(2000) < np.where([one == "south" for one in town], 0.4, 0.05)
    columns = {"town": town, "age": generator.normal(size=2000).tolist()}
    (first,) = worst(columns, differs, 0.95)
    assert first["what"] == "town = south"
    assert 0.35 < first["differing"]["value"] < 0.45


def test_numbers_are_cut_to_quarters() -> None:
    age = np.arange(1000.0)
    found = worst({"age": age.tolist()}, age >= 900, 0.95)
    assert [one["what"] for one in found] == ["age = >749 to 999"]


def test_columns_that_are_hidden_and_slices_that_are_small_are_not_told() -> None:
    differs = np.array([True] * 29 + [False] * 500)
    town = ["odd"] * 29 + ["usual"] * 500
    assert worst({"town": town}, differs, 0.95) == []
    assert worst({"town": ["odd"] * 30 + town}, np.append([True] * 30, differs), 0.95) != []
    assert worst({"town": ["odd"] * 30 + town}, np.append([True] * 30, differs), 0.95, ["town"]) == []
    assert worst({}, differs, 0.95) == []


def test_what_chance_makes_of_many_slices_is_seldom_told() -> None:
    told = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        columns = {f"c{n}": generator.choice(["a", "b", "c", "d"], 800).tolist() for n in range(10)}
        told += bool(worst(columns, generator.random(800) < 0.2, 0.95))
    assert told <= 8, told


def test_no_more_are_told_than_can_be_read() -> None:
    town = np.repeat([f"t{n}" for n in range(20)], 100)
    differs = np.repeat([True, False], 1000)
    assert len(worst({"town": town.tolist()}, differs, 0.95)) == SHOWN


def test_columns_of_mixed_values_are_cut_as_texts() -> None:
    mixed = [1, "x", True, None] * 50
    found = worst({"mixed": mixed}, np.array([False, True, False, False] * 50), 0.95)
    assert [one["what"] for one in found] == ["mixed = x"]
