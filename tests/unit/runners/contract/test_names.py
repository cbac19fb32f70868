"""Names of files that can be kept."""

import pytest

from runners.contract.names import is_file_name


@pytest.mark.parametrize("name", [".git", ".GIT", ".git ", ".git.", "git~1", ".g\u200cit", ".\u200dgit"])
def test_what_a_file_system_takes_for_gits_own_folder(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\nb", "a\0b", "a\x7fb"])
def test_what_is_no_part_of_a_path(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["model.onnx", ".gitignore", "größe", "a b", "git~2", "..."])
def test_names_as_people_give_them(name: str) -> None:
    assert is_file_name(name)
