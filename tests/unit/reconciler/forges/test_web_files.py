"""Where people read a file: by branch or commit, at a line, and whatever its name is."""

import pytest

from reconciler.forges.web_files import WebFiles

GITEA = WebFiles("https://git.example", "team/models", "src/commit", "src/branch", "raw/commit")
COMMIT = "a" * 40


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ((COMMIT, "specs/a.yaml", 3), f"src/commit/{COMMIT}/specs/a.yaml#L3"),
        ((COMMIT, "specs/a.yaml"), f"src/commit/{COMMIT}/specs/a.yaml"),
        (("a" * 64, "x"), f"src/commit/{'a' * 64}/x"),
        (("setpoint/dev", "pull-requests/7.md"), "src/branch/setpoint/dev/pull-requests/7.md"),
        ((COMMIT, "a b/(c)#]?.yaml", 1), f"src/commit/{COMMIT}/a%20b/%28c%29%23%5D%3F.yaml#L1"),
    ],
)
def test_a_file_has_an_address(told: tuple[str, str, int], address: str) -> None:
    assert GITEA.page(*told) == f"https://git.example/team/models/{address}"


def test_each_forge_has_a_word_for_the_files_themselves() -> None:
    gitlab = WebFiles("https://forge.test", "group/sub/é", "-/blob", "-/blob", "-/raw")
    assert gitlab.raw == "https://forge.test/group/sub/%C3%A9/-/raw"
    assert GITEA.raw == "https://git.example/team/models/raw/commit"
