"""The demo's bad commits: each is refused with its reason, and the live endpoint doesn't notice."""

from reconciler.cli.demo.traffic import infer, rows_of
from reconciler.cli.demo.workspace import Workspace, check

DEPLOYMENT = "deployments/employment"


def safety(workspace: Workspace) -> None:
    """Push a broken spec, data outside its ranges, and a commit that deletes half of everything."""
    _broken_spec(workspace)
    _bad_data(workspace)
    _half_deleted(workspace)


def revert_promotion(workspace: Workspace) -> None:
    """Revert the last promotion with Git, and see the former model come back."""
    now = workspace.facts("prod", DEPLOYMENT)["trial"]
    workspace.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    path = f"environments/prod/{DEPLOYMENT}.yaml"
    merges = workspace.git("log", "--first-parent", "--merges", "--format=%H", "-1", "--", path).split()
    check(merges, f"no merge has brought {path}")
    workspace.git("revert", "--no-edit", "-m", "1", merges[0])
    workspace.publish()

    def is_back() -> bool:
        return workspace.reason("prod", DEPLOYMENT) == "Serving" and workspace.facts("prod", DEPLOYMENT)["trial"] != now

    workspace.wait("the former model to serve again", is_back)
    workspace.display.say(f"git revert of {merges[0][:12]}: {workspace.message('prod', DEPLOYMENT)}")
    _still_answers(workspace)


def _broken_spec(workspace: Workspace) -> None:
    _pull(workspace)
    file = workspace.work / "specs/experiments/employment.yaml"
    file.write_text(file.read_text().replace("metric:", "metrik:"))
    workspace.push("Break a spec")
    workspace.wait(
        "the broken spec to be refused", lambda: workspace.reason("prod", "experiments/employment") == "BadSpec"
    )
    workspace.display.say(f"refused: {workspace.message('prod', 'experiments/employment')}")
    _still_answers(workspace)
    _revert(workspace)
    workspace.wait("the spec to be mended", lambda: workspace.reason("prod", "experiments/employment") == "Trained")


def _bad_data(workspace: Workspace) -> None:
    _pull(workspace)
    file = workspace.work / "specs/datasets/employment.yaml"
    text = file.read_text()
    names = [line.split(":")[0].strip() for line in text.partition("columns:\n")[2].splitlines() if line[:2] == "  "]
    chosen = ", ".join("AGEP * 12 AS AGEP" if name == "AGEP" else name for name in names)
    file.write_text(text.replace("SELECT *", f"SELECT {chosen}"))
    workspace.push("Give ages in months")
    workspace.wait("the data to be refused", lambda: workspace.reason("prod", "datasets/employment") == "DataRefused")
    workspace.display.say(f"refused: {workspace.message('prod', 'datasets/employment')}")
    _still_answers(workspace)
    _revert(workspace)
    workspace.wait(
        "the data to be accepted again", lambda: workspace.reason("prod", "datasets/employment") == "Accepted"
    )


def _half_deleted(workspace: Workspace) -> None:
    _pull(workspace)
    for name in (
        "experiments/digits",
        "labels/digits",
        "datasets/digits",
        "monitors/employment",
        "promotions/employment",
    ):
        workspace.git("rm", "--quiet", f"specs/{name}.yaml")
    workspace.git("rm", "--quiet", "environments/dev/promotions/employment.yaml")
    workspace.push("Delete half of everything")
    workspace.wait("the deletion to be refused", lambda: workspace.reason("prod", "labels/digits") == "DeletionBudget")
    workspace.display.say(f"refused: {workspace.message('prod', 'labels/digits')}")
    _still_answers(workspace)
    _revert(workspace)
    workspace.wait("everything to be ready again", lambda: workspace.reason("prod", "labels/digits") == "Accepted")


def _still_answers(workspace: Workspace) -> None:
    check(
        infer(workspace.facts("prod", DEPLOYMENT)["url"], rows_of(workspace.warehouse, 2018, 20)),
        "the endpoint gives no answer",
    )


def _pull(workspace: Workspace) -> None:
    workspace.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")


def _revert(workspace: Workspace) -> None:
    workspace.git("revert", "--no-edit", "HEAD")
    workspace.publish()
