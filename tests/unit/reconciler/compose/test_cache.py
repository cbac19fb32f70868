"""What is kept, and for how long."""

from reconciler.compose import Cache, compose
from reconciler.model.ids import Address
from tests.unit.reconciler.compose.samples import EXPERIMENT, SMALL, tree

LOANS = Address("experiments/loans")


def test_results_are_found_again_when_a_commit_comes_back() -> None:
    cache = Cache()
    first = compose(tree(SMALL), "dev", cache)
    other = compose(tree({**SMALL, "specs/experiments/loans.yaml": EXPERIMENT + "seed: 1\n"}), "dev", cache)
    again = compose(tree(SMALL), "dev", cache)
    assert other.resources[LOANS] is not first.resources[LOANS]
    assert again.resources[LOANS] is first.resources[LOANS]


def test_environments_dont_mix() -> None:
    files = {
        **SMALL,
        "environments/prod/environment.yaml": "",
        "environments/prod/experiments/loans.yaml": "seed: 3\n",
    }
    cache = Cache()
    for _ in range(2):
        dev, prod = (compose(tree(files), name, cache).resources[LOANS].spec for name in ("dev", "prod"))
        assert (dev.seed, prod.seed) == (0, 3)  # type: ignore[attr-defined]


def test_it_stays_small_however_much_is_changed() -> None:
    cache = Cache()
    for number in range(1500):
        compose(tree({**SMALL, "specs/experiments/loans.yaml": EXPERIMENT + f"seed: {number}\n"}), "dev", cache)
    assert len(cache.of("dev").composed) <= 2 * 3 + 256
    assert len(cache.documents) <= 1024


def test_variants_by_parts_are_few() -> None:
    cache = Cache()
    for number in range(20):
        files = {
            **SMALL,
            "specs/experiments/loans.yaml": "defaults: [p, _self_]\n" + EXPERIMENT,
            "specs/parts/p.yaml": f"seed: {number}\n",
        }
        assert compose(tree(files), "dev", cache).resources[LOANS].spec.seed == number  # type: ignore[attr-defined]
    assert len(cache.of("dev").composed) <= 2 * 3 + 256
