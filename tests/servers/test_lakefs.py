"""lakeFS as the tests get it: it commits, it lets users do what their policy says, and its state outlives it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.servers.lakefs import LakeFS, Statement

READER = (
    Statement(("fs:ReadRepository", "fs:ReadBranch"), "arn:lakefs:fs:::repository/policies*"),
    Statement(("fs:ListObjects", "fs:ReadObject"), "arn:lakefs:fs:::repository/policies/object/open/*"),
)


@pytest.fixture
def admin(lakefs: LakeFS) -> Iterator[httpx.Client]:
    with lakefs.client() as client:
        yield client


def put(client: httpx.Client, repository: str, path: str, content: bytes) -> httpx.Response:
    return client.post(
        f"/repositories/{repository}/branches/main/objects", params={"path": path}, files={"content": content}
    )


def read(client: httpx.Client, repository: str, path: str) -> httpx.Response:
    return client.get(f"/repositories/{repository}/refs/main/objects", params={"path": path})


def test_it_commits_what_was_written(lakefs: LakeFS, admin: httpx.Client) -> None:
    lakefs.create_repository("commits")
    put(admin, "commits", "a.txt", b"hello").raise_for_status()
    made = admin.post("/repositories/commits/branches/main/commits", json={"message": "one", "metadata": {"run": "1"}})
    assert made.is_success, made.text
    assert admin.get(f"/repositories/commits/commits/{made.json()['id']}").json()["metadata"] == {"run": "1"}
    assert read(admin, "commits", "a.txt").content == b"hello"


def test_a_user_may_do_what_the_policy_says_and_no_more(lakefs: LakeFS, admin: httpx.Client) -> None:
    lakefs.create_repository("policies")
    put(admin, "policies", "open/a", b"seen").raise_for_status()
    put(admin, "policies", "closed/a", b"unseen").raise_for_status()
    with lakefs.client(lakefs.create_user("reader", READER)) as reader:
        assert read(reader, "policies", "open/a").content == b"seen"
        assert read(reader, "policies", "closed/a").status_code == 401
        assert put(reader, "policies", "open/b", b"no").status_code == 401


def test_a_stranger_is_refused(lakefs: LakeFS) -> None:
    answer = httpx.get(f"{lakefs.api}/repositories", auth=("AKIAJSTRANGER", "secret"))
    assert answer.status_code == 401


def test_its_state_outlives_it(own_lakefs: LakeFS) -> None:
    own_lakefs.create_repository("kept")
    own_lakefs.kill()
    with pytest.raises(httpx.ConnectError), own_lakefs.client() as client:
        client.get("/repositories")
    own_lakefs.start()
    with own_lakefs.client() as client:
        assert [one["id"] for one in client.get("/repositories").json()["results"]] == ["kept"]


def test_paused_it_takes_calls_and_answers_none(own_lakefs: LakeFS) -> None:
    with own_lakefs.client() as client:
        own_lakefs.pause()
        with pytest.raises(httpx.ReadTimeout):
            client.get("/repositories", timeout=0.3)
        own_lakefs.resume()
        assert client.get("/repositories").is_success
