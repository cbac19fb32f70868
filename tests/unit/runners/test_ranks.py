"""Which of a job's processes this is, by the variables that every launcher sets."""

from runners.ranks import rank_of, size_of


def test_alone_a_process_is_the_first_of_one() -> None:
    assert (rank_of({}), size_of({})) == (0, 1)


def test_a_launcher_s_word_is_taken() -> None:
    environ = {"RANK": "3", "WORLD_SIZE": "4"}
    assert (rank_of(environ), size_of(environ)) == (3, 4)
