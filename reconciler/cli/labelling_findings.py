"""Whether an environment's labelling tool is well: reached, known to us, as its campaigns ask, and answerable."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reconciler.cli.finding import Finding
from reconciler.model.errors import SetpointError
from reconciler.model.kinds.label_config import is_same
from reconciler.model.kinds.labels import Labels
from reconciler.model.text import counted

if TYPE_CHECKING:
    from reconciler.model.ids import Address
    from reconciler.model.label_projects import LabelProject
    from reconciler.model.label_tools import LabelTool
    from reconciler.settings import Settings

MOST_TOLD = 5


def labelling_findings(settings: "Settings") -> Iterator[Finding]:
    """Ask the labelling tool of an environment."""
    from reconciler.wiring import wire

    try:
        converging = wire(settings).converging
        head = converging.head()
        engines = converging.engines if head else None
        asked = dict(converging.desired(head).of_kind(Labels)) if head else {}
        if engines is None or engines.labelling is None:
            yield Finding("labelling tool", "none in this environment", True, needed=False)
            return
        tool, projects = engines.labelling.health(), engines.labelling.list()
    except SetpointError as error:
        yield Finding("labelling tool", error.message, False, fix=error.hint)
        return
    yield from tool_findings(tool)
    yield from campaign_findings(asked, projects, tool)


def tool_findings(tool: "LabelTool") -> Iterator[Finding]:
    """Tell how the tool is, and whom it takes us for."""
    yield Finding("labelling tool", f"{tool.where} answers", True)
    if tool.oldest:
        is_well = _numbers(tool.version) >= _numbers(tool.oldest)
        found = tool.version or "it tells no version"
        yield Finding("its version", found, is_well, fix=f"upgrade it to {tool.oldest} or newer")
    if tool.token:
        knows = f"{tool.token}, of {tool.identity}" if tool.identity else f"{tool.token}, of nobody that it names"
        fix = "make a personal access token: the organization may forbid the former kind at any time"
        yield Finding("our token", knows, bool(tool.identity) and tool.is_lasting, fix=fix)


def campaign_findings(
    asked: "Mapping[Address, Labels]", projects: "Mapping[Address, LabelProject]", tool: "LabelTool"
) -> Iterator[Finding]:
    """Hold the projects against the campaigns that ask for them.

    Args:
        asked: the labels of the environment.
        projects: what is in the tool.
        tool: what it tells of itself.
    """
    for address, spec in sorted(asked.items()):
        if spec.campaign is None:
            continue
        project = projects.get(address)
        if project is None:
            yield Finding(
                address, "has no project yet", False, needed=False, fix="the daemon makes it in its next pass"
            )
            continue
        drift = "; ".join(_drift(spec, project))
        yield Finding(address, drift or "asks and tells what its spec says", not drift, fix="the daemon puts it back")
        yield from _unanswerable(address, spec, project, tool)


def _drift(spec: Labels, project: "LabelProject") -> Iterator[str]:
    assert spec.campaign is not None
    if not is_same(project.config, spec.campaign.asked(spec.answer, spec.choices)):
        yield "its question isn't the spec's: it was changed by hand, or the change waits for a person"
    if project.guide != spec.campaign.guide.strip():
        yield "its guide isn't the spec's"
    if project.twins:
        yield f"other projects bear its mark: {', '.join(project.twins[:MOST_TOLD])}"
    if doubles := sum(task.copies - 1 for task in project.tasks.values()):
        yield f"{counted(doubles, 'task')} are there twice: somebody has copied them"


def _unanswerable(address: "Address", spec: Labels, project: "LabelProject", tool: "LabelTool") -> Iterator[Finding]:
    """Tell of tasks that nobody can answer: they show nothing, or too few people may."""
    blank = tool.blank.get(address, 0)
    what = f"tasks of {address}"
    if blank:
        fix = "leave those examples out with select.where, or fill the column"
        yield Finding(what, f"{blank} of {len(project.tasks)} show nothing in a column that is shown", False, fix=fix)
    assert spec.campaign is not None
    named, wanted = spec.campaign.annotators, spec.campaign.answers.wanted
    if tool.people is None:
        return
    able = tool.people if named is None else {name.casefold() for name in named} & tool.people
    if named is not None and (unknown := sorted(name for name in named if name.casefold() not in tool.people)):
        told = ", ".join(unknown[:MOST_TOLD])
        yield Finding(f"annotators of {address}", f"have no account: {told}", False, fix="invite them, or name others")
    if len(able) < wanted:
        fix = "invite more people, or lower answers.wanted"
        yield Finding(what, f"{wanted} answers are wanted of each, and {len(able)} people may answer", False, fix=fix)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
