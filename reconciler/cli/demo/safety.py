"""The demo's bad commits: each is refused with its reason, and the live endpoint doesn't notice."""

from reconciler.cli.demo.ground import Ground, check
from reconciler.cli.demo.traffic import infer, rows_of

DEPLOYMENT = "deployments/employment"


def safety(ground: Ground) -> None:
    """Push a broken spec, data outside its ranges, and a commit that deletes half of everything."""
    _broken_spec(ground)
    _bad_data(ground)
    _half_deleted(ground)


def revert_promotion(ground: Ground) -> None:
    """Revert the last promotion with Git, and see the former model come back."""
    now = ground.facts("prod", DEPLOYMENT)["trial"]
    ground.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    path = f"environments/prod/{DEPLOYMENT}.yaml"
    merges = ground.git("log", "--first-parent", "--merges", "--format=%H", "-1", "--", path).split()
    check(merges, f"no merge has brought {path}")
    ground.git("revert", "--no-edit", "-m", "1", merges[0])
    ground.publish()

    def is_back() -> bool:
        return ground.reason("prod", DEPLOYMENT) == "Serving" and ground.facts("prod", DEPLOYMENT)["trial"] != now

    ground.wait("the former model to serve again", is_back)
    ground.telling.say(f"git revert of {merges[0][:12]}: {ground.message('prod', DEPLOYMENT)}")
    _still_answers(ground)


def _broken_spec(ground: Ground) -> None:
    _pull(ground)
    file = ground.work / "specs/experiments/employment.yaml"
    file.write_text(file.read_text().replace("metric:", "metrik:"))
    ground.push("Break a spec")
    ground.wait("the broken spec to be refused", lambda: ground.reason("prod", "experiments/employment") == "BadSpec")
    ground.telling.say(f"refused: {ground.message('prod', 'experiments/employment')}")
    _still_answers(ground)
    _revert(ground)
    ground.wait("the spec to be mended", lambda: ground.reason("prod", "experiments/employment") == "Trained")


def _bad_data(ground: Ground) -> None:
    _pull(ground)
    file = ground.work / "specs/datasets/employment.yaml"
    text = file.read_text()
    names = [line.split(":")[0].strip() for line in text.partition("columns:\n")[2].splitlines() if line[:2] == "  "]
    chosen = ", ".join("AGEP * 12 AS AGEP" if name == "AGEP" else name for name in names)
    file.write_text(text.replace("SELECT *", f"SELECT {chosen}"))
    ground.push("Give ages in months")
    ground.wait("the data to be refused", lambda: ground.reason("prod", "datasets/employment") == "DataRefused")
    ground.telling.say(f"refused: {ground.message('prod', 'datasets/employment')}")
    _still_answers(ground)
    _revert(ground)
    ground.wait("the data to be accepted again", lambda: ground.reason("prod", "datasets/employment") == "Accepted")


def _half_deleted(ground: Ground) -> None:
    _pull(ground)
    for name in (
        "experiments/digits",
        "labels/digits",
        "datasets/digits",
        "monitors/employment",
        "promotions/employment",
    ):
        ground.git("rm", "--quiet", f"specs/{name}.yaml")
    ground.git("rm", "--quiet", "environments/dev/promotions/employment.yaml")
    ground.push("Delete half of everything")
    ground.wait("the deletion to be refused", lambda: ground.reason("prod", "labels/digits") == "DeletionBudget")
    ground.telling.say(f"refused: {ground.message('prod', 'labels/digits')}")
    _still_answers(ground)
    _revert(ground)
    ground.wait("everything to be ready again", lambda: ground.reason("prod", "labels/digits") == "Accepted")


def _still_answers(ground: Ground) -> None:
    check(
        infer(ground.facts("prod", DEPLOYMENT)["url"], rows_of(ground.warehouse, 2018, 20)),
        "the endpoint gives no answer",
    )


def _pull(ground: Ground) -> None:
    ground.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")


def _revert(ground: Ground) -> None:
    ground.git("revert", "--no-edit", "HEAD")
    ground.publish()
