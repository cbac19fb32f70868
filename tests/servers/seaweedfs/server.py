"""An S3 store: one process, its objects in one folder."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.session import Session

from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, answers

WEED = Path(sys.executable).with_name("weed")
REGION = "us-east-1"


class SeaweedFS(Processes):
    """An S3 store at `url`, for whoever has its key and secret."""

    def __init__(self, folder: Path) -> None:
        """Keep all state in a folder."""
        self.key, self.secret = "AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30)
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        command, health = self._command(folder, port), f"{self.url}/healthz"
        # It takes its time to say goodbye to itself.
        super().__init__(Process("seaweedfs", command, folder / "weed.log", lambda: answers(health), grace=2))

    def client(self) -> Any:
        """Return an S3 client; close it."""
        style = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return Session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=style,
        )

    def create_bucket(self, name: str) -> str:
        """Make a bucket; return its name."""
        client = self.client()
        client.create_bucket(Bucket=name)
        client.close()
        return name

    def _command(self, folder: Path, port: int) -> list[str | Path]:
        objects = folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        flags = {
            "dir": objects,
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 256,
            "volume.max": 0,
            "volume.preStopSeconds": 0,
            "s3": "true",
            "s3.port": port,
            "s3.config": self._identities(folder),
        }
        for part in ("master", "volume", "filer"):
            flags |= {f"{part}.port": free_port(), f"{part}.port.grpc": free_port()}
        for part in ("s3.port.grpc", "s3.port.iceberg", "s3.port.lance"):
            flags[part] = free_port()
        return [WEED, "-logtostderr=true", "server", *(f"-{name}={value}" for name, value in flags.items())]

    def _identities(self, folder: Path) -> Path:
        credentials = [{"accessKey": self.key, "secretKey": self.secret}]
        identity = {
            "name": "tests",
            "credentials": credentials,
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        path = folder / "identities.json"
        path.touch(0o600)
        path.write_text(json.dumps({"identities": [identity]}), "utf-8")
        return path
