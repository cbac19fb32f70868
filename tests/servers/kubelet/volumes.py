"""Volumes as folders, and the paths that containers know them by."""

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.servers.kubelet.client import Client, Object

ACCOUNT_TOKEN = "kube-api-access-"
"""How the volumes begin by which a pod speaks to the API server. Ours have one that say so themselves."""


class UnfitError(Exception):
    """A pod asks for what isn't there, or isn't there yet; the text is its message."""


async def provide(client: Client, pod: Object, root: Path) -> dict[str, Path]:
    """Make a folder for each volume of a pod and fill it; return them by the volumes' names.

    Raises:
        UnfitError: a secret or config map is missing, or the kind of volume is unknown here.
        HTTPError: the API server can't be reached.
    """
    folders: dict[str, Path] = {}
    for volume in pod["spec"].get("volumes", ()):
        name = volume["name"]
        if name.startswith(ACCOUNT_TOKEN) and not pod["spec"].get("automountServiceAccountToken"):
            continue
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in (await _content(client, pod, volume)).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        folders[name] = folder
    return folders


def account_of(folders: Mapping[str, Path]) -> Path | None:
    """Return the folder of a pod's credentials; None where it has none."""
    return next((folder for name, folder in folders.items() if name.startswith(ACCOUNT_TOKEN)), None)


def relocate(container: Object, folders: Mapping[str, Path], more: Mapping[str, Path]) -> Callable[[str], str]:
    """Return what replaces in a text the paths that a container knows by the ones of this machine."""
    mounts = {mount["mountPath"].rstrip("/"): _source(mount, folders) for mount in container.get("volumeMounts", ())}
    paths = {path: folder for path, folder in mounts.items() if folder} | dict(more)
    if not paths:
        return lambda text: text
    longest_first = "|".join(re.escape(path) for path in sorted(paths, key=len, reverse=True))
    known = re.compile(rf"(?:(?<![\w./-])|(?<=://))(?:{longest_first})(?![\w.-])")
    return lambda text: known.sub(lambda found: str(paths[found[0]]), text)


def _source(mount: Object, folders: Mapping[str, Path]) -> Path | None:
    folder = folders.get(mount["name"])
    return folder / mount["subPath"] if folder and "subPath" in mount else folder


async def _content(client: Client, pod: Object, volume: Object) -> dict[str, bytes]:
    namespace = pod["metadata"]["namespace"]
    if "emptyDir" in volume:
        return {}
    if "projected" in volume:
        parts = [await _content(client, pod, {"name": volume["name"], **one}) for one in volume["projected"]["sources"]]
        return {path: content for part in parts for path, content in part.items()}
    if "serviceAccountToken" in volume:
        source = volume["serviceAccountToken"]
        return {source["path"]: (await client.token(pod, source["expirationSeconds"])).encode()}
    if "secret" in volume:
        source = volume["secret"]
        return _chosen(source, await stored(client, "secrets", namespace, source["secretName"], source))
    if "configMap" in volume:
        source = volume["configMap"]
        return _chosen(source, await stored(client, "configmaps", namespace, source["name"], source))
    if "downwardAPI" in volume:
        return {item["path"]: _told(pod, item["fieldRef"]["fieldPath"]) for item in volume["downwardAPI"]["items"]}
    raise UnfitError(
        f"volume {volume['name']}: this stand-in knows emptyDir, secret, configMap, downwardAPI, projected"
    )


def _told(pod: Object, path: str) -> bytes:
    """Return a label, an annotation or the namespace of a pod, as a file of a container has it."""
    if path == "metadata.namespace":
        return str(pod["metadata"]["namespace"]).encode()
    found = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if not found:
        raise UnfitError(f"field {path} is unknown")
    return str(pod["metadata"].get(found[1], {}).get(found[2], "")).encode()


def _chosen(source: Object, data: dict[str, bytes]) -> dict[str, bytes]:
    if "items" not in source:
        return data
    return {item["path"]: data[item["key"]] for item in source["items"]}


async def stored(client: Client, plural: str, namespace: str, name: str, source: Any) -> dict[str, bytes]:
    """Return the content of a secret or config map.

    Raises:
        UnfitError: it isn't there, and the source doesn't say that it is optional.
        HTTPError: the API server can't be reached.
    """
    found = await client.read(plural, namespace, name)
    if not found and not source.get("optional"):
        raise UnfitError(f'{plural.removesuffix("s")} "{name}" not found')
    if plural == "secrets":
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}
    return {key: value.encode() for key, value in found.get("data", {}).items()}
