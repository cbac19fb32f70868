"""What was seen in a CSV file, told to the person who named it: all that was guessed, and how to say otherwise."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.cli.output import counted, say
from runners.contract.mistakes import shown

_SHOWN = 5


def tell_seen(name: str, seen: Mapping[str, Any]) -> None:
    """Print what was seen and guessed."""
    for line in lines_of(name, seen):
        say(line)


def lines_of(name: str, seen: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was seen and guessed, a line each."""
    source, task = seen["source"], seen["task"]
    yield f"{counted(seen['rows'], 'row')} of {counted(len(seen['columns']), 'column')}, {_how(source)}."
    yield f"  task        {task['name']}, by {task['metric']} ({task['why']})"
    yield f"  identifier  {seen['identifier'] or 'none: rows are told apart by their values; --identifier names one'}"
    if seen["timestamp"]:
        yield f"  time        {seen['timestamp']}; `split: {{by: {seen['timestamp']}}}` tests on the newest rows"
    if seen["leaks"]:
        yield f"  left out    {_listed(seen['leaks'])}: gives {seen['target']} away, or is it under another name"
    if seen["names"]:
        yield f"  left out    {_listed(seen['names'])}: a value of its own in nearly each row"
    if seen["doubtful"]:
        yield f"  doubtful    {_listed(seen['doubtful'])}: day and month could be changed round; see `dates`"
    for one in seen["findings"][:_SHOWN]:
        yield f"  found       {one['what']}: {one['fix']}"
    if len(seen["findings"]) > _SHOWN:
        yield f"              and {len(seen['findings']) - _SHOWN} more, which the profile tells"
    yield f"All of it can be changed: specs/datasets/{name}.yaml, specs/experiments/{name}.yaml."


def _how(source: Mapping[str, Any]) -> str:
    """Say how the file is written."""
    parts = [source.get("encoding", "utf-8").upper(), f"parted by {shown(source.get('delimiter', ','))}"]
    parts += [f"decimals by {shown(source['decimal'])}"] if "decimal" in source else []
    parts += [f"thousands by {shown(source['thousands'])}"] if source.get("thousands") else []
    parts += [f"{' and '.join(map(shown, source['nulls']))} taken for missing"] if source.get("nulls") else []
    return ", ".join(parts)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
