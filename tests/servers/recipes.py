"""What is built: which programs, from which packages of which modules, and the files beside them that are needed.

The versions stand in `<name>/go.mod`, the hashes in `<name>/go.sum`; a recipe says only what those can't.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
KUBERNETES_VERSION = "v1.36.3"


@dataclass(frozen=True, slots=True)
class Copied:
    """A file or folder of a module, and the name that it gets beside the programs."""

    module: str
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One server: `programs` maps the name of a file to the package that it is built from.

    Without `with_c`, no C compiler is asked for.
    """

    name: str
    programs: dict[str, str]
    ldflags: str = ""
    tags: str = ""
    with_c: bool = False
    copied: tuple[Copied, ...] = ()
    root: Path = HERE

    @property
    def folder(self) -> Path:
        """Return where its go.mod and go.sum are."""
        return self.root / self.name

    @property
    def digest(self) -> str:
        """Return the hash of all that a build follows from."""
        parts = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        more = [part for part in (self.tags, "with C" if self.with_c else "") if part]
        flags = repr((sorted(self.programs.items()), self.ldflags, self.copied, *more)).encode()
        return hashlib.sha256(b"\0".join([*parts, flags])).hexdigest()[:16]


LAKEFS = Recipe(
    "lakefs",
    {
        "lakefs": "github.com/treeverse/lakefs/cmd/lakefs",
        # Users and policies: lakeFS alone knows one user.
        "acl": "github.com/treeverse/lakefs/contrib/auth/acl/cmd/acl",
    },
    ldflags="-X github.com/treeverse/lakefs/pkg/version.Version=1.84.0",
)

ETCD = Recipe("etcd", {"etcd": "go.etcd.io/etcd/server/v3"})

KUBERNETES = Recipe(
    "kubernetes",
    {name: f"k8s.io/kubernetes/cmd/{name}" for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")},
    # Kueue refuses a server that has no version.
    ldflags=f"-X k8s.io/component-base/version.gitVersion={KUBERNETES_VERSION}",
)

KWOK = Recipe(
    "kwok",
    {"kwok": "sigs.k8s.io/kwok/cmd/kwok"},
    copied=(Copied("sigs.k8s.io/kwok", "kustomize/stage", "stage"),),
)

KUEUE = Recipe(
    "kueue",
    {"kueue": "sigs.k8s.io/kueue/cmd/kueue"},
    copied=(
        Copied("sigs.k8s.io/kueue", "config/components/crd/bases", "crds"),
        Copied("sigs.k8s.io/kueue", "config/components/webhook/manifests.yaml", "webhooks.yaml"),
    ),
)

_KSERVE = "github.com/kserve/kserve"
KSERVE = Recipe(
    "kserve",
    {"kserve": f"{_KSERVE}/cmd/manager"},
    copied=(
        Copied(_KSERVE, "config/crd/full", "crds"),
        Copied(_KSERVE, "config/configmap/inferenceservice.yaml", "configmap.yaml"),
        Copied(_KSERVE, "config/runtimes/kserve-mlserver.yaml", "mlserver.yaml"),
        Copied(_KSERVE, "config/storagecontainers/default.yaml", "storage.yaml"),
        Copied(_KSERVE, "config/webhook/manifests.yaml", "webhooks.yaml"),
    ),
)

# The kinds of the Gateway API, in the version that Traefik speaks. Traefik itself comes as a wheel.
GATEWAY = Recipe("gateway", {}, copied=(Copied("sigs.k8s.io/gateway-api", "config/crd/standard", "crds"),))

PROMETHEUS = Recipe(
    "prometheus",
    {"prometheus": "github.com/prometheus/prometheus/cmd/prometheus"},
    # Of all the ways to find what it scrapes, only that by the API server.
    tags="remove_all_sd,enable_kubernetes_sd",
)

# Not the newest: from 0.32 on the module leaves out the page that it embeds, which Node would have to build.
ALERTMANAGER = Recipe("alertmanager", {"alertmanager": "github.com/prometheus/alertmanager/cmd/alertmanager"})

NATS = Recipe("nats", {"nats-server": "github.com/nats-io/nats-server/v2"})

_GITEA = "code.gitea.io/gitea"
GITEA = Recipe(
    "gitea",
    {"gitea": _GITEA},
    ldflags="-X main.Version=1.25.5",
    tags="sqlite,sqlite_unlock_notify",
    # Of its databases the one that needs no server is a library in C.
    with_c=True,
    copied=tuple(Copied(_GITEA, name, name) for name in ("options", "public", "templates")),
)

# What its pages look like, for pictures alone: no server, and made beside its own.
GITEA_STYLES = Recipe(
    "gitea",
    {},
    copied=(
        Copied(_GITEA, "web_src/css", "css"),
        Copied(_GITEA, "web_src/fomantic/build/fomantic.css", "fomantic.css"),
    ),
)

_HELM = "helm.sh/helm/v3"
HELM = Recipe(
    "helm",
    {"helm": f"{_HELM}/cmd/helm"},
    # What a chart is checked against where no cluster is asked: else it is a Kubernetes of years ago.
    ldflags=f"-X {_HELM}/pkg/chartutil.k8sVersionMajor=1 -X {_HELM}/pkg/chartutil.k8sVersionMinor=36",
)

KUSTOMIZE = Recipe("kustomize", {"kustomize": "sigs.k8s.io/kustomize/kustomize/v5"})

_CLUSTER = (ETCD, KUBERNETES, KWOK, KUEUE, KSERVE, GATEWAY, HELM, KUSTOMIZE)
_SERVERS = (LAKEFS, *_CLUSTER, PROMETHEUS, ALERTMANAGER, NATS, GITEA)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _SERVERS}
