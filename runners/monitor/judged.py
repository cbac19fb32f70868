"""A window with enough rows: studied, judged, drawn. Everything that is slow to import comes in here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runners.monitor.analysis import Earlier, study
from runners.monitor.causes.costs import costs_of
from runners.monitor.causes.harm import harmless, note_of
from runners.monitor.causes.origins import Versions, with_origins
from runners.monitor.causes.ranking import left_out, of_segment, ranked
from runners.monitor.causes.told import CausePart
from runners.monitor.document import document_of
from runners.monitor.findings import Findings
from runners.monitor.header import Occasion, with_history
from runners.monitor.parameters import Window
from runners.monitor.plots import draw
from runners.monitor.reference import Reference, read_reference
from runners.monitor.report import Pictures, Report
from runners.monitor.segments.alerts import with_alerts
from runners.monitor.segments.chosen import with_segments
from runners.monitor.segments.study import segments_of
from runners.monitor.segments.told import SegmentsPart
from runners.monitor.tables import Tables
from runners.monitor.verdict import Alert, alerts_of


def judged(occasion: Occasion, reference_url: str, folder: Path) -> tuple[Report, Pictures]:
    """Return the report of a window, and the pictures that were drawn for it.

    Raises:
        InputError: the reference or the outcomes' source is wrong.
    """
    params = occasion.params
    reference = with_segments(read_reference(reference_url, params.columns, params.left_out), params)
    found, tables = study(reference, occasion.log.predictions, params, seed=occasion.seed, earlier=_earlier(occasion))
    found = replace(found, service=occasion.service, notes=(*occasion.notes, *found.notes))
    limits, alerts = params.thresholds, alerts_of(found, params.thresholds)
    costs = costs_of(reference, tables, found, limits, occasion.seed)
    causes = ranked(costs, found, alerts, limits.estimated_drop)
    if calm := harmless(alerts, causes, found, limits):
        alerts = tuple(one for one in alerts if one not in calm)
        found = replace(found, notes=(*found.notes, *note_of(calm)))
        causes = ranked(costs, found, alerts, limits.estimated_drop)
    found = replace(found, notes=(*found.notes, *left_out(costs, causes)))
    causes = _placed(causes, occasion, reference, tables)
    segments, raised = _segments(occasion, (reference, tables, found), alerts)
    causes = (*causes, *map(of_segment, raised))
    written = with_history(document_of(occasion, found, tables, (*alerts, *raised)))
    report = written.model_copy(update={"causes": causes, "segments": segments})
    return report, draw(report, tables, folder)


def _segments(
    occasion: Occasion, looked: tuple[Reference, Tables, Findings], alerts: Sequence[Alert]
) -> tuple[SegmentsPart | None, tuple[Alert, ...]]:
    """Return what is found out of the segments, and what they alert of that isn't told of all rows."""
    (reference, tables, found), params = looked, occasion.params
    former = occasion.previous.segments if occasion.previous else None
    told = segments_of(reference, tables, params, found.columns, former)
    return with_alerts(told, params.thresholds, alerts, found.drifted) if told else (None, ())


def _placed(
    causes: Sequence[CausePart], occasion: Occasion, reference: Reference, tables: Tables
) -> tuple[CausePart, ...]:
    """Say of each cause in which version of the model's data it began."""
    limits, inputs = occasion.params.thresholds, {one.name: one for one in reference.columns}
    farthest = (limits.jensen_shannon, limits.missing_share)
    return with_origins(causes, Versions(occasion.versions), tables.now, inputs, farthest)


def _earlier(occasion: Occasion) -> Earlier:
    """Return the former predictions, and the windows of former reports that they lie in, the oldest first."""
    former, previous = occasion.former.predictions, occasion.previous
    risk = previous.risk if previous else None
    if not former or not previous:
        return Earlier(former, risk=risk)
    windows = [Window.model_validate(one.window.model_dump()) for one in previous.history]
    return Earlier(former, [one for one in windows if one.end and one.end > former[0].time], risk)
