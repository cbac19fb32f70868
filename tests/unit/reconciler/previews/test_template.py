"""The template: read from the watched branch, and written for one preview."""

from pathlib import Path

import pytest
import yaml

from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Refused
from reconciler.previews.template import demand_apart, instance, read_template
from reconciler.watched.branch import Source
from reconciler.yaml.parse import Unreadable
from tests.unit.reconciler.git.people import Clone, bare

TEXT = b"""\
# Tries.
previews: {label: try, team: tries}
forge: {provider: gitea, token: '${secret:GITEA}'}
verification: {commits: merged, models: signed}
deletion: {number: 1}
variables: {rows: 5, url: '${variables.rows}'}
"""


def test_a_preview_proposes_to_its_own_branch_and_may_delete_all_that_it_has() -> None:
    told = yaml.safe_load(instance(TEXT, "pr-7", "tries"))
    assert told["forge"] == {"provider": "git"}
    assert told["deletion"]["share"] == 1
    assert told["deletion"]["number"] > 10**6
    assert told["verification"] == {"commits": "any", "models": "signed"}
    assert told["variables"] == {"rows": 5, "url": "${variables.rows}", "preview": "pr-7"}
    assert told["team"] == "tries"
    assert "previews" not in told


def test_without_a_team_of_previews_the_template_s_own_is_that_of_their_jobs() -> None:
    assert "team" not in yaml.safe_load(instance(b"previews: {}\n", "pr-7", ""))
    assert yaml.safe_load(instance(b"previews: {}\nteam: all\n", "pr-7", ""))["team"] == "all"


def test_what_is_no_file_of_an_environment_is_none() -> None:
    with pytest.raises(Unreadable):
        instance(b"- a\n", "pr-7", "")


def test_a_template_is_read_with_its_errors(tmp_path: Path) -> None:
    ada = Clone(tmp_path / "ada", bare(tmp_path / "origin.git"))
    ada.commit({"environments/preview/environment.yaml": "previews: {open: 3}\n"})
    ada.commit({"environments/broken/environment.yaml": "previews: {open: many}\n"})
    source = Source.open(tmp_path / "ada", "main", tmp_path / "state")
    head = source.head()
    assert head is not None
    template = read_template(source.tree(head), "preview")
    assert template.previews is not None
    assert (template.previews.open, template.previews.label) == (3, "preview")
    for name in ("broken", "nowhere"):
        with pytest.raises(BadSpec):
            read_template(source.tree(head), name)
    source.close()


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("previews: {open: 2}\n", False),
        ("previews: {open: 1}\nserving: {provider: kserve, namespace: tries}\n", False),
        ("previews: {open: 2}\nserving: {provider: kserve, namespace: tries}\n", True),
        (
            "previews: {open: 2}\nvariables: {preview: none}\n"
            "serving: {provider: kserve, namespace: 'tries-${variables.preview}'}\n",
            False,
        ),
    ],
)
def test_previews_share_no_place_of_endpoints(text: str, is_refused: bool) -> None:
    told = yaml.safe_load(text)
    template = Environment.model_validate(told)
    if not is_refused:
        demand_apart(text.encode(), template)
        return
    with pytest.raises(Refused, match="two previews would have their endpoints in one place of the provider kserve"):
        demand_apart(text.encode(), template)
