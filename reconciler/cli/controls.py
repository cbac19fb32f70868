"""Controls: what an operator asks of one resource, committed to the status branch where everyone can see it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.cli.status_reader import listed, open_status, read_status, unknown
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.status.branch import Edits, StatusTree

_ASKED = re.compile(r"apply --approve ([0-9a-f]+)")


def write_control(settings: Settings, address: str, change: Mapping[str, Any], message: str) -> dict[str, Any]:
    """Change the control of a resource; fields set to None are taken away. Return the control as it is now.

    What was asked of it by a former name is put under its own.

    Whoever writes at the same time loses nothing: the change is put on what the other has written.

    Raises:
        Refused: the status knows no such resource, or a newer version of Setpoint wrote its control.
    """
    from reconciler.git.commits import AUTHOR
    from reconciler.model.ids import Address
    from reconciler.model.moves import former_told
    from reconciler.status.formats import CONTROL
    from reconciler.status.read import control_path, parse
    from reconciler.yaml.dump import dump

    status, path = open_status(settings), control_path(Address(address))
    control: dict[str, Any] = {}

    def changed(tree: "StatusTree") -> "Edits":
        if f"status/{address}.yaml" not in tree.files:
            known = (p[7:-5] for p in tree.files if p.startswith("status/") and p.endswith(".yaml"))
            raise unknown(address, known, settings.environment)
        document = parse(tree.read(f"status/{address}.yaml"))
        names = reversed(former_told(Address(address), document.get("facts")))
        there = [p for p in (path, *map(control_path, names)) if p in tree.files]
        former = parse(tree.read(there[0])) if there else {}
        _demand_known(path, former)
        control.clear()
        told = {key: value for key, value in {**former, **change}.items() if value is not None and key != "format"}
        control.update(told)
        gone: Edits = dict.fromkeys(there)
        return {**gone, path: dump({"format": CONTROL, **control}) if control else None}

    status.write(changed, f"{settings.environment}: {message} {address}", settings.author or AUTHOR)
    return control


def _demand_known(path: str, control: Mapping[str, Any]) -> None:
    """See that a control that is changed means to this version what it says.

    Raises:
        Refused: it is of a newer format.
    """
    from reconciler.status.formats import Newer, check

    try:
        check(path, control)
    except Newer as error:
        raise Refused(f"{path}: {error.message}", error.hint) from error


def write_approval(settings: Settings, name: str) -> None:
    """Approve a set of deletions, or a commit of a rewritten history, by its digest.

    Raises:
        Refused: the status asks for no approval of that name.
    """
    from reconciler.git.commits import AUTHOR
    from reconciler.status.formats import CONTROL
    from reconciler.status.read import approval_path
    from reconciler.yaml.dump import dump

    asked = asked_for(settings)
    if name not in asked:
        hint = listed("it asks for", sorted(asked)) or "it asks for none: see `setpoint status`"
        raise Refused(f"the status of {settings.environment} asks for no approval of {name}", hint)
    document = dump({"format": CONTROL, "approved": now()})
    words = f"{settings.environment}: approve {name}"
    open_status(settings).write({approval_path(name): document}, words, settings.author or AUTHOR)


def asked_for(settings: Settings) -> frozenset[str]:
    """Return what the last pass asked a person to approve."""
    recorded = read_status(settings)
    notes = [str(note) for note in recorded.last_pass.get("notes") or ()]
    return frozenset(_ASKED.findall("\n".join(notes)))


def now() -> str:
    """Return the time as a control holds it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
