"""What a container's manifest comes to on this machine: its command, its environment, its files."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.kubelet.client import Client, Object
from tests.servers.kubelet.services import FILE
from tests.servers.kubelet.volumes import UnfitError, account_of, relocate, stored
from tests.servers.ports import LOOPBACK, is_free

BINDING = Path(__file__).with_name("binding")
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][\w.-]*)\)")


@dataclass(frozen=True, slots=True)
class Stage:
    """A pod's place on this machine: its folder, its address, its volumes, the names of others as addresses."""

    folder: Path
    address: str
    volumes: Mapping[str, Path]
    resolve: Callable[[str], str]
    entrypoints: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A container that is ready to be started; `account` is the folder of its credentials, where it has any."""

    command: list[str]
    environ: dict[str, str]
    directory: Path
    message: Path
    account: Path | None = None


async def scene(client: Client, pod: Object, container: Object, stage: Stage) -> Scene:
    """Translate a container's manifest.

    Raises:
        UnfitError: it refers to what isn't there, or somebody else listens at a port of it.
        HTTPError: the API server can't be reached.
    """
    for port in declared_ports(container):
        if not is_free(port, stage.address):
            raise UnfitError(f"port {port}: another process of this machine listens at it on all addresses")
    home = stage.folder / container["name"]
    home.mkdir(parents=True, exist_ok=True)
    message = home / "termination-message"
    message.unlink(missing_ok=True)
    told = container.get("terminationMessagePath", "/dev/termination-log")
    move = relocate(container, stage.volumes, {told: message})

    def local(text: str) -> str:
        return stage.resolve(move(text))

    variables = {name: local(value) for name, value in (await _variables(client, pod, container, stage)).items()}
    command = [local(expand(part, variables)) for part in _words(container, stage)]
    account = account_of(stage.volumes)
    environ = _surroundings(home, stage) | (_reach(client) if account else {}) | variables
    directory = Path(local(container["workingDir"])) if container.get("workingDir", "").startswith("/") else home
    return Scene(command, environ, directory if directory.is_dir() else home, message, account)


def _reach(client: Client) -> dict[str, str]:
    """Return where the API server is, as pods are told."""
    address = urlsplit(client.url)
    return {"KUBERNETES_SERVICE_HOST": str(address.hostname), "KUBERNETES_SERVICE_PORT": str(address.port)}


def declared_ports(container: Object) -> list[int]:
    """Return the TCP ports that a container says it listens at."""
    return [port["containerPort"] for port in container.get("ports", ()) if port.get("protocol", "TCP") == "TCP"]


def executable(scene: Scene) -> str | None:
    """Return the program that a command names, found as the container would find it."""
    return shutil.which(scene.command[0], path=scene.environ["PATH"])


def _words(container: Object, stage: Stage) -> list[str]:
    command: list[str] = container.get("command") or _entrypoint(container["image"], stage)
    return [*command, *container.get("args", ())]


def _entrypoint(image: str, stage: Stage) -> list[str]:
    for beginning, command in stage.entrypoints.items():
        if image.startswith(beginning):
            return command
    raise UnfitError(f"image {image}: it isn't known here, so the container must tell its command")


def _surroundings(home: Path, stage: Stage) -> dict[str, str]:
    """Return what every container has, whatever its manifest says; nothing else of this machine gets in."""
    scratch = home / "tmp"
    scratch.mkdir(exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(BINDING),
        "SETPOINT_POD_ADDRESS": stage.address,
        "SETPOINT_SERVICES": str(stage.folder.parents[1] / FILE),
        "GLOO_SOCKET_IFNAME": "lo",  # pods meet on the loopback
    }


async def _variables(client: Client, pod: Object, container: Object, stage: Stage) -> dict[str, str]:
    namespace = pod["metadata"]["namespace"]
    found = {"HOSTNAME": pod["spec"].get("hostname") or pod["metadata"]["name"]}
    for source in container.get("envFrom", ()):
        for field, plural in (("secretRef", "secrets"), ("configMapRef", "configmaps")):
            if reference := source.get(field):
                data = await stored(client, plural, namespace, reference["name"], reference)
                found |= {source.get("prefix", "") + key: value.decode() for key, value in data.items()}
    for variable in container.get("env", ()):
        if "valueFrom" in variable:
            value = await _referred(client, pod, variable, stage)
        else:
            value = expand(variable.get("value", ""), found)
        if value is not None:
            found[variable["name"]] = value
    return found


async def _referred(client: Client, pod: Object, variable: Object, stage: Stage) -> str | None:
    source = variable["valueFrom"]
    if field := source.get("fieldRef"):
        return _field(pod, field["fieldPath"], stage)
    for kind, plural in (("secretKeyRef", "secrets"), ("configMapKeyRef", "configmaps")):
        if reference := source.get(kind):
            data = await stored(client, plural, pod["metadata"]["namespace"], reference["name"], reference)
            if reference["key"] in data:
                return data[reference["key"]].decode()
            if reference.get("optional"):
                return None
            raise UnfitError(f"couldn't find key {reference['key']} in {plural.removesuffix('s')} {reference['name']}")
    raise UnfitError(
        f"variable {variable['name']}: this stand-in knows fieldRef, secretKeyRef and configMapKeyRef only"
    )


def _field(pod: Object, path: str, stage: Stage) -> str:
    metadata, spec = pod["metadata"], pod["spec"]
    if found := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
        return str(metadata.get(found[1], {}).get(found[2], ""))
    fields = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": spec["nodeName"],
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.podIP": stage.address,
        "status.podIPs": stage.address,
        "status.hostIP": LOOPBACK,
    }
    if path not in fields:
        raise UnfitError(f"field {path} is unknown")
    return str(fields[path])


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace `$(NAME)` as Kubernetes does: an unknown name stays as it is, `$$` is a dollar."""

    def replaced(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else variables.get(found[1], found[0])

    return _REFERENCE.sub(replaced, text)
