"""What `setpoint init --forge` adds: the job that checks each pull request, CODEOWNERS, and what to protect there."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from reconciler.model.errors import Refused

_ACTION = """\
# What a pull request's specs get wrong stands beside their lines, and what its merge would change on the run's summary.
# It needs no secret, asks no engine, and runs nothing that a pull request brings. The variable SETPOINT of the
# repository says from where Setpoint is installed, if that isn't by its name: a wheel's address, say.
name: setpoint
on: pull_request
permissions: {contents: read}
jobs:
  specs:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - name: Install Setpoint
        env: {SETPOINT: "${{ vars.SETPOINT || 'setpoint==VERSION' }}"}
        run: |
          cd "$RUNNER_TEMP"
          python3 -I -m venv setpoint
          setpoint/bin/python -I -m pip install --quiet "$SETPOINT"
      - name: Check the specs
        run: |
          cd "$RUNNER_TEMP"
          setpoint/bin/setpoint validate "$GITHUB_WORKSPACE" --format github
      - name: Show what the merge would change
        env: {SETPOINT_HOME: "${{ runner.temp }}/setpoint-home"}
        run: |
          cd "$RUNNER_TEMP"
          setpoint/bin/setpoint plan --repository "$GITHUB_WORKSPACE" --environment ENVIRONMENT \\
            "--branch=$GITHUB_BASE_REF" --offline --format markdown -- "origin/$GITHUB_BASE_REF..HEAD" > page.md
          cat page.md >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
"""
_PIPELINE = """\
# What a merge request's specs get wrong, and what its merge would change, in the job's log. It needs no secret, asks no
# engine, and runs nothing that a merge request brings. SETPOINT says from where Setpoint is installed.
setpoint:
  image: python:3.12
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
  variables: {GIT_DEPTH: 0, SETPOINT: "setpoint==VERSION", SETPOINT_HOME: /tmp/setpoint-home}
  script:
    - cd /tmp && python3 -I -m venv setpoint && setpoint/bin/python -I -m pip install --quiet "$SETPOINT"
    - setpoint/bin/setpoint validate "$CI_PROJECT_DIR"
    - >-
      setpoint/bin/setpoint plan --repository "$CI_PROJECT_DIR" --environment ENVIRONMENT
      "--branch=$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --offline --format markdown
      -- "$CI_MERGE_REQUEST_DIFF_BASE_SHA..HEAD"
"""
_JOBS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "github": (".github/workflows/setpoint.yaml", _ACTION),
        "gitea": (".gitea/workflows/setpoint.yaml", _ACTION),
        "gitlab": (".gitlab-ci.yml", _PIPELINE),
    }
)
_OWNERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"github": (".github/CODEOWNERS", "*"), "gitea": (".gitea/CODEOWNERS", ".*"), "gitlab": (".gitlab/CODEOWNERS", "*")}
)
"""Where each forge looks for the owners of files, and its pattern for all of them."""
_COMMON = "  main: merges by {what} only, one approval at least"
PROTECTION: Mapping[str, str] = MappingProxyType(
    {
        "github": f"{_COMMON.format(what='pull request')}, by code owners, stale ones dismissed; required: specs\n"
        "  setpoint/*: pushed to by the daemon's account alone (Settings, Rules, Rulesets)",
        "gitea": f"{_COMMON.format(what='pull request')}, stale ones dismissed;\n"
        "  required: setpoint / specs (pull_request)\n"
        "  setpoint/*: pushed to by the daemon's user alone (Settings, Branches); Gitea asks CODEOWNERS for reviews,\n"
        "  and holds no merge by them: `approvals` of a promotion do",
        "gitlab": f"{_COMMON.format(what='merge request')}, by code owners where the tier has them; pipelines must "
        "succeed\n  setpoint/*: pushed to by the daemon's token alone (Settings, Repository, Protected branches)",
    }
)  # fmt: skip
"""What to protect, in each forge's words; docs/pull-requests.md says why."""


def forge_files(forge: str, owner: str, environment: str) -> dict[str, bytes]:
    """Return the files that a forge reads, by their paths.

    Args:
        forge: gitea, github or gitlab.
        owner: who owns all files: a user, a team or an address.
        environment: the environment whose plan is shown.

    Raises:
        Refused: nobody is named so on a forge.
    """
    from importlib.metadata import version

    is_one = "@" in owner and owner.isprintable() and " " not in owner
    if not is_one or (forge == "gitea" and not owner.startswith("@")):
        addresses = "" if forge == "gitea" else ", or an address"
        raise Refused(f"{owner or 'nobody'} can't own files on {forge}", f"say --owner @user or @org/team{addresses}")
    (job, text), (owners, everything) = _JOBS[forge], _OWNERS[forge]
    text = text.replace("VERSION", version("setpoint")).replace("ENVIRONMENT", environment)
    said = "# Who is asked to look at a change: of specs, and of what serves where. The last line that fits counts."
    return {job: text.encode(), owners: f"{said}\n{everything} {owner}\n".encode()}


def owner_of(folder: Path) -> str:
    """Return the address by which Git knows who works in a folder; empty where it doesn't."""
    from reconciler.git.init import author_of

    return author_of(folder)
