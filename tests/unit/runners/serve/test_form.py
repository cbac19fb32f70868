"""An endpoint's page for people."""

import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from runners.models import Column, Signature, Tensor, load
from runners.models.coverage import Coverage
from runners.serve.answers import Answer
from runners.serve.form import POLICY, form
from runners.serve.http.request import Request
from runners.tables.reading import ColumnReading, Reading
from tests.unit.runners.serve.endpoint import Endpoint
from tests.unit.runners.serve.tiny import bright, explainable, make, signature

HOSTILE = "\"><script>alert(1)</script><b a='"


class Seen(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def fields(told: Signature) -> dict[str | None, dict[str, str | None]]:
    page = Seen(form("x", told))
    return {one["name"]: one for tag in ("input", "select") for one in page.all(tag)}


def of(column: Column, reading: ColumnReading | None = None, tensor: str = "FP32") -> Signature:
    schema = Reading({column.name: reading}) if reading else None
    return signature(inputs=(column,), tensors=(Tensor("t", tensor, (column.name,)),), schema=schema)


def test_who_asks_for_a_page_gets_one_and_programs_what_they_got_before(tmp_path: Path) -> None:
    endpoint = Endpoint(load(tmp_path, make(tmp_path)))
    assert endpoint.ask("/", method="GET", accept="application/json") == (200, {"status": "alive"})
    answers: list[Answer] = []
    endpoint.app(Request("GET", "/", "", {b"accept": b"text/html,*/*"}, b""), answers.append)
    (page,) = answers
    head = dict(page.headers)
    assert head[b"content-type"].startswith(b"text/html")
    assert head[b"content-security-policy"] == POLICY.encode()
    assert b"employment" in page.body


def test_a_browser_runs_the_page_s_own_script_alone() -> None:
    page = form("x", signature())
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in POLICY
    assert not re.search(r"\son\w+=|\sstyle=|<link|<img", page)


def test_whatever_columns_and_values_are_called_stays_text() -> None:
    told = signature(
        target=HOSTILE,
        inputs=(Column(HOSTILE, "BYTES"),),
        tensors=(Tensor("t", "BYTES", (HOSTILE,)),),
        classes=(HOSTILE, "b"),
        positive="b",
        schema=Reading({HOSTILE: ColumnReading("string", (HOSTILE,))}),
    )
    page = form(HOSTILE, told)
    seen = Seen(page)
    assert len(seen.all("script")) == 1
    assert not seen.all("b")[1:], "only the target is bold"
    (body,) = seen.all("body")
    assert HOSTILE in unescape(str(body["data-classes"])).replace('\\"', '"')
    assert seen.all("select")[0]["name"] == seen.all("option")[1]["value"] == HOSTILE


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (of(Column("a", "FP32")), "number"),
        (of(Column("a", "INT64")), "number"),
        (of(Column("a", "BOOL")), "boolean"),
        (of(Column("a", "BYTES"), tensor="BYTES"), "text"),
        (of(Column("a", "BYTES"), tensor="INT64"), "text"),
        (of(Column("a", "INT64"), ColumnReading("integer", (1, 2))), "number"),
        (of(Column("a", "BYTES"), ColumnReading("boolean", (False, True)), "BYTES"), "text"),
    ],
    ids=str,
)
def test_a_field_sends_its_column_s_type(told: Signature, kind: str) -> None:
    assert fields(told)["a"]["data-kind"] in (kind, "moment")


def test_values_that_were_there_can_be_chosen_unless_they_are_sensitive() -> None:
    open_, hidden = (
        of(Column("a", "BYTES"), ColumnReading("string", ("one", "two"), is_sensitive=is_so), "BYTES")
        for is_so in (False, True)
    )
    assert [one["value"] for one in Seen(form("x", open_)).all("option")] == ["", "one", "two"]
    assert "one" not in re.sub(r"<(script|style)>.*?</\1>", "", form("x", hidden), flags=re.DOTALL).split("<form>")[1]


def test_a_picture_is_chosen_as_a_file(tmp_path: Path) -> None:
    bright(tmp_path)
    assert fields(load(tmp_path).signature)["image"]["type"] == "file"


def test_of_very_many_columns_it_says_so() -> None:
    many = signature(
        inputs=tuple(Column(f"c{number}", "FP32") for number in range(501)),
        tensors=(Tensor("t", "FP32", tuple(f"c{number}" for number in range(501))),),
    )
    page = form("x", many)
    assert "1 columns more than a form has room for" in page
    assert not Seen(page).all("button")


def test_it_asks_why_where_answers_are_explained_and_says_which_share_is_covered(tmp_path: Path) -> None:
    told = load(tmp_path, explainable(tmp_path)).signature
    (body,) = Seen(form("x", told)).all("body")
    assert (body["data-explain"], body["data-share"]) == ("1", "")
    (body,) = Seen(form("x", signature(coverage=Coverage(0.925, (0.1,), 100)))).all("body")
    assert (body["data-explain"], body["data-share"]) == ("", "92.5")


def test_what_comes_from_an_endpoint_is_never_markup() -> None:
    script = re.findall(r"<script>(.*?)</script>", form("x", signature()), re.DOTALL)[0]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)
