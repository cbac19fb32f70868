"""A password that stands in a URL is told, without telling it; what only looks like one isn't."""

import pytest

from reconciler.compose.plain_passwords import plain_passwords, tells_password
from reconciler.model.errors import Severity
from tests.unit.reconciler.compose.samples import SMALL, desired

SQL = "specs/datasets/loans.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:hunter2@host/db",
        "postgresql+psycopg://user:hunter2@host:5432/db?sslmode=require",
        "postgresql://user:hun%40ter@[::1]:5432/db",
        "https://:hunter2@host/x.csv",
        "s3://key:hunter2@bucket/x",
        "--dsn=mysql://user:hun@ter2@host/db",
        "postgresql://${secret:USER}:hunter2@host/db",
        "read http://host/a and http://user:hunter2@host/b",
    ],
)
def test_a_password_in_a_url_is_seen(text: str) -> None:
    assert tells_password(text)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:${secret:PASSWORD}@host/db",
        "postgresql://${secret:USER}:${secret:PASSWORD}@host:5432/db",
        "postgresql://${secret:BOTH}@host/db",
        "postgresql://user@host:5432/db",
        "postgresql://user:@host/db",
        "${secret:URL}",
        "http://host:8080/a@b",
        "http://host:8080?mail=a:b@c",
        "http://host:8080#a:b@c",
        "postgresql://user:key-${secret:PASSWORD}@host/db",
        "ssh://git@host:22/x.git",
        "git@host:owner/x.git",
        "docker://image:1.2@sha256:0123",
        "sqlite:///people.db",
        "note: a://b is no address, but c:d@e",
    ],
)
def test_what_is_no_password_is_let_be(text: str) -> None:
    assert not tells_password(text)


def test_all_texts_are_looked_at_but_what_is_for_people() -> None:
    url = "postgresql://user:hunter2@host/db"
    values = {"description": f"as {url}", "params": {"a": [1, {"b": url}], "c": None}, "command": ("x", url)}
    assert [flaw.path for flaw in plain_passwords(values)] == [("params", "a", 1, "b"), ("command", 1)]


def test_it_is_a_warning_at_its_line_and_breaks_nothing() -> None:
    text = "source:\n  sql:\n    query: SELECT 1\n    url: '{}'\n"
    found = desired({**SMALL, SQL: text.format("postgresql://user:hunter2@host/db")})
    (problem,) = found.all_problems()
    assert (problem.file, problem.line, problem.path, problem.severity) == (SQL, 4, "source.sql.url", Severity.WARNING)
    assert "${secret:NAME}" in str(problem)
    assert "hunter2" not in str(problem)
    assert len(found.resources) == 3
    assert not desired({**SMALL, SQL: text.format("postgresql://user:${secret:P}@host/db")}).all_problems()


def test_of_a_broken_spec_and_of_an_environment_it_is_told_too() -> None:
    url = "url: 'postgresql://user:hunter2@host/db'"
    files = {
        **SMALL,
        SQL: f"keep: -1\nsource: {{sql: {{{url}, query: SELECT 1}}}}\n",
        "environments/dev/environment.yaml": f"variables: {{{url}, bucket: b, team: t}}\n",
    }
    places = [(problem.file, problem.path) for problem in desired(files).all_problems()]
    assert places == [("environments/dev/environment.yaml", "variables.url"), (SQL, "keep"), (SQL, "source.sql.url")]
