"""The daemon's table of metrics says what the runners compute; it can't ask them, since it never imports them."""

from reconciler.model.metrics import LOSSES, METRICS, MONITORED
from runners.evaluate import metrics as computed
from runners.monitor import performance


def test_the_table_is_the_runners() -> None:
    theirs = {task: [(one.name, one.goal) for one in each] for task, each in computed.METRICS.items()}
    assert {task: list(each.items()) for task, each in METRICS.items()} == theirs


def test_losses_are_those_of_which_less_is_better() -> None:
    assert {"log_loss", "brier", "hamming_loss", "rmse", "mae"} == LOSSES


def test_what_monitors_watch_is_what_their_runner_does() -> None:
    assert dict(performance._OF_TASK) == dict(MONITORED)
