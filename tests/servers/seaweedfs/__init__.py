"""SeaweedFS: an S3 store, from a wheel; nothing is built."""

from tests.servers.seaweedfs.server import SeaweedFS

__all__ = ["SeaweedFS"]
