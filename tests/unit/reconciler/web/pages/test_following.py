"""Environments that are followed: what is new is read, what can't be read leaves what was."""

import asyncio
import shutil
from pathlib import Path

from reconciler.web.pages.following import NEAR, Environment, Following
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, Stage, document


def test_a_look_reads_status_specs_and_heartbeat(stage: Stage) -> None:
    one = stage.following.environments["dev"].look()
    assert one.commit == stage.status.read().commit
    assert {row.address for row in one.rows} == set(DOCUMENTS)
    assert one.desired
    assert one.needed_by("datasets/loans") == ("experiments/loans", "labels/loans")
    assert one.flaw == ""
    assert stage.following.environments["dev"].look() is one, "nothing has changed"


def test_what_is_out_of_reach_shows_what_was_read_last(stage: Stage) -> None:
    environment = stage.following.environments["dev"]
    before = environment.look()
    shutil.rmtree(Path(stage.source.repository.place))
    after = environment.look()
    assert "is gone" in after.flaw
    assert after.rows == before.rows


def test_a_commit_that_cant_be_composed_leaves_the_status(stage: Stage) -> None:
    stage.status.write({"pass.yaml": b"commit: " + b"0" * 40 + b"\n"}, "a commit that isn't here")
    one = stage.following.environments["dev"].look()
    assert one.desired is None
    assert len(one.rows) == len(DOCUMENTS)
    assert (one.needs("datasets/loans"), one.flaw) == ((), "")


def test_whoever_waits_is_woken_by_a_change_and_by_nothing_else(stage: Stage) -> None:
    async def waited() -> tuple[str, str]:
        await stage.following.look()
        task = asyncio.create_task(stage.following.follow())
        await stage.following.moved(NEAR * 3)
        before = stage.following.snapshots["dev"].commit
        stage.tell("pools/shared", document("waiting"))
        await stage.following.moved(30)
        task.cancel()
        return before, stage.following.snapshots["dev"].commit

    before, after = asyncio.run(waited())
    assert before != after == stage.status.read().commit


def test_environments_in_which_nothing_has_happened_come_last(stage: Stage) -> None:
    both = Following([Environment(key, key, stage.source) for key in ("a", "dev")])
    asyncio.run(both.look())
    assert list(both.snapshots) == ["dev", "a"]
