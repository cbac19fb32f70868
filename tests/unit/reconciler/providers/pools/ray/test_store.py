"""The folder of a pool: what one writes, the next one reads."""

from pathlib import Path

from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.providers.pools.ray.records import Record
from reconciler.providers.pools.ray.store import Configured, Store
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, SHARED, order

SPEC = Pool(capacity=Capacity(cpus=16), teams={"risk": Share(weight=2, limit=Capacity(cpus=4))})


def test_what_is_written_is_there_for_the_next(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "b")
    with store.locked():
        store.orders.put(RUN, Record(order(code=3), 5.0))
        store.pools.put(SHARED, Configured(SHARED, SPEC))
        store.leaving.put("x", RUN)
    again = Store(store.folder)
    again.refresh()
    assert list(again.orders.values()) == [Record(order(code=3), 5.0)]
    assert list(again.pools.values()) == [Configured(SHARED, SPEC)]
    assert list(again.leaving.values()) == [RUN]


def test_only_what_a_limit_names_is_limited_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.pools.put(SHARED, Configured(SHARED, SPEC, leaving=True))
    again = Store(tmp_path)
    known = again.pools.look(SHARED)
    assert known
    assert known.leaving
    limit = known.spec.teams["risk"].limit
    assert limit
    assert limit.model_fields_set == {"cpus"}


def test_the_version_tells_of_every_change(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.refresh()
    seen = {store.version}
    store.orders.put(RUN, Record(order(), 5.0))
    seen.add(store.version)
    store.pools.put(SHARED, Configured(Address("pools/other"), SPEC))
    seen.add(store.version)
    store.leaving.put(RUN, RUN)
    seen.add(store.version)
    assert len(seen) == 4
