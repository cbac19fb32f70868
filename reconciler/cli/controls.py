"""Controls: what an operator asks of one resource, committed to the status branch where everyone can see it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.cli.reading import open_status
from reconciler.loop.dumping import dump
from reconciler.loop.recorded import approval_path, control_path, parse
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.settings import Settings


def write_control(settings: Settings, address: str, change: Mapping[str, Any], message: str) -> dict[str, Any]:
    """Change the control of a resource; fields set to None are taken away. Return the control as it is now.

    Raises:
        Refused: the status knows no such resource.
    """
    status = open_status(settings)
    tree = status.read()
    if f"status/{address}.yaml" not in tree.files:
        known = sorted(p.removeprefix("status/").removesuffix(".yaml") for p in tree.files if p.startswith("status/"))
        from difflib import get_close_matches

        near = get_close_matches(address, known, 1)
        raise Refused(
            f"{settings.environment} has no resource {address}",
            f"did you mean {near[0]}?" if near else f"it has: {', '.join(known) or 'none yet'}",
        )
    path = control_path(Address(address))
    former = dict(parse(tree.read(path))) if path in tree.files else {}
    control = {key: value for key, value in {**former, **change}.items() if value is not None}
    status.write({path: dump(control) if control else None}, f"{settings.environment}: {message} {address}")
    return control


def write_approval(settings: Settings, name: str) -> None:
    """Approve a set of deletions, or a commit of a rewritten history, by its digest."""
    document = dump({"approved": now()})
    open_status(settings).write({approval_path(name): document}, f"{settings.environment}: approve {name}")


def now() -> str:
    """Return the time as a control holds it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
