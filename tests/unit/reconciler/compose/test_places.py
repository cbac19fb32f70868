"""Where fields stand: in the base, in the patch of an environment, or in the library that both build on."""

from pathlib import Path

from reconciler.compose import Cache
from reconciler.compose.places import places
from reconciler.model.ids import Address
from reconciler.watched.folder import FolderTree

SHARED = Address("pools/shared")
FILES = {
    "environments/dev/environment.yaml": "description: a test\n",
    "environments/dev/pools/shared.yaml": "# more here\ncapacity: {cpus: 4}\n",
    "specs/pools/shared.yaml": "description: all teams\ncapacity:\n  cpus: 1\n  memory: 1Gi\n",
    "specs/pools/broken.yaml": "capacity: 1\n",
}


def test_each_field_is_found_where_it_was_said_last(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    asked = {
        SHARED: [("capacity", "cpus"), ("capacity", "memory"), ("description",)],
        Address("pools/broken"): [("capacity",)],
        Address("pools/none"): [("capacity",)],
    }
    found = places(FolderTree(tmp_path), "dev", Cache(), asked)
    assert found == {
        (SHARED, ("capacity", "cpus")): ("environments/dev/pools/shared.yaml", 2),
        (SHARED, ("capacity", "memory")): ("specs/pools/shared.yaml", 4),
        (SHARED, ("description",)): ("specs/pools/shared.yaml", 1),
    }
