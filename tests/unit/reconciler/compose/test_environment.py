"""An environment's own file."""

from reconciler.compose.environment import read_environment
from tests.unit.reconciler.compose.samples import library


def read(text: str) -> tuple[object, list[str]]:
    found = read_environment(library({"e.yaml": text}), "e.yaml")
    return found.environment, [str(problem) for problem in found.problems]


def test_providers_and_variables() -> None:
    text = "data: {provider: git, path: /x}\nvariables: {a: b, c: '${.a}/${env.a}', d: '${variables.a}', e: '\\${f}'}\n"
    found = read_environment(library({"e.yaml": text}), "e.yaml")
    assert found.environment is not None
    assert found.environment.data.options == {"path": "/x"}
    assert found.environment.variables == {"a": "b", "c": "b/b", "d": "b", "e": "${f}"}
    assert found.variables == {"a": "b", "c": "b/b", "d": "b", "e": "\\${f}"}


def test_an_empty_file_is_the_default_environment() -> None:
    environment, problems = read("")
    assert environment is not None
    assert problems == []


def test_what_is_wrong_is_told_with_its_place() -> None:
    assert read("variables: {a: 1}\nvarables: {}\ndata: git\n") == (
        None,
        [
            "e.yaml:2:1: varables: unknown field `varables` (did you mean `variables`?)",
            "e.yaml:3:7: data: expected a mapping, not `git`",
        ],
    )
    assert read("- a")[1] == [
        "e.yaml:1:1: a spec is a mapping of fields, and this is a list (write `field: value` lines)"
    ]
    assert read("defaults: [a]")[1] == ["e.yaml:1:1: an environment has no `defaults` (write its settings here)"]
    assert "reads the world outside" in read("description: ${oc.env:HOME}")[1][0]


def test_variables_are_guessed_where_the_rest_is_wrong() -> None:
    found = read_environment(library({"e.yaml": "variables: {a: 1}\nx: 1"}), "e.yaml")
    assert (found.environment, found.variables) == (None, {"a": 1})
    assert read_environment(library({"e.yaml": "variables: 3"}), "e.yaml").variables == {}


def test_a_deprecated_variable_is_a_warning() -> None:
    environment, problems = read("variables: {new: 1, old: '${oc.deprecated:env.new}'}")
    assert environment is not None
    assert len(problems) == 1


def test_an_environment_of_another_version_is_refused_and_one_of_this_is_the_same() -> None:
    assert read("apiVersion: setpoint/v1\nvariables: {a: 1}\n") == read("variables: {a: 1}\n")
    environment, problems = read("apiVersion: setpoint/v2\nvarables: {}\n")
    assert environment is None
    assert len(problems) == 1
    assert problems[0].startswith("e.yaml:1:13: `apiVersion` is a version that isn't known here: there is setpoint/v1")
