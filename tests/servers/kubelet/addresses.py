"""The addresses of pods: each has its own on the loopback, known before it exists, so that others can be told."""

import hashlib
import re
from collections.abc import Callable
from typing import Any


def address_of(salt: str, namespace: str, host: str) -> str:
    """Return the address of the pod with this hostname; the salt tells clusters on one machine apart."""
    first, second, third = hashlib.sha256(f"{salt}/{namespace}/{host}".encode()).digest()[:3]
    return f"127.{1 + first % 254}.{second}.{1 + third % 254}"


def host_of(pod: dict[str, Any]) -> str:
    """Return a pod's hostname."""
    name: str = pod["spec"].get("hostname") or pod["metadata"]["name"]
    return name


def resolver(salt: str, pod: dict[str, Any]) -> Callable[[str], str]:
    """Return what replaces the names of other pods in a text by their addresses, as the cluster's DNS would.

    These are names: `<hostname>.<subdomain>` in the pod's own subdomain, and anywhere
    `<hostname>.<subdomain>.<namespace>.svc`, with or without the cluster's domain.
    """
    namespace, subdomain = pod["metadata"]["namespace"], pod["spec"].get("subdomain", "")
    label = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    ending = r"\.svc(?:\.cluster\.local)?"
    own = rf"|(?P<own>{label})\.{re.escape(subdomain)}(?:\.{re.escape(namespace)})?" if subdomain else ""
    names = re.compile(rf"(?<![\w.-])(?:(?P<host>{label})\.{label}\.(?P<space>{label}){ending}{own})(?![\w-]|\.\w)")

    def address(found: re.Match[str]) -> str:
        if found["host"]:
            return address_of(salt, found["space"], found["host"])
        return address_of(salt, namespace, found["own"])

    return lambda text: names.sub(address, text)
