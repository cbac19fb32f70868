"""The providers and runners of this distribution: entry points as any package has them.

They stand here, and not in the distribution's metadata, so that they are found where nothing was installed, too.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from types import MappingProxyType

from reconciler.plugins.declaration import Provider

_ROOM, _OPTIONS = "reconciler.providers", "reconciler.plugins.options"
_HERE = "reconciler.plugins.built_in"

GIT_DATA = Provider(f"{_ROOM}.data.git:GitData", f"{_OPTIONS}:GitData", ("folder", "environment"))
LAKEFS = Provider(f"{_ROOM}.data.lakefs:LakeFSData", f"{_OPTIONS}:LakeFS", ("environment",), "setpoint[lakefs]")
LOCAL_POOL = Provider(
    f"{_ROOM}.pools.local:LocalPool", f"{_OPTIONS}:LocalPool", ("folder", "clock", "environ"), "setpoint[local]"
)
KUBERNETES = Provider(
    f"{_ROOM}.pools.kubernetes:KubernetesPool", f"{_OPTIONS}:Kubernetes", ("clock",), "setpoint[kubernetes]"
)
RAY = Provider(f"{_ROOM}.pools.ray:RayPool", f"{_ROOM}.pools.ray.options:Options", ("folder", "clock"), "setpoint[ray]")
LOCAL_SERVING = Provider(
    f"{_ROOM}.serving.local:LocalServing", f"{_OPTIONS}:LocalServing", ("folder", "clock"), "setpoint[local]"
)
KSERVE = Provider(f"{_ROOM}.serving.kserve:KServeServing", f"{_OPTIONS}:KServe", ("folder",), "setpoint[kubernetes]")
GIT_FORGE = Provider(
    f"{_ROOM}.forge.git:GitForge",
    "reconciler.plugins.declaration:Options",
    ("repository", "environment", "branch", "signing_key"),
)
GITEA = Provider(
    f"{_ROOM}.forge.gitea:gitea",
    f"{_OPTIONS}:Gitea",
    ("repository", "environment", "branch", "signing_key"),
    "setpoint[forges]",
)
GITHUB = Provider(
    f"{_ROOM}.forge.github:github",
    f"{_OPTIONS}:GitHub",
    ("repository", "environment", "branch", "signing_key"),
    "setpoint[forges]",
)
GITLAB = Provider(
    f"{_ROOM}.forge.gitlab:gitlab",
    f"{_OPTIONS}:GitLab",
    ("repository", "environment", "branch", "signing_key"),
    "setpoint[forges]",
)

LABEL_FOLDER = Provider(f"{_ROOM}.labelling.folder:LabelFolder", f"{_OPTIONS}:LabelFolder", ("folder",))
LABEL_STUDIO = Provider(
    f"{_ROOM}.labelling.label_studio:LabelStudio", f"{_OPTIONS}:LabelStudio", ("environment",), "setpoint[forges]"
)


_VALUES: Mapping[str, Mapping[str, str]] = {
    "setpoint.providers": {
        "data.git": f"{_HERE}:GIT_DATA",
        "data.lakefs": f"{_HERE}:LAKEFS",
        "pool.local": f"{_HERE}:LOCAL_POOL",
        "pool.kubernetes": f"{_HERE}:KUBERNETES",
        "pool.ray": f"{_HERE}:RAY",
        "serving.local": f"{_HERE}:LOCAL_SERVING",
        "serving.kserve": f"{_HERE}:KSERVE",
        "forge.git": f"{_HERE}:GIT_FORGE",
        "forge.gitea": f"{_HERE}:GITEA",
        "forge.github": f"{_HERE}:GITHUB",
        "forge.gitlab": f"{_HERE}:GITLAB",
        "labelling.folder": f"{_HERE}:LABEL_FOLDER",
        "labelling.label-studio": f"{_HERE}:LABEL_STUDIO",
    },
    "setpoint.runners": {
        "ingest": "runners.declared:INGEST",
        "label": "runners.declared:LABEL",
        "choose": "runners.declared:CHOOSE",
        "score": "runners.declared:SCORE",
        "tabular": "runners.declared:TABULAR",
        "images": "runners.declared:IMAGES",
        "torch-images": "runners.declared:TORCH_IMAGES",
        "command": "runners.declared:COMMAND",
        "evaluate": "runners.declared:EVALUATE",
        "replica": "runners.declared:REPLICA",
        "replay": "runners.declared:REPLAY",
        "ab-test": "runners.declared:AB_TEST",
        "smoke": "runners.declared:SMOKE",
        "monitor": "runners.declared:MONITOR",
    },
}
BUILT_IN: Mapping[str, Sequence[EntryPoint]] = MappingProxyType(
    {group: tuple(EntryPoint(*one, group) for one in values.items()) for group, values in _VALUES.items()}
)
"""Every built-in entry point by its group."""
