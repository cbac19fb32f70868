"""The names of files that both sides know."""

from runners.contract.files import ANSWERS, answers_piece
from runners.contract.names import is_file_name


def test_pieces_of_answers_sort_as_they_are_put_together() -> None:
    names = [answers_piece(number) for number in (0, 1, 10, 99_999)]
    assert names == sorted(names)
    assert all(is_file_name(name) and name.startswith(ANSWERS) and name != ANSWERS for name in names)
