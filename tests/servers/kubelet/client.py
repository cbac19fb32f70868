"""The API server as a kubelet needs it: pods watched, their status told, secrets and config maps read."""

import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

Object = dict[str, Any]
WATCH_SECONDS = 300


class Client:
    """One connection pool to the API server."""

    def __init__(self, url: str, authority: Path, token: str) -> None:
        self.url = url
        trust = ssl.create_default_context(cafile=str(authority))
        headers = {"authorization": f"Bearer {token}"}
        timeout = httpx.Timeout(30, read=WATCH_SECONDS + 30)
        limits = httpx.Limits(max_connections=None)
        self._http = httpx.AsyncClient(
            base_url=url, verify=trust, headers=headers, timeout=timeout, limits=limits, trust_env=False
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def pods(self, selector: str) -> AsyncIterator[tuple[str, Object]]:
        """Yield all pods that have a node as `("SYNC", list)`, then every event, until the server ends the watch.

        Raises:
            HTTPError: the server can't be reached, or has forgotten where we were; begin anew.
        """
        narrowed = {"labelSelector": selector, "fieldSelector": "spec.nodeName!="}
        listed = (await self._http.get("/api/v1/pods", params=narrowed)).raise_for_status().json()
        yield "SYNC", listed
        version = listed["metadata"]["resourceVersion"]
        query = narrowed | {"watch": "true", "resourceVersion": version, "timeoutSeconds": str(WATCH_SECONDS)}
        async with self._http.stream("GET", "/api/v1/pods", params=query) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                yield event["type"], event["object"]

    async def tell(self, pod: Object, status: Object) -> None:
        """Write a pod's status; nothing happens if it is another pod of that name by now.

        Raises:
            HTTPError: the server didn't take it.
        """
        patch = {"metadata": {"uid": pod["metadata"]["uid"]}, "status": status}
        answer = await self._http.patch(
            f"{_path(pod)}/status",
            content=json.dumps(patch),
            headers={"content-type": "application/strategic-merge-patch+json"},
        )
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
            answer.raise_for_status()

    async def forget(self, pod: Object) -> None:
        """Let a pod go, now that nothing of it runs any more.

        Raises:
            HTTPError: the server didn't take it.
        """
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
        answer = await self._http.request("DELETE", _path(pod), json=options)
        if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
            answer.raise_for_status()

    async def list(self, path: str, **query: str) -> list[Object]:
        """Return all objects at a path.

        Raises:
            HTTPError: the server can't be reached.
        """
        found: list[Object] = (await self._http.get(path, params=query)).raise_for_status().json()["items"]
        return found

    async def read(self, plural: str, namespace: str, name: str) -> Object:
        """Return a `secrets` or `configmaps` object, or an empty one if there is none.

        Raises:
            HTTPError: the server can't be reached.
        """
        answer = await self._http.get(f"/api/v1/namespaces/{namespace}/{plural}/{name}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        found: Object = answer.raise_for_status().json()
        return found

    async def token(self, pod: Object, seconds: int) -> str:
        """Return a token of a pod's account, which ends with the pod.

        Raises:
            HTTPError: the server didn't give it.
        """
        metadata = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": metadata["name"], "uid": metadata["uid"]}
        path = f"/api/v1/namespaces/{metadata['namespace']}/serviceaccounts/{pod['spec']['serviceAccountName']}/token"
        asked = {"spec": {"expirationSeconds": seconds, "boundObjectRef": bound}}
        told = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", **asked}
        token: str = (await self._http.post(path, json=told)).raise_for_status().json()["status"]["token"]
        return token


def _path(pod: Object) -> str:
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
