"""Kinds of things in a cluster: how each is written in a manifest, and at which path it is found."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Manifest = dict[str, Any]
"""A thing as the API shows it: JSON with `metadata`, and mostly `spec` and `status`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the API names it: `Kind("batch", "v1", "Job", "jobs")`. The core group is empty.

    `controller` is who the API server asks before one is written, in words: `KServe's controller`.
    """

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    controller: str = ""

    @property
    def api_version(self) -> str:
        """Return the group and the version as manifests write them, `batch/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """Return the plural with the group behind it, as people and `kubectl` name it: `jobs.batch`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", part: str = "") -> str:
        """Return the path of one thing, of a part of it such as `log`, or of all in a namespace or in the cluster."""
        root = ("apis", self.group) if self.group else ("api",)
        within = ("namespaces", namespace) if self.namespaced and namespace else ()
        steps = (*root, self.version, *within, self.plural, name, part)
        return "".join(f"/{quote(step, safe='')}" for step in steps if step)

    def manifest(self, manifest: Manifest) -> Manifest:
        """Return a manifest that says of which kind it is."""
        return {"apiVersion": self.api_version, "kind": self.name, **manifest}


PODS = Kind("", "v1", "Pod", "pods")
"""The one kind that the room knows, because logs are a part of it."""
