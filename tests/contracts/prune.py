"""Cuts GitHub's description of its API down to the calls that are used here, without its prose.

    npm pack @octokit/openapi && tar xf octokit-openapi-*.tgz
    python -m tests.contracts.prune package      # and the same with @octokit/openapi-webhooks

writes `tests/contracts/github/*.json`: one line for each call and each part, so that a new version shows what changed.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "github"
PACKAGE = "@octokit/openapi"
DESCRIPTIONS = {"cloud": "api.github.com.json", "server": "ghes-3.19.json"}
"""What each description is called here, and in the package."""

_REPO = "/repos/{owner}/{repo}"
CALLS = (
    ("get", "/user"),
    ("get", "/app"),
    ("post", "/app/installations/{installation_id}/access_tokens"),
    ("get", f"{_REPO}/installation"),
    ("get", f"{_REPO}/pulls"),
    ("post", f"{_REPO}/pulls"),
    ("get", f"{_REPO}/pulls/{{pull_number}}"),
    ("patch", f"{_REPO}/pulls/{{pull_number}}"),
    ("put", f"{_REPO}/pulls/{{pull_number}}/merge"),
    ("put", f"{_REPO}/pulls/{{pull_number}}/merge-async"),
    ("get", f"{_REPO}/pulls/{{pull_number}}/merge-async/{{uuid}}"),
    ("get", f"{_REPO}/pulls/{{pull_number}}/reviews"),
    ("get", f"{_REPO}/collaborators/{{username}}/permission"),
    ("get", f"{_REPO}/issues"),
    ("post", f"{_REPO}/issues"),
    ("patch", f"{_REPO}/issues/{{issue_number}}"),
    ("get", f"{_REPO}/issues/{{issue_number}}/comments"),
    ("post", f"{_REPO}/issues/{{issue_number}}/comments"),
    ("patch", f"{_REPO}/issues/comments/{{comment_id}}"),
    ("get", f"{_REPO}/issues/{{issue_number}}/events"),
    ("post", f"{_REPO}/issues/{{issue_number}}/labels"),
    ("delete", f"{_REPO}/issues/{{issue_number}}/labels/{{name}}"),
    ("get", f"{_REPO}/commits/{{ref}}/status"),
    ("get", f"{_REPO}/commits/{{ref}}/check-runs"),
    ("post", f"{_REPO}/check-runs"),
    ("patch", f"{_REPO}/check-runs/{{check_run_id}}"),
    ("get", f"{_REPO}/branches/{{branch}}"),
    ("get", f"{_REPO}/rules/branches/{{branch}}"),
    ("get", f"{_REPO}/rulesets/{{ruleset_id}}"),
    ("post", f"{_REPO}/statuses/{{sha}}"),
    ("get", "/orgs/{org}/teams/{team_slug}/members"),
)
"""The calls that are used; Enterprise Server hasn't got all of them."""

WEBHOOKS = {"package": "@octokit/openapi-webhooks", "file": "api.github.com.json"}
EVENTS = ("merge-group-checks-requested",)
"""The webhooks that are sent in tests: those of pushes are told by what Gitea sends."""

_PROSE = re.compile(r"title|description|summary|examples?|externalDocs|tags|x-.*")
_JSON = "application/json"


def pruned(node: Any, *, names: bool = False) -> Any:
    """Return a part of a description without prose; `names` says that its keys are names of properties."""
    if isinstance(node, list):
        return [pruned(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or not _PROSE.fullmatch(key)}
    if _JSON in kept:
        kept = {_JSON: kept[_JSON]}
    return {key: pruned(value, names=key == "properties" and not names) for key, value in kept.items()}


def references(node: Any) -> Iterator[str]:
    """Yield what a part of a description points to, such as `#/components/schemas/team`."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def part(description: Mapping[str, Any], reference: str) -> Any:
    """Return what a reference points to."""
    found: Any = description
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def contract(description: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Return what is kept of a description: the calls, and all that they refer to."""
    paths: dict[str, Any] = {}
    for method, path in CALLS:
        if method in description["paths"].get(path, {}):
            paths.setdefault(path, {})[method] = pruned(description["paths"][path][method])
    origin = {"package": PACKAGE, "version": description["info"]["version"], "file": file, "license": "MIT"}
    return {"origin": origin, "paths": paths, "components": components(description, paths)}


def webhooks(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of the webhooks' description: what is sent with each, and all that it refers to."""
    sent = {event: pruned(description["webhooks"][event]["post"]["requestBody"]) for event in EVENTS}
    origin = {**WEBHOOKS, "version": description["info"]["version"], "license": "MIT"}
    return {"origin": origin, "paths": sent, "components": components(description, sent)}


def components(description: Mapping[str, Any], kept: Any) -> dict[str, dict[str, Any]]:
    """Return the parts of a description that what is kept of it refers to."""
    components: dict[str, dict[str, Any]] = {}
    waiting, seen = list(references(kept)), set[str]()
    while waiting:
        reference = waiting.pop()
        if reference not in seen:
            seen.add(reference)
            _, _, kind, name = reference.split("/")
            components.setdefault(kind, {})[name] = pruned(part(description, reference))
            waiting.extend(references(components[kind][name]))
    return components


def written(found: Mapping[str, Any]) -> str:
    """Write a contract, one line for each call and each part."""
    lines = [f'{{"origin": {json.dumps(found["origin"])}', f', "paths": {_lines(found["paths"])}']
    kinds = [f"{json.dumps(kind)}: {_lines(parts)}" for kind, parts in sorted(found["components"].items())]
    return "\n".join([*lines, ', "components": {' + "\n, ".join(kinds), "}}", ""])


def _lines(parts: Mapping[str, Any]) -> str:
    told = [f"{json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in sorted(parts.items())]
    return "{\n  " + "\n, ".join(told) + "\n}"


def main(package: Path) -> None:
    """Read a package's descriptions and write ours."""
    if json.loads((package / "package.json").read_text())["name"] == WEBHOOKS["package"]:
        description = json.loads((package / "generated" / WEBHOOKS["file"]).read_text())
        (HERE / "webhooks.json").write_text(written(webhooks(description)))
        return
    for name, file in DESCRIPTIONS.items():
        description = json.loads((package / "generated" / file).read_text())
        (HERE / f"{name}.json").write_text(written(contract(description, file)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
