"""lakeFS, with the access-control server of its own module beside it, so that there are users with policies."""

from tests.servers.lakefs.server import Credentials, LakeFS, Statement

__all__ = ["Credentials", "LakeFS", "Statement"]
