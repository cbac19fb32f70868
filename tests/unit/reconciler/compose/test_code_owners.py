"""CODEOWNERS is read from the commit that is in force, where its forge looks for it, if somebody asks for owners."""

import pytest

from reconciler.model.code_owners import LARGEST, PLACES, OwnersFile, OwnersSyntax
from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Severity
from reconciler.signatures.pinned import LARGEST as LARGEST_SIGNERS
from tests.unit.reconciler.compose.samples import ENVIRONMENT, SMALL, Files, desired

PROMOTION = "experiment: experiments/loans\ndeployment: deployments/loans\napprovals: {by: [codeowners]}\n"
ASKING: Files = SMALL | {
    "specs/promotions/loans.yaml": PROMOTION,
    "specs/deployments/loans.yaml": "{}\n",
}
GITEA = {ENVIRONMENT: "forge: {provider: gitea, token: '${secret:T}'}\n"}


def told(files: Files, odd: dict[str, str] | None = None) -> OwnersFile:
    found = desired(files, odd=odd)
    assert not found.broken
    return found.code_owners


def test_nobody_reads_it_where_nobody_asks_for_owners() -> None:
    files = ASKING | {"specs/promotions/loans.yaml": PROMOTION.replace("codeowners", "ada"), "CODEOWNERS": "a[ @b\n"}
    assert told(files) == OwnersFile()
    assert desired(files).all_problems() == ()


def test_the_first_place_of_the_forge_that_has_one_is_the_one() -> None:
    places = {
        path: f"* @{number}\n" for number, path in enumerate(sorted({p for all_ in PLACES.values() for p in all_}))
    }
    assert told(ASKING | places).path == ".github/CODEOWNERS"
    found = told(ASKING | places | GITEA)
    assert (found.syntax, found.path, found.text) == (OwnersSyntax.GITEA, "CODEOWNERS", places["CODEOWNERS"])
    assert told(ASKING | GITEA | {".gitea/CODEOWNERS": ".* @ada\n"}).path == ".gitea/CODEOWNERS"
    assert told(ASKING | GITEA | {".github/CODEOWNERS": "* @ada\n"}).path == "", "that is no place of Gitea's"


def test_what_is_wrong_with_it_is_a_warning_at_its_line_and_breaks_nothing() -> None:
    (problem,) = desired(ASKING | {"CODEOWNERS": "* @ada\na[b] @ada\n"}).all_problems()
    assert (problem.file, problem.line, problem.severity) == ("CODEOWNERS", 2, Severity.WARNING)
    assert "approvals by `codeowners` wait" in problem.hint


@pytest.mark.parametrize(
    ("content", "why"), [(b"\xff\xfe", "is no UTF-8 text"), (b"#" * (LARGEST + 1), "is larger than 256 KiB")]
)
def test_a_file_that_can_t_be_read_is_told_and_not_passed_over_for_the_next(content: bytes, why: str) -> None:
    files = ASKING | {".github/CODEOWNERS": content, "CODEOWNERS": "* @ada\n"}
    found = told(files)
    assert (found.path, found.text, found.flaw) == (".github/CODEOWNERS", "", why)
    assert why in str(desired(files).all_problems()[0])


def test_a_link_is_no_file() -> None:
    assert "symbolic link" in told(ASKING | {}, {"CODEOWNERS": "symbolic link"}).flaw


def test_approvers_are_the_signers_beside_the_environment_whatever_they_have_to_sign() -> None:
    files = SMALL | {"environments/dev/allowed_signers": "ada@example.org ssh-ed25519 AAAA\n"}
    assert desired(files).approvers == Signers(b"ada@example.org ssh-ed25519 AAAA\n")
    assert desired(SMALL).approvers == Signers()
    large = SMALL | {"environments/dev/allowed_signers": b"#" * (LARGEST_SIGNERS + 1)}
    assert desired(large).approvers == Signers(), "nobody approves by what can't be read"


def test_teams_are_stated_in_the_environment() -> None:
    files = SMALL | {ENVIRONMENT: "teams: {ml-platform: [ada@example.org, grace@example.org]}\n"}
    assert desired(files).environment.teams == {"ml-platform": ("ada@example.org", "grace@example.org")}
