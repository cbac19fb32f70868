"""Where one control plane lives: its folder, its address, and who its parts are to one another."""

import json
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.kubernetes.certificates import Authority
from tests.servers.ports import LOOPBACK, free_port

AUTHORITY = "kueue-ca"
SERVICES = ("kubernetes.default.svc", "kueue-webhook-service.kueue-system.svc")
USERS = {
    "admin": "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
    "kwok": "system:masters",
    "kubelet": "system:masters",
    "kueue": "system:masters",
    "kserve": "system:masters",
}
"""Each user that has a token from the start, and the group that gives them their rights."""


class Place:
    """The files that the parts of a control plane share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"https://{LOOPBACK}:{free_port()}"
        self.service_addresses = f"127.{secrets.randbelow(254) + 1}.0.0/16"
        self.authority = Authority(folder / "certificates", AUTHORITY)
        self.server = self.authority.vouch("server", ["localhost", LOOPBACK, *SERVICES])
        self.accounts_key = self._accounts_key()
        self.tokens = {user: secrets.token_urlsafe(24) for user in USERS}
        lines = [f'{self.tokens[user]},{user},{user},"{group}"' for user, group in USERS.items()]
        self.token_file = self._secret("tokens.csv", "\n".join(lines) + "\n")

    def port(self) -> int:
        """Return the port of the API server."""
        return int(self.url.rpartition(":")[2])

    def kubeconfig(self, user: str) -> Path:
        """Return a kubeconfig for one of the users that have a token."""
        return self.kubeconfig_of(user.replace(":", "-"), self.tokens[user])

    def kubeconfig_of(self, name: str, token: str) -> Path:
        """Return a kubeconfig for whoever holds a token."""
        cluster = {"server": self.url, "certificate-authority": str(self.authority.files.certificate)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": cluster}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": name}}],
            "current-context": "tests",
        }
        return self._secret(f"{name}.kubeconfig", json.dumps(config))

    def log(self, name: str) -> Path:
        """Return where a part logs to."""
        return self.folder / f"{name}.log"

    def _accounts_key(self) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PrivateFormat.TraditionalOpenSSL
        text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        return self._secret("accounts.key", text.decode())

    def _secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text, "utf-8")
        return path
