"""A small client of the Kubernetes API, for tests to set the scene and to see what came of it."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from tests.servers.process import until

Manifest = dict[str, Any]
FIELD_MANAGER = "tests"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Where:
    """The address of a thing: `Where("batch/v1", "jobs", "train", "team-a")`."""

    version: str
    plural: str
    name: str = ""
    namespace: str = ""

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return where a manifest belongs; it lies in a namespace if it names one."""
        metadata = manifest["metadata"]
        return cls(manifest["apiVersion"], _plural(manifest["kind"]), metadata["name"], metadata.get("namespace", ""))

    @property
    def collection(self) -> str:
        """Return the path of all its kind beside it."""
        root = f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"
        return f"{root}/namespaces/{self.namespace}/{self.plural}" if self.namespace else f"{root}/{self.plural}"

    @property
    def path(self) -> str:
        """Return its own path."""
        return f"{self.collection}/{self.name}"


class Api:
    """The API server, as seen by the holder of one token."""

    def __init__(self, url: str, authority: Path, token: str) -> None:
        trust = ssl.create_default_context(cafile=str(authority))
        headers = {"authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=url, verify=trust, headers=headers, timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def apply(self, manifest: Manifest) -> Manifest:
        """Make a thing or change it to what the manifest says, and return how it is then."""
        answer = self.http.patch(
            Where.of(manifest).path,
            params={"fieldManager": FIELD_MANAGER, "force": "true"},
            headers={"content-type": "application/apply-patch+yaml"},
            content=json.dumps(manifest),
        )
        return checked(answer)

    def create(self, manifest: Manifest) -> Manifest:
        """Make a thing that isn't there yet."""
        return checked(self.http.post(Where.of(manifest).collection, json=manifest))

    def get(self, where: Where) -> Manifest:
        """Return a thing.

        Raises:
            HTTPStatusError: it isn't there, or the token doesn't allow it.
        """
        return checked(self.http.get(where.path))

    def find(self, where: Where) -> Manifest | None:
        """Return a thing, or nothing if there is none."""
        answer = self.http.get(where.path)
        return None if answer.status_code == httpx.codes.NOT_FOUND else checked(answer)

    def list(self, where: Where, **selectors: str) -> list[Manifest]:
        """Return all things of a kind, which `labelSelector` and `fieldSelector` may narrow."""
        items: list[Manifest] = checked(self.http.get(where.collection, params=selectors))["items"]
        return items

    def delete(self, where: Where, **options: Any) -> None:
        """Ask for the end of a thing, in the background, with what DeleteOptions say."""
        body = {"propagationPolicy": "Background", **options}
        checked(self.http.request("DELETE", where.path, json=body))

    def wait(
        self, where: Where, truth: Callable[[Manifest], object], what: str, patience: float = PATIENCE
    ) -> Manifest:
        """Wait until something is true of a thing; return it.

        Raises:
            TimeoutError: it took too long; the text says how the thing is.
        """
        seen: Manifest = {}

        def is_true() -> object:
            seen.clear()
            seen.update(self.find(where) or {})
            return bool(seen) and truth(seen)

        try:
            until(is_true, f"{where.path} to be {what}", patience)
        except TimeoutError as late:
            raise TimeoutError(f"{late}; it is {json.dumps(seen.get('status'), indent=1)}") from late
        return seen

    def wait_gone(self, where: Where, patience: float = PATIENCE) -> None:
        """Wait until a thing isn't there any more."""
        until(lambda: self.http.get(where.path).status_code == httpx.codes.NOT_FOUND, f"{where.path} to go", patience)


def checked(answer: httpx.Response) -> Manifest:
    """Return the body of an answer.

    Raises:
        HTTPStatusError: it is an error; the text is the server's.
    """
    if answer.is_error:
        raise httpx.HTTPStatusError(f"{answer.request.url}: {answer.text}", request=answer.request, response=answer)
    body: Manifest = answer.json()
    return body


def has_condition(thing: Manifest, kind: str, status: str = "True") -> bool:
    """Tell whether a thing says so of itself."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return any(one["type"] == kind and one["status"] == status for one in conditions)


def _plural(kind: str) -> str:
    name = kind.lower()
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch")) else f"{name}s"
