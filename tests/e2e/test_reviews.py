"""A pull request on a real Gitea is told what its merge would do, by a real daemon."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.reviewed import ENVIRONMENT, SPECS, Reviewed, reviewed
from tests.servers.gitea import Gitea
from tests.servers.process import until

pytestmark = [pytest.mark.slow, pytest.mark.turns("whole lives", "the reviews of a forge")]


@pytest.fixture
def place(gitea: Gitea, tmp_path: Path) -> Iterator[Reviewed]:
    with reviewed(gitea, tmp_path) as place:
        yield place


def test_a_pull_request_is_planned_for_and_told_again_as_it_changes(place: Reviewed) -> None:
    number = place.propose("larger", {"specs/pools/shared.yaml": "# How many at once.\ncapacity: {cpus: 2}\n"})
    other = place.propose("docs", {"README.md": "# Models\n"})
    assert place.status(number) == ("success", "1 change")
    section = place.section(number)
    file = (
        f"{place.project.server.url}/{place.project.repository}/src/commit/{place.head(number)}/specs/pools/shared.yaml"
    )
    where = f"[`specs/pools/shared.yaml:2`]({file}#L2)"
    assert f"| `pools/shared` | `capacity.cpus` | `1.0` | `2.0` | {where} |" in section
    assert "| `~` | `pools/shared` | configure |" in section
    assert place.status(other) == ("success", "nothing changes")
    assert place.section(other) == "✅ `dev`: nothing changes"

    place.ada.git("checkout", "--quiet", "larger")
    place.ada.commit({"specs/pools/shared.yaml": "capacity: {cpus: many}\n"})
    place.ada.push("HEAD:larger")
    until(lambda: "1 error" in place.section(number), "the page to tell of the error")
    assert place.status(number) == ("failure", "1 error in the specs")
    file = file.replace(file.split("/")[-4], place.head(number))
    where = f"[`specs/pools/shared.yaml:1:18`]({file}#L1)"
    assert f"🔴 {where} `capacity.cpus`: expected" in place.section(number)
    assert len(place.comments(number)) == 1, "one comment, however often it is written"

    place.project.merge(other).raise_for_status()
    until(lambda: place.project.head()[:12] in place.section(number), "the page to follow the branch")


def test_what_a_comment_can_t_hold_is_a_file_on_the_status_branch(place: Reviewed) -> None:
    """Gitea says itself where people read a file: that is where the comment links to."""
    many = {f"specs/pools/n{number:03}.yaml": "capacity: {cpus: 1}\n" for number in range(150)}
    number = place.propose("many", many)
    section = place.section(number)
    assert "and 50 resources more" in section
    kept = {"ref": "setpoint/dev"}
    told = place.project.ask(place.project.owner, "GET", f"/contents/pull-requests/{number}.md", params=kept).json()
    assert f"[All of it]({told['html_url']})" in section
    assert "`pools/n149` created" in b64decode(told["content"]).decode()
    place.project.ask(place.project.owner, "PATCH", f"/pulls/{number}", {"state": "closed"}).raise_for_status()
    gone = f"/contents/pull-requests/{number}.md"
    until(lambda: place.project.ask(place.project.owner, "GET", gone, params=kept).status_code == 404, "it to go")


def test_a_pull_request_that_conflicts_is_told_so(place: Reviewed) -> None:
    number = place.propose("two", {"specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
    place.propose("three", {"specs/pools/shared.yaml": "capacity: {cpus: 3}\n"})
    place.section(number)
    place.ada.push("HEAD:main")
    until(lambda: "conflicts with main in specs/pools/shared.yaml" in place.status(number)[1], "the conflict")
    assert place.status(number)[0] == "failure"


def test_a_fork_is_planned_for_and_gets_nothing(place: Reviewed, gitea: Gitea) -> None:
    """A stranger's pull request names other engines, asks for a secret and brings markup; none of it is obeyed."""
    mallory = gitea.create_user(f"mallory-{place.project.owner.name}")
    gitea.api("PATCH", f"/repos/{place.project.repository}", json={"private": False}).raise_for_status()
    gitea.api("POST", f"/repos/{place.project.repository}/forks", token=mallory.token, json={}).raise_for_status()
    fork = f"{mallory.name}/specs"
    place.ada.git("checkout", "--quiet", "-B", "evil", "origin/main")
    place.ada.commit(
        {
            ENVIRONMENT: SPECS[ENVIRONMENT] + "pool: {provider: kubernetes, image: x, kubeconfig: /etc/passwd}\n",
            "specs/pools/shared.yaml": "description: '</table> @owner <!-- setpoint: end dev --> [x](http://evil)'\n"
            "capacity: {cpus: 1}\n",
            "specs/pools/secret.yaml": "description: '${secret:FORGE_TOKEN} ${oc.env:PATH}'\ncapacity: {cpus: 1}\n",
        }
    )
    until(lambda: gitea.api("GET", f"/repos/{fork}/branches/main", token=mallory.token).is_success, "the fork")
    place.ada.git("push", "--quiet", gitea.clone_url(fork, mallory), "HEAD:evil")
    asked = {"head": f"{mallory.name}:evil", "base": "main", "title": "<!-- evil -->"}
    opened = place.project.ask(mallory, "POST", "/pulls", asked).raise_for_status().json()
    section = place.section(opened["number"])
    assert place.status(opened["number"])[0] == "failure"
    assert place.daemon.token not in section
    assert "the commit changes `pool` of the environment" in section
    assert "<!--" not in section.replace("&lt;", "")
    assert "specs/pools/secret.yaml" in section, "the resolver that reads the machine is told as an error"
    place.ada.git("checkout", "--quiet", "-B", "main", "origin/main")
    number = place.propose("good", {"specs/pools/other.yaml": "capacity: {cpus: 1}\n"})
    assert place.status(number)[0] == "success", "one that is bad takes no other down"


def test_webhooks_have_it_looked_at_once(gitea: Gitea, tmp_path: Path) -> None:
    """The daemon asks by itself every three minutes: what it does sooner it was told of."""
    with reviewed(gitea, tmp_path, webhooks=True) as place:
        number = place.propose("larger", {"specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
        assert place.status(number) == ("success", "1 change")
        place.ada.git("checkout", "--quiet", "-B", "main", "origin/main")
        place.ada.commit({"specs/pools/other.yaml": "capacity: {cpus: 1}\n"})
        place.ada.push("HEAD:main")
        until(lambda: "pools/other" in place.configured, "the pool to be configured")
        until(lambda: place.project.head()[:12] in place.section(number), "the page to follow the branch")
        place.project.merge(number).raise_for_status()
        told = "what was shown is what was done"
        until(lambda: told in place.section(number), "the page to say what came of it")
