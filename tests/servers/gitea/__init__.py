"""Gitea: a forge with people, repositories, pull requests, protected branches and webhooks."""

from tests.servers.gitea.listener import Call, Listener
from tests.servers.gitea.server import Gitea, Person, Protection

__all__ = ["Call", "Gitea", "Listener", "Person", "Protection"]
