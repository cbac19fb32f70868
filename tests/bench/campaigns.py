"""What a campaign costs on a real Label Studio: 10,000 tasks from nothing, and a pass in which nothing happened."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.conformance.test_labelling import CONFIG, MAILS
from reconciler.controllers.campaign_tasks import AT_ONCE
from reconciler.model.label_projects import slot_name
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.labelling.label_studio import LabelStudio
from tests.bench.figure import Figure
from tests.servers.label_studio import LabelStudioServer

TASKS, TEXT = 10_000, "Would you have lunch at noon, where we were last time? "


def measure(quick: bool) -> Iterator[Figure]:
    """Measure what the daemon asks of the server, pass by pass."""
    count = TASKS // 10 if quick else TASKS
    tasks = [Task(slot_name(f"{n:012x}", 1), {"text": f"{n} {TEXT * 5}", "id": n}) for n in range(count)]
    with tempfile.TemporaryDirectory(prefix="setpoint-bench-") as place:
        server = LabelStudioServer(Path(place) / "label-studio").start()
        tool = LabelStudio("bench", server.url, server.operator.token)
        try:
            began = time.monotonic()
            tool.configure(ProjectOrder(MAILS, "labels/mails", CONFIG))
            for start in range(0, count, AT_ONCE):
                tool.list()
                tool.add(MAILS, tasks[start : start + AT_ONCE])
            assert len(tool.list()[MAILS].tasks) == count
            took = time.monotonic() - began
            yield Figure("campaign_sync_s", took, "s", "<= 60", f"{count} tasks of {len(TEXT) * 5} letters")
            before, began = len(server.requests()), time.monotonic()
            tool.list()
            beside = f"{(time.monotonic() - began) * 1000:.0f} ms"
            yield Figure("campaign_noop_calls", len(server.requests()) - before, "requests", "<= 2", beside)
        finally:
            tool.close()
            server.stop()
