"""A small GitHub with a life of its own, in this process: a real repository of Git, and the calls that are used here.

Every request and every answer is held against GitHub's own description of its API (`cloud.json`, `server.json`, made by
`tests/contracts/prune.py`); what the description can't say, how merges and limits behave, stands in `repository.py` and
`server.py`. What its webhooks hold is in `webhooks.json`, made of GitHub's description of those.
"""

from tests.contracts.github.queue import MergeQueue
from tests.contracts.github.repository import Pull, Repository
from tests.contracts.github.server import GitHubServer
from tests.contracts.serving import serving

__all__ = ["GitHubServer", "MergeQueue", "Pull", "Repository", "serving"]
