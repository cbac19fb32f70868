"""Webhooks of controllers that run beside the API server and not in the cluster: it calls them at a loopback port."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.servers.kubernetes.api import Manifest
from tests.servers.ports import LOOPBACK


def documents(path: Path) -> list[Manifest]:
    """Return all manifests of a file; some have a million characters, so the fast parser reads them."""
    return [one for one in yaml.load_all(path.read_text("utf-8"), yaml.CSafeLoader) if one]


def redirected(manifest: Manifest, port: int, authority: Path, wanted: Callable[[Any], bool]) -> Manifest:
    """Return a webhook configuration with the hooks that are wanted, calling this port where it named a service."""
    bundle = base64.b64encode(authority.read_bytes()).decode()
    hooks = [hook for hook in manifest["webhooks"] if wanted(hook)]
    for hook in hooks:
        path = hook["clientConfig"]["service"]["path"]
        hook["clientConfig"] = {"url": f"https://{LOOPBACK}:{port}{path}", "caBundle": bundle}
    return manifest | {"metadata": {"name": manifest["metadata"]["name"]}, "webhooks": hooks}


def groups(hook: Any) -> set[str]:
    """Return the API groups whose things a webhook is asked about."""
    return {group for rule in hook["rules"] for group in rule["apiGroups"]}
