"""Label Studio, the open edition, from wheels in an environment of its own.

environment    that environment, and a database in which its tables and some people are made already
prepare        makes that database; run by the environment's own Python
serve          serves it; run by the same
server         a server as the tests start it
"""

from tests.servers.label_studio.server import LabelStudioServer, Person

__all__ = ["LabelStudioServer", "Person"]
