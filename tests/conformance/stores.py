"""The data stores that the suite of the port runs on, each with a way to write what a job would."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reconciler.conformance.stores import Data, StoreBench
from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import MemoryData, World
from reconciler.providers.memory.data import SCHEME, DataRoom
from tests.servers.lakefs.tenant import Tenant


class MemoryBench:
    """The fake."""

    def __init__(self, _folder: Path, _server: Any = None) -> None:
        self._world = World()

    def open(self, environment: str = "dev") -> Data:
        return MemoryData(self._world, environment)

    def write(self, url: str, files: Mapping[str, bytes]) -> None:
        self._world.room(DataRoom).write(RunName(url.removeprefix(SCHEME)), files)

    def read(self, url: str, path: str, *, lasting: bool = False) -> bytes:
        return self._world.room(DataRoom).read(RunName(url.removeprefix(SCHEME)))[path]

    def close(self) -> None:
        return


class GitBench:
    """The embedded store: a bare Git repository and folders."""

    def __init__(self, folder: Path, _server: Any = None) -> None:
        self._folder = folder / "data with a space"
        self._opened: list[GitData] = []

    def open(self, environment: str = "dev") -> Data:
        self._opened.append(GitData(self._folder, environment))
        return self._opened[-1]

    def write(self, url: str, files: Mapping[str, bytes]) -> None:
        for path, content in files.items():
            file = self._path(url) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def read(self, url: str, path: str, *, lasting: bool = False) -> bytes:
        return (self._path(url) / path).read_bytes()

    def _path(self, url: str) -> Path:
        assert url.startswith("file://")
        return Path(unquote(urlsplit(url).path))

    def close(self) -> None:
        for data in self._opened:
            data.close()


class LakeFSBench:
    """The real lakeFS, by the users in `docs/engines/lakefs/`. Jobs reach it as they do: by `lakefs-spec`."""

    def __init__(self, _folder: Path, server: Any) -> None:
        self._tenant = Tenant(server)

    def open(self, environment: str = "dev") -> Data:
        return self._tenant.open(environment)

    def write(self, url: str, files: Mapping[str, bytes]) -> None:
        """Write as a job whose branch may be gone meanwhile: then what it writes is lost, as in a deleted folder."""
        with suppress(FileNotFoundError, PermissionError):
            for path, content in files.items():
                self._files().pipe_file(f"{url}/{path}", content)

    def read(self, url: str, path: str, *, lasting: bool = False) -> bytes:
        content = self._files(lasting).cat_file(f"{url}/{path}")
        assert isinstance(content, bytes)
        return content

    def _files(self, lasting: bool = False) -> Any:
        from lakefs_spec import LakeFSFileSystem

        told = self._tenant.open().access(RunName("datasets/any/0"), lasting=lasting)
        named = {name.removeprefix("FSSPEC_LAKEFS_").lower(): value for name, value in told.items()}
        return LakeFSFileSystem(**named | {"create_branch_ok": False, "skip_instance_cache": True})

    def close(self) -> None:
        return


BENCHES: dict[str, Callable[[Path, Any], StoreBench]] = {
    "memory": MemoryBench,
    "git": GitBench,
    "lakefs": LakeFSBench,
}
SERVERS = {"lakefs": "lakefs"}
"""Which stores need a real server, and the fixture that gives it."""
