"""The reference's pages, written from the code: no field, verb or metric that isn't in them.

They are committed, so that a forge shows them; `make reference` writes them anew, and a test says when that is due.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from reconciler.cli import VERBS, module_of
from reconciler.cli.exits import Exit
from reconciler.loop.health import Metrics
from reconciler.model import facts
from reconciler.model.environment import Environment
from reconciler.model.facts import FACTS, IsMoment, shapes
from reconciler.model.kinds import KINDS
from reconciler.model.markdown import table
from reconciler.model.reason import Reason
from reconciler.plugins import PORTS, installed
from reconciler.web.metrics import DeliveryCounter, together

WIDTH = 100
"""Characters of a line of help."""
SETTINGS = (
    ("SETPOINT_REPOSITORY", "--repository", "A path or URL of the repository; for `run` a line for each of several."),
    (
        "SETPOINT_ENVIRONMENT",
        "--environment",
        "A folder under environments/; for `run` several, with spaces in between.",
    ),
    ("SETPOINT_BRANCH", "--branch", "The watched branch."),
    ("SETPOINT_HTTP", "--http", "host:port of the daemon's `/healthz`, `/readyz` and `/metrics`."),
    ("SETPOINT_ANNOTATOR", "--as", "Who answers on the page of `setpoint label`."),
    ("SETPOINT_WEB", "--listen", "host:port of the page of `setpoint web`."),
    ("SETPOINT_RUN_WEB", "--web", "host:port of the page inside the daemon."),
    ("SETPOINT_WEB_LOGIN", "--login", "The file that says how people are known to the page."),
    ("SETPOINT_SERVER", "--server", "Where `get`, `status` and `describe` read a page in the place of a repository."),
    ("SETPOINT_HOME", "--home", "Where the embedded engines keep their state."),
    (
        "SETPOINT_VERIFY_WITH",
        "--verify-with",
        "Files of pinned signers, with `:` between them: commits are signed by one, whatever the repository says.",
    ),
    (
        "SETPOINT_SIGNING_KEY",
        "--signing-key",
        "The private SSH key that signs what is merged, and statements about models.",
    ),
    ("SETPOINT_LEASE", "--lease", "What decides which daemon may write: `git`, `kubernetes`, `kubernetes:NAMESPACE`."),
    ("SETPOINT_GITHUB_APP", "", "The client id or number of the App of GitHub by which Git reaches the repository."),
    (
        "SETPOINT_GITHUB_APP_KEY_FILE",
        "",
        "A file with that App's private key; unset, it is `SETPOINT_SECRET_GITHUB_APP_KEY`.",
    ),
    ("SETPOINT_SECRET_<NAME>", "", "What `${secret:NAME}` stands for, inside jobs."),
    ("SETPOINT_RUN, SETPOINT_ATTEMPT", "", "Set in a job: the run's name, and which attempt it is."),
    ("SETPOINT_CPUS, SETPOINT_MEMORY, SETPOINT_GPUS", "", "Set in a job: what it asked for, and has."),
    ("SETPOINT_TRAIN, SETPOINT_TRAIN_CSV", "", "Set for code of your own: the training rows, as Parquet and as CSV."),
    (
        "SETPOINT_OUTPUT, SETPOINT_PARAMS, SETPOINT_SEED",
        "",
        "Set for code of your own: where the model goes, and what to try.",
    ),
    ("SETPOINT_TOKEN", "", "The token that lets in at the page of --server, and at that of `reconciler.client`."),
    ("SETPOINT_DEBUG", "", "Show where an unforeseen error came from."),
)


def pages() -> Mapping[str, str]:
    """Return the text of every page by its path."""
    return {
        "reference/kinds.md": "# Kinds\n\n"
        + "\n\n".join(_model(name, kind.model_json_schema()) for name, kind in KINDS.items()),
        "reference/environment.md": "# Environment\n\n" + _model("environment.yaml", Environment.model_json_schema()),
        "reference/cli.md": "# Command line\n\nEvery verb prints JSON with `--json`, but for `run`, `web` and `label`, "
        "which never end, and `git-credential`, which speaks Git's words.\n\n" + "\n\n".join(map(_verb, VERBS)),
        "reference/exit-codes.md": "# Exit codes\n\n" + _exits(),
        "reference/reasons.md": _reasons(),
        "reference/status.md": _status(),
        "reference/metrics.md": "# Metrics\n\nOf the daemon, at `/metrics`. All but `setpoint_webhooks` have "
        "the labels `repository` and `environment`.\n\n" + _metrics(),
        "reference/settings.md": "# Settings\n\n" + table(("variable", "option", ""), SETTINGS_ROWS),
        "reference/providers.md": "# Providers\n\n" + _providers(),
        "reference/runners.md": _runners(),
    }


SETTINGS_ROWS = [(f"`{name}`", f"`{option}`" if option else "", text) for name, option, text in SETTINGS]


def _model(name: str, schema: Mapping[str, Any]) -> str:
    parts = [f"## {name}\n\n{schema.get('description', '')}\n\n" + _fields(schema)]
    for block, inner in schema.get("$defs", {}).items():
        if inner.get("properties"):
            parts.append(f"### {name}: {block}\n\n{inner.get('description', '')}\n\n" + _fields(inner))
    return "\n\n".join(parts)


def _fields(schema: Mapping[str, Any]) -> str:
    needed = set(schema.get("required", ()))
    rows = [
        (f"`{name}`", _type(field), "needed" if name in needed else _default(field), field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]
    return table(("field", "type", "default", ""), rows) if rows else ""


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in field:
        return " or ".join(_type(item) for item in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{item}`" for item in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    told = field.get("type", "any")
    return " or ".join(told) if isinstance(told, list) else str(told)


def _default(field: Mapping[str, Any]) -> str:
    told = field.get("default")
    return "" if told in (None, "", [], {}) else f"`{_yaml(told)}`"


def _yaml(value: Any) -> str:
    """Write a default as a spec would say it: `8Gi`, `true`, `{action: report}`."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float) and value >= 2**30 and value % 2**30 == 0:
        return f"{value / 2**30:.0f}Gi"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_yaml, value)) + "]" if isinstance(value, list | tuple) else str(value)


def _verb(name: str) -> str:
    """Write a verb as `--help` tells it, and after it its own verbs."""
    command = import_module(module_of(name)).command
    return "\n\n".join(_helped(f"setpoint {name}", command))


def _helped(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, help_option_names=["-h", "--help"], terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```"
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _helped(f"{name} {inner.name}", inner)


def _exits() -> str:
    meanings = dict(_member_docs(Exit))
    rows = [(str(int(code)), f"`{code.name}`", meanings.get(code.name, "It did what was asked.")) for code in Exit]
    return table(("code", "name", "meaning"), rows)


def _status() -> str:
    text = "What `status/<kind>/<name>.yaml` on the status branch, and `setpoint get --json`, tell in `facts`."
    words = {list: "list", dict: "mapping", str: "text", int: "number", IsMoment: "moment"}
    parts = [f"# Status\n\n{text} What isn't there is left out."]
    for kind, model in FACTS.items():
        meanings = _field_docs(model.__name__)
        rows = [(f"`{name}`", words[shape], meanings.get(name, "")) for name, shape in shapes(kind).items()]
        parts.append(f"## {kind}\n\n" + table(("fact", "type", ""), rows))
    return "\n\n".join(parts)


def _field_docs(name: str) -> Mapping[str, str]:
    """Read the docstrings below the fields of a class of facts, and of those that it extends: Python drops them."""
    import ast
    import inspect

    body = ast.parse(inspect.getsource(facts)).body
    model = next(one for one in body if isinstance(one, ast.ClassDef) and one.name == name)
    told: dict[str, str] = {}
    for base in model.bases:
        told |= _field_docs(base.id) if isinstance(base, ast.Name) and base.id != "TypedDict" else {}
    for item, after in zip(model.body, model.body[1:], strict=False):
        if isinstance(item, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            assert isinstance(item.target, ast.Name)
            told[item.target.id] = str(after.value.value)
    return told


def _reasons() -> str:
    meanings = dict(_member_docs(Reason))
    rows = [(f"`{reason}`", meanings[reason.name]) for reason in Reason]
    text = "The one word of a condition that says why a resource is in its state; the message beside it says more."
    return f"# Reasons\n\n{text}\n\n" + table(("reason", "meaning"), rows)


def _member_docs(enumeration: type) -> Iterator[tuple[str, str]]:
    """Read the docstrings below the members of an enumeration, which Python drops."""
    import ast
    import inspect

    body = ast.parse(inspect.getsource(enumeration)).body[0]
    assert isinstance(body, ast.ClassDef)
    for item, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(item, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            assert isinstance(item.targets[0], ast.Name)
            yield item.targets[0].id, str(after.value.value)


def _metrics() -> str:
    registry = together([({}, Metrics("example").registry), ({}, DeliveryCounter().registry)])
    rows = [(f"`{family.name}`", family.type, family.documentation) for family in registry.collect()]
    return table(("metric", "type", ""), rows)


def _providers() -> str:
    """List the built-in providers with their options; `extending.md` says how others join them."""
    plugins = installed()
    names = [(port, name) for port in PORTS for name in plugins.providers(port)]
    found = [(port, name, plugins.provider(port, name)) for port, name in names]
    rows = [(port, f"`{name}`", f"`{p.build}`", f"`{p.install}`" if p.install else "") for port, name, p in found]
    options = [(f"{port}: {name}", plugins.options(port, name)) for port, name in names]
    models = (_model(title, model.model_json_schema()) for title, model in options if model)
    return "\n\n".join((table(("port", "name", "made by", "needs"), rows), *models))


def _runners() -> str:
    from runners import contract

    text = "\n".join(line.strip() for line in (contract.__doc__ or "").splitlines())
    models = (contract.Request, contract.Result, contract.Violation)
    tables = (_model(model.__name__, model.model_json_schema()) for model in models)
    return "\n\n".join([f"# Runner contract\n\n{text}", *tables])


def write(folder: Path) -> None:
    """Write every page below a folder, and remove what was a page of the reference and is none any more."""
    told = pages()
    for path in (folder / "reference").glob("*.md"):
        if path.relative_to(folder).as_posix() not in told:
            path.unlink()
    for name, text in told.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text.rstrip()}\n", "utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent)
