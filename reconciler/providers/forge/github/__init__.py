"""GitHub, at github.com and as Enterprise Server: pull requests by its REST API, by a token or as an App.

Law of the room: what is asked and read is in GitHub's own description of that API, to which `tests/contracts/github`
holds every request.
"""

from reconciler.providers.forge.github.provider import github

__all__ = ["github"]
