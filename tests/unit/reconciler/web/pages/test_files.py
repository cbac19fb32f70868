"""Files of the status branch: those that are shown, without scripts and without an origin."""

import pytest

from reconciler.web.pages import files
from reconciler.web.pages.files import NoFile, content_of
from tests.unit.reconciler.web.pages.conftest import REPORT, Client, Stage


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        (f"{REPORT}/report.html", "text/html; charset=utf-8"),
        (f"{REPORT}/plots/drift.svg", "image/svg+xml"),
        ("pass.yaml", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_handed_out_with_no_right_to_act(client: Client, path: str, type_: str) -> None:
    answer = client.get(f"/dev/files/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, type_)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "allow-scripts" not in policy
    assert "script-src" not in policy, "so that default-src 'none' holds for scripts"


@pytest.mark.parametrize(
    "path", ["controls/datasets/loans.yaml", "nothing.txt", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", ""]
)
def test_nothing_else_is_handed_out(client: Client, path: str) -> None:
    for room in ("files", "pages"):
        answer = client.get(f"/dev/{room}/{path}")
        assert answer.status_code == 404
        assert "secret reason" not in answer.text


def test_a_report_is_shown_in_a_frame_without_rights(client: Client) -> None:
    page = client.get(f"/dev/pages/{REPORT}/report.html").text
    assert 'sandbox=""' in page
    assert "<script>alert" not in page
    told = client.get(f"/dev/pages/{REPORT}/report.md").text
    assert f'src="/dev/files/{REPORT}/plots/drift.svg"' in told
    assert "<script>alert" not in told


def test_a_file_that_is_too_large_is_named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    one = stage.following.environments["dev"].look()
    monkeypatch.setattr(files, "LARGEST", 10)
    with pytest.raises(NoFile, match="git show"):
        content_of(one, "README.md")
