"""What this package adds, as its entry points say it. The daemon imports this module: nothing heavy may stand here."""

from pydantic import Field

from reconciler.plugins import EmbeddedOptions, Provider
from runners.declared import Runner


class PagesOptions(EmbeddedOptions):
    """The options beside `provider: pages` in environment.yaml."""

    lines: int = Field(default=200, ge=10, le=10_000, description="Lines of evidence on a page.")


PAGES = Provider(
    build="setpoint_example.pages:PagesForge",
    options="setpoint_example.declared:PagesOptions",
    given=("folder", "repository", "environment", "branch"),
)

EXTRA_TREES = Runner(
    run="setpoint_example.extra_trees:run",
    version=1,
    params={
        "type": "object",
        "properties": {
            "trees": {"type": "integer", "minimum": 1, "maximum": 2000},
            "max_features": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        },
        "additionalProperties": False,
    },
)
