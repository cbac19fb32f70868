"""Each vendor's package has a home, and is imported nowhere else in the daemon."""

import sys

from tests.house.yardstick import Source, imports, sources, told

EVERYWHERE = "reconciler"
OURS = ("reconciler", "runners")
"""What of the runners may be imported is held by the layers."""
HOMES: dict[str, tuple[str, ...]] = {
    "apscheduler": ("reconciler/model", "reconciler/loop"),
    "click": ("reconciler/cli", "reconciler/__main__"),
    "cryptography": ("reconciler/providers/forge/github",),
    "fsspec": ("reconciler/providers",),
    "git": ("reconciler/git",),
    "httpx": ("reconciler/providers/serving/local/authorizer", "reconciler/web/login"),
    "hydra": ("reconciler/compose",),
    "jinja2": ("reconciler/web/pages",),
    "jsonschema": ("reconciler/compose", "reconciler/cli", "reconciler/conformance"),
    "jwt": ("reconciler/providers/serving/local/authorizer",),
    "lakefs": ("reconciler/providers/data/lakefs",),
    "lakefs_sdk": ("reconciler/providers/data/lakefs",),
    "markdown_it": ("reconciler/web/pages",),
    "markupsafe": ("reconciler/web/pages",),
    "omegaconf": ("reconciler/compose",),
    "prometheus_client": ("reconciler/loop", "reconciler/web"),
    "pydantic": (EVERYWHERE,),
    "pydantic_core": ("reconciler/compose", "reconciler/plugins"),
    "pytest": ("reconciler/conformance",),
    "referencing": ("reconciler/compose",),
    "rich": ("reconciler/cli",),
    "ruamel": ("reconciler/yaml",),
    "starlette": ("reconciler/web/login", "reconciler/web/pages", "reconciler/web/labelling"),
    "structlog": (EVERYWHERE,),
    "urllib3": ("reconciler/wire", "reconciler/providers/data/lakefs"),
    "uvicorn": ("reconciler/providers/serving/local/authorizer", "reconciler/cli/page_server"),
    "watchfiles": ("reconciler/loop",),
    "yaml": (EVERYWHERE,),
}


def strangers(source: Source) -> list[str]:
    """Return the imports of third parties that have no home, or whose home is elsewhere."""
    found = {name.split(".")[0]: line for name, line in imports(source).items()}
    third = {name: line for name, line in found.items() if name not in {*sys.stdlib_module_names, *OURS}}
    return [
        f"{source.path}:{line}: {name}"
        + (f", whose home is {' and '.join(HOMES[name])}" if name in HOMES else ", which has no home yet")
        for name, line in third.items()
        if not source.path.startswith(HOMES.get(name, ()))
    ]


def test_vendors_stay_at_home() -> None:
    found = [stranger for source in sources("reconciler") for stranger in strangers(source)]
    assert not found, told(found, "Go through the port; or, if this is where it belongs, say so in HOMES.")
