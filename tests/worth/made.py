"""Streams that river's generators make: it is known when they change, and how."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pandas as pd
from river.datasets import synth

from tests.worth.stream import Stream

CHUNKS, CHUNK = 40, 500
ROWS = CHUNKS * CHUNK
FIRST, SECOND = 14 * CHUNK + 200, 27 * CHUNK + 350
"""Rows of changes: in the middle of chunks."""
WIDTH = 5 * CHUNK
TUNED = 100
"""Streams made with seeds from here on are for tuning."""


def made() -> Iterator[Callable[[], Stream]]:
    """Yield what makes each; those for tuning are other draws of some."""
    for seed in (1, TUNED):
        yield from (lambda make=make, seed=seed: make(seed) for make in (sea, agrawal, stagger, hyperplane, quiet))
    yield from (lambda make=make: make(1) for make in (led, sine, mixed, clusters, slow_sea, slow_agrawal))


def sea(seed: int) -> Stream:
    """Three variants one after the other; one label of ten is wrong."""
    parts = [synth.SEA(variant=one, noise=0.1, seed=seed + one) for one in (0, 2, 1)]
    return _abrupt("SEA", parts, seed, "river: SEA, two abrupt changes")


def agrawal(seed: int) -> Stream:
    """Three functions one after the other."""
    parts = [synth.Agrawal(classification_function=one, seed=seed + one, perturbation=0.05) for one in (0, 2, 4)]
    return _abrupt("Agrawal", parts, seed, "river: Agrawal, two abrupt changes")


def stagger(seed: int) -> Stream:
    """A concept that comes back."""
    parts = [synth.STAGGER(classification_function=one, seed=seed + place) for place, one in enumerate((0, 1, 0))]
    return _abrupt("STAGGER", parts, seed, "river: STAGGER, a change and back")


def led(seed: int) -> Stream:
    """Columns that change their places."""
    parts = [
        synth.LEDDrift(seed=seed + n, noise_percentage=0.1, irrelevant_features=True, n_drift_features=n)
        for n in (0, 3, 7)
    ]
    return _abrupt("LED", parts, seed, "river: LED, two abrupt changes")


def sine(seed: int) -> Stream:
    """A boundary that is turned around, and back."""
    parts = [
        synth.Sine(classification_function=one, seed=seed + place, has_noise=True)
        for place, one in enumerate((0, 2, 0))
    ]
    return _abrupt("Sine", parts, seed, "river: Sine, two abrupt changes")


def mixed(seed: int) -> Stream:
    """Classes that change places, once."""
    parts = [synth.Mixed(classification_function=one, seed=seed + one) for one in (0, 1)]
    return _abrupt("Mixed", parts, seed, "river: Mixed, one abrupt change")


def quiet(seed: int) -> Stream:
    """Nothing changes."""
    return _stream("quiet", synth.SEA(variant=1, noise=0.2, seed=seed), seed, "river: SEA, no change")


def hyperplane(seed: int) -> Stream:
    """A plane that turns with each row."""
    rows = synth.Hyperplane(seed=seed, n_features=8, n_drift_features=4, mag_change=0.0005, noise_percentage=0.05)
    return _stream("Hyperplane", rows, seed, "river: Hyperplane, turning all the time")


def clusters(seed: int) -> Stream:
    """Half of the clusters move with each row."""
    rows = synth.RandomRBFDrift(
        seed_model=seed, seed_sample=seed + 1, n_centroids=20, n_drift_centroids=10, change_speed=0.0002
    )
    return _stream("clusters", rows, seed, "river: RandomRBF, moving all the time")


def slow_sea(seed: int) -> Stream:
    """One variant passes into another over five chunks."""
    return _gradual("slow SEA", [synth.SEA(variant=one, noise=0.1, seed=seed + one) for one in (0, 2)], seed)


def slow_agrawal(seed: int) -> Stream:
    """One function passes into another over five chunks."""
    parts = [synth.Agrawal(classification_function=one, seed=seed + one) for one in (0, 2)]
    return _gradual("slow Agrawal", parts, seed)


def _abrupt(name: str, parts: list[Any], seed: int, source: str) -> Stream:
    changes = (FIRST, SECOND)[: len(parts) - 1]
    ends = (*changes, ROWS)
    rows = [
        row for part, start, end in zip(parts, (0, *changes), ends, strict=True) for row in islice(part, end - start)
    ]
    return _stream(name, rows, seed, source, changes)


def _gradual(name: str, parts: list[Any], seed: int) -> Stream:
    """Return a stream whose change begins where half of the width is before its middle."""
    middle = FIRST + WIDTH // 2
    rows = synth.ConceptDriftStream(parts[0], parts[1], position=middle, width=WIDTH, seed=seed)
    return _stream(name, rows, seed, f"river: {name.rsplit(maxsplit=1)[-1]}, a change over five chunks", (FIRST,))


def _stream(name: str, rows: Any, seed: int, source: str, changes: tuple[int, ...] = ()) -> Stream:
    pairs = list(islice(rows, ROWS))
    features = pd.DataFrame([row for row, _ in pairs]).astype(float).rename(columns=str)
    target = pd.factorize(pd.Series([int(known) for _, known in pairs]), sort=True)[0]
    is_for_tuning = seed >= TUNED
    full = f"{name} (tuning)" if is_for_tuning else name
    classes = int(target.max()) + 1
    return Stream(full, features, target, classes, CHUNK, source, changes, is_for_tuning=is_for_tuning)
