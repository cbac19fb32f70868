"""The manifests that the docs ship are ones that a real API server takes."""

from pathlib import Path

import pytest
import yaml

from tests.servers.kubernetes import Cluster, Where

ENGINES = Path(__file__).parents[2] / "docs/engines"
MANIFESTS = [
    (path.relative_to(ENGINES).as_posix(), manifest)
    for path in sorted(ENGINES.rglob("*.yaml"))
    if path.name != "kustomization.yaml"
    for manifest in yaml.safe_load_all(path.read_text("utf-8"))
]
IDS = [f"{path}-{manifest['kind']}-{manifest['metadata']['name']}" for path, manifest in MANIFESTS]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "manifest"), MANIFESTS, ids=IDS)
def test_a_manifest_is_taken(path: str, manifest: dict[str, object], cluster: Cluster, namespace: str) -> None:
    placed = yaml.safe_load(yaml.safe_dump(manifest))
    if not str(manifest["kind"]).startswith("Cluster"):
        placed["metadata"]["namespace"] = namespace
    query = {"fieldManager": "test", "dryRun": "All", "fieldValidation": "Strict"}
    content = yaml.safe_dump(placed).encode()
    headers = {"content-type": "application/apply-patch+yaml"}
    answer = cluster.admin.http.patch(Where.of(placed).path, params=query, content=content, headers=headers)
    assert answer.is_success, f"{path}: {answer.text}"
