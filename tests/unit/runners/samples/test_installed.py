"""Finding files of installed packages."""

import sys

import pytest

from runners.samples.installed import shipped


def test_a_shipped_file_is_found_without_importing_the_package() -> None:
    before = "nannyml" in sys.modules
    assert shipped("nannyml", "datasets/data/employment_MA_reference.pq", extra="monitor").is_file()
    assert ("nannyml" in sys.modules) == before


def test_a_missing_package_is_told_with_its_extra() -> None:
    with pytest.raises(FileNotFoundError, match=r'pip install "setpoint\[monitor\]"'):
        shipped("no_such_package", "x", extra="monitor")


def test_a_missing_file_is_told() -> None:
    with pytest.raises(FileNotFoundError, match="doesn't ship no/such"):
        shipped("pydantic", "no/such", extra="local")
