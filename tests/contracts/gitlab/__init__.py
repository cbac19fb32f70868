"""A small GitLab with a life of its own, in this process: a real repository of Git, and the calls that are used here.

GitLab publishes no description that a package registry has, so this contract is written by hand, from its pages on the
REST API and its code; `tests/contracts/test_gitlab.py` holds it against a client that others wrote. A parameter that
isn't GitLab's fails the test.
"""

from tests.contracts.gitlab.repository import Repository, Request
from tests.contracts.gitlab.server import GitLabServer
from tests.contracts.serving import Fault, serving

__all__ = ["Fault", "GitLabServer", "Repository", "Request", "serving"]
