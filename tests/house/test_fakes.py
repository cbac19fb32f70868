"""Fakes with a life of their own, not mocks: a mock repeats what the code does, a fake knows what the world does."""

from tests.house.yardstick import Source, imports, sources, told

MOCKS = {"mock", "pytest_mock", "unittest.mock"}


def mocks(source: Source) -> list[str]:
    """Return the imports of mocks, and of what hides one."""
    return [f"{source.path}:{line}: {name}" for name, line in imports(source).items() if name in MOCKS]


def test_nothing_is_mocked() -> None:
    found = [place for source in sources("tests", "reconciler", "runners") for place in mocks(source)]
    assert not found, told(found, "Use the fake that ships with the port (reconciler/providers/memory), or write one.")
