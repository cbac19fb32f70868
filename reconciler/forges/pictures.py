"""Pictures on a proposal's page: files of the status branch, as one commit of it has them, so that they stay.

Each forge shows a file of a commit at an address of its own, as people reach it: below `raw/commit/<id>` on Gitea,
`raw/<id>` on GitHub, `-/raw/<id>` on GitLab.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from reconciler.git.repository import Repository
from reconciler.model.markdown import escaped

LONGEST = 1000
"""Characters of an address."""


def section(pictures: Mapping[str, str], repository: Repository, branch: str, raw: str) -> str:
    """Write the pictures that are there, each with what it shows; nothing where no address is told.

    Args:
        pictures: what each shows, by its path on the branch.
        repository: the repository.
        branch: the branch.
        raw: below which address the forge shows files, by the id of a commit and their path.
    """
    commit = repository.ref(f"refs/heads/{branch}") if pictures and _is_address(raw) else None
    if commit is None:
        return ""
    there = {path: what for path, what in pictures.items() if repository.objects.find(f"{commit}:{path}")}
    lines = [f"![{escaped(what)}]({raw}/{commit}/{quote(path)})" for path, what in there.items()]
    return "\n\n## Pictures\n\n" + "\n\n".join(lines) + "\n" if lines else ""


def in_words(pictures: Mapping[str, str], branch: str) -> str:
    """Say where the pictures are, for those who read a commit's message."""
    lines = [f"- {what}: {path}" for path, what in pictures.items()]
    return f"\n\nPictures, on the branch {branch}:\n\n" + "\n".join(lines) if lines else ""


def _is_address(text: str) -> bool:
    """Tell whether a text is an address of a page that ends no Markdown link too soon."""
    if (
        len(text) > LONGEST
        or not text.isascii()
        or not text.isprintable()
        or any(sign in text for sign in "()<>[] \"'")
    ):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
